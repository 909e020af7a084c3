#!/bin/sh
# Run the first Python that can make the virtual environments, with the arguments given.
set -eu

for candidate in python3.11 python3.12 python3.13 python3; do
    # Run it rather than look for it: a name on PATH may be a stub of a version manager.
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$candidate" "$@"
    fi
done

echo "No usable Python: version 3.11 or newer with its venv and ensurepip modules is needed." >&2
echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
exit 2

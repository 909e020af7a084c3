#!/bin/sh
# sh emulators.sh start FOLDER PYTHON: one emulator for each world.yml beside this scenario, ready files in FOLDER.
# sh emulators.sh end FOLDER: those whose ready files are in FOLDER; each removes its own.
set -eu

verb=$1 folder=$2
scenarios=$(dirname "$(dirname "$0")")

# Wait at most a minute; sleep can be this short on Linux, macOS and BSD.
patiently() {
    tries=600
    until "$@"; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ]; then
            echo "Gave up after a minute; the log of each emulator is beside its ready file in $folder." >&2
            exit 1
        fi
        sleep 0.1
    done
}

# The ready file of the emulator of a world.
ready_file() {
    echo "$folder/$(basename "$(dirname "$1")").json"
}

all_listen() {
    for world in "$scenarios"/*/world.yml; do
        [ -e "$(ready_file "$world")" ] || return 1
    done
}

none_is_left() {
    for ready in "$folder"/*.json; do
        [ ! -e "$ready" ] || return 1
    done
}

start() {
    umask 077
    mkdir -p "$folder"
    for world in "$scenarios"/*/world.yml; do
        ready=$(ready_file "$world")
        PYTHONPATH=$(dirname "$scenarios") nohup "$1" -m emulator --port 0 --dns-port 0 --world "$world" \
            --ready-file "$ready" </dev/null >"$ready.log" 2>&1 &
    done
    patiently all_listen
}

end() {
    for ready in "$folder"/*.json; do
        [ -e "$ready" ] || continue
        number=$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$ready")
        kill "$number" 2>/dev/null || rm -f "$ready"
    done
    patiently none_is_left
}

end
if [ "$verb" = start ]; then
    start "$3"
fi

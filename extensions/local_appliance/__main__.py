"""The stand-in as a program: one job on the standard input, its answer on the standard output.

``LOCAL_APPLIANCE`` names a JSON file that is kept from job to job: ``hosts`` by name, each with its state (see ``host.NEW``).
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import sys
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local_appliance.host import LocalHost

JSON = dict[str, t.Any]


def main() -> int:
    """Answer one job. Ends with 1 when the state cannot be read."""
    asked = json.load(sys.stdin)
    path = os.environ.get("LOCAL_APPLIANCE", "")
    if not os.path.isfile(path):
        print("LOCAL_APPLIANCE names no file.", file=sys.stderr)
        return 1
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        world: JSON = json.load(file)
        state = world.setdefault("hosts", {}).setdefault(asked["server"], {})
        host = LocalHost(asked["server"], state, lambda: dt.datetime.now(dt.timezone.utc))
        answer = host.answer(asked["job"], asked["parameters"])
        file.seek(0)
        json.dump(world, file, indent=1)
        file.truncate()
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())

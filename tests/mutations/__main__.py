"""``make mutations``: each deed of the table is taken out of a copy of the collection, and the tests it names must fail.

``MUTATIONS`` names rows by requirement or by name, with commas between them; without it all are tried. First each of their tests
is run while everything is there, and must pass.
"""

from __future__ import annotations

import os
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.tools.paths import COLLECTION, copied_tree

from . import table
from .runs import Broken, Case, Copy, survived, unmutated
from .table import Row


def main(asked: str) -> int:
    """0 when every test noticed what it shows, 1 when one did not, 2 when a row is asked for that is not there."""
    try:
        rows = table.read().of([name.strip() for name in asked.split(",") if name.strip()])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with copied_tree() as root:
        search = Path(str(root).removesuffix(str(COLLECTION)))
        return int(not _all(rows, Copy(root, search)))


def _all(rows: t.Sequence[Row], copy: Copy) -> bool:
    started = time.monotonic()
    tests = [one.test for row in rows for one in row.fails]
    try:
        whole = copy.test(tests) if tests else []
    except Broken as error:
        print(f"The tests cannot be run while everything is there:\n{error}")
        return False
    print(f"{len({*tests})} tests while everything is there: {time.monotonic() - started:.0f} s", flush=True)
    wrong = 0
    for row in rows:
        started = time.monotonic()
        why = [] if row.reason else _tried(row, copy, whole)
        verdict = "no deed" if row.reason else "SURVIVED" if why else "noticed"
        print(f"{verdict:<9} {row.name}: {row.deed} ({time.monotonic() - started:.0f} s)", flush=True)
        for line in why or ([row.reason] if row.reason else [one.named for one in row.fails]):
            print(f"          {line}", flush=True)
        wrong += bool(why)
    print(f"{len(rows) - wrong} of {len(rows)} rows hold", flush=True)
    return not wrong


def _tried(row: Row, copy: Copy, whole: t.Sequence[Case]) -> list[str]:
    """What is wrong with a row, as lines of text."""
    found = [why for one in row.fails if (why := unmutated(one, whole))]
    if found:
        return found
    try:
        cases = copy.without(row)
    except (Broken, ValueError, OSError) as error:
        return [str(error)]
    return [why for one in row.fails if (why := survived(one, cases))]


if __name__ == "__main__":
    sys.exit(main(os.environ.get("MUTATIONS", "")))

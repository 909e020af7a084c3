"""What a rehearsal prints: gates with their verdicts, a line for each run, and where everything is."""

from __future__ import annotations

import os
import re
import typing as t
from pathlib import Path

from .played import Played

JSON = dict[str, t.Any]
_WIDTH = 8
#: Verdicts that stop a run.
CLOSED = ("refused", "unknown")
_ID = re.compile(r"/subscriptions/[0-9a-f-]{36}/resourceGroups/([^\s,;:)'\"]*[^\s,;:.)'\"])", re.IGNORECASE)


def say(text: str) -> None:
    """Print a line at once; what is no printable character of it is left out."""
    print("".join(character if character.isprintable() else " " for character in text), flush=True)


class Gates:
    """Prints the gates: all of the first run, of later ones those that are not ok and were not printed yet."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, str]] = set()
        self._first = True

    def tell(self, played: Played) -> None:
        """Print the gates of a run, the closed ones last; those of one name that are ok are one line."""
        rows = played.gathered("gates")
        good: dict[str, list[str]] = {}
        for gate in rows:
            if gate.get("verdict") == "ok":
                good.setdefault(str(gate.get("name")), []).append(str(gate.get("message")))
        if self._first:
            for name, messages in good.items():
                more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
                say(f"   {'ok':<{_WIDTH}} {name}: {short(messages[0])}{more}")
        self._first = False
        for gate in sorted(rows, key=lambda gate: gate.get("verdict") in CLOSED):
            key = (str(gate.get("name")), str(gate.get("verdict")), str(gate.get("message")))
            if key[1] == "ok" or key in self._told:
                continue
            self._told.add(key)
            # A check looks at what is not made yet: the run makes it, unless the check itself was refused.
            ahead = played.check and key[1] in CLOSED and not played.failed
            say(f"   {'to do' if ahead else key[1]:<{_WIDTH}} {key[0]}: {short(key[2])}")
            if gate.get("remedy") and not ahead:
                say(f"   {'':<{_WIDTH}} {short(str(gate['remedy']))}")


def short(text: str) -> str:
    """A text with the names of resources in place of their ids."""
    return _ID.sub(lambda found: "/".join(found.group(1).split("/")[-1:]), text)


def tell(played: Played) -> None:
    """Print a run's line, and why it failed where no gate has said so."""
    verdict = f"BROKEN: {played.broken}" if played.broken else "as promised"
    ended = "refused" if played.refused else f"failed={played.failed}"
    say(
        f"-- {played.name}: changed={played.changed} {ended} requests={played.requests} "
        f"writes={played.writes} seconds={played.seconds}{_waiting(played)} ({verdict})"
    )
    if not played.failed:
        return
    if not any(gate.get("verdict") in CLOSED for gate in played.gathered("gates")):
        for line in played.failure.splitlines():
            say(f"   {line}")
    if played.broken and played.log:
        say(f"   the whole output: {os.path.relpath(played.log)}")


def tell_end(name: str, result: str, report: Path, pages: t.Sequence[str]) -> None:
    """Print how a scenario ended and where its reports are, the page for people last."""
    say(f"== {name}: {result}; report: {os.path.relpath(report)}")
    for page in pages:
        say(f"   {os.path.relpath(page)}")


def _waiting(played: Played) -> str:
    """What Azure's own operations cost: the longest chain of them, and how much of the run that explains."""
    chain = played.longest_chain_seconds
    return f" chain={chain} ratio={played.seconds / chain:.2f}" if chain else ""

"""What a server's configuration says already: the files it consists of, and the zones it has of its own."""

from __future__ import annotations

import glob
import itertools
import os
import re
import typing as t
from dataclasses import dataclass

from ...errors import Refusal
from ..host_names import host_name
from .blocks import tokens
from .wanted import Wanted

Read = t.Callable[[str], "str | None"]
_MOST_FILES = 500


@dataclass(frozen=True)
class Held:
    """A zone of the operator's, in a ``view`` where the server has them.

    ``answers``: the server answers for it and everything below itself.
    """

    zone: str
    kind: str
    file: str
    answers: bool
    view: str = ""


def bind_includes(text: str) -> list[str]:
    """The patterns of files that a BIND configuration includes."""
    words = [word for word, _place in tokens(text)]
    return [after.strip('"') for word, after in itertools.pairwise(words) if word == "include"]


def unbound_includes(text: str) -> list[str]:
    """The patterns of files that an Unbound configuration includes."""
    return re.findall(r'^\s*include(?:-toplevel)?:\s*"?([^"#\n]*[^"#\s])"?', text, re.MULTILINE)


def dnsmasq_includes(text: str) -> list[str]:
    """The patterns of files that a dnsmasq configuration includes; of ``conf-dir`` everything that is in it."""
    files = re.findall(r"^\s*conf-file\s*=\s*([^\s#]+)", text, re.MULTILINE)
    return files + [os.path.join(folder, "*") for folder in dnsmasq_directories(text)]


def dnsmasq_directories(text: str) -> list[str]:
    """The directories that a dnsmasq configuration, or its service's environment file, has it read."""
    return re.findall(r"^\s*(?:conf-dir|CONFIG_DIR)\s*=\s*\"?([^,\s#\"]+)", text, re.MULTILINE)


def reachable(
    main: str, includes: t.Callable[[str], list[str]], read: Read, more: t.Iterable[str] = ()
) -> dict[str, str]:
    """The texts, by path, of a configuration: its main file, ``more``, and all that they include."""
    found: dict[str, str] = {}
    waiting = [main, *more]
    while waiting and len(found) < _MOST_FILES:
        path = waiting.pop(0)
        text = None if path in found else read(path)
        if text is None:
            continue
        found[path] = text
        for pattern in includes(text):
            waiting += sorted(glob.glob(pattern)) if glob.has_magic(pattern) else [pattern]
    return found


def bind_zones(text: str) -> list[tuple[str, str, bool]]:
    """The zones of a BIND configuration, with their types and whether the server answers for them itself."""
    found, words = [], [word.strip('"') for word, _place in tokens(text)]
    for place, word in enumerate(words):
        opening = next((n for n in (place + 2, place + 3) if words[n : n + 1] == ["{"]), None)
        if word == "zone" and opening is not None:
            body = words[opening : words.index("}", opening) if "}" in words[opening:] else None]
            kind = body[body.index("type") + 1] if "type" in body[:-1] else "unknown"
            found.append((words[place + 1], kind, bind_answers(kind)))
    return found


def bind_answers(kind: str) -> bool:
    """Whether BIND answers for a zone of this type itself."""
    return kind not in ("forward", "hint", "stub", "static-stub", "redirect")


def unbound_zones(text: str) -> list[tuple[str, str, bool]]:
    """The zones of an Unbound configuration, likewise."""
    found = []
    for zone, kind in re.findall(r'^\s*local-zone:\s*"?([^\s"]+)"?\s+"?([a-z_]+)"?', text, re.MULTILINE):
        found.append((zone, f"local-zone {kind}", "transparent" not in kind and kind != "nodefault"))
    clause = ""
    for line in text.splitlines():
        opened = re.match(r"\s*([a-z-]+):\s*(?:#.*)?$", line)
        clause = opened[1] if opened else clause
        named = re.match(r'\s*name:\s*"?([^\s"#]+)"?', line)
        if named and clause in ("forward-zone", "stub-zone", "auth-zone"):
            found.append((named[1], clause, clause == "auth-zone"))
    return found


def dnsmasq_zones(text: str) -> list[tuple[str, str, bool]]:
    """The zones of a dnsmasq configuration, likewise."""
    found = [(zone, "auth-zone", True) for zone in re.findall(r"^\s*auth-zone\s*=\s*([^,\s#]+)", text, re.MULTILINE)]
    for kind, zones, target in re.findall(r"^\s*(server|local|address)\s*=\s*/([^#\s]+)/([^/\s]*)", text, re.MULTILINE):
        found += [(zone, kind, kind != "server" or not target) for zone in zones.split("/")]
    return found


def refuse_shadowed(wanted: Wanted, held: t.Iterable[Held]) -> list[str]:
    """Raise :class:`Refusal` when a zone of the server keeps ours from being asked, or from being accepted.

    Returns a sentence for each zone that stays with the server though a zone around it is forwarded.
    """
    if wanted.views:
        listed = list(held)
        each = [refuse_shadowed(part, [own for own in listed if own.view in ("", part.view)]) for part in wanted.views]
        return [sentence for sentences in each for sentence in sentences]
    reported, names = [], [answer.name for answer in wanted.answers]
    for own in held:
        zone = host_name(own.zone)
        if not zone:
            continue
        same = [ours for ours in (*wanted.zones, *names) if ours == zone]
        above = [ours for ours in wanted.zones if own.answers and ours.endswith("." + zone)]
        if same or above:
            raise Refusal(
                f"This server has the zone {zone} of its own ({own.kind}, in {own.file}), and so would never ask anybody for "
                f"{', '.join([*same, *above])}. Nothing was written.",
                remedy=f"Remove {zone} from that file if it is a leftover, or enter the records there; or leave "
                f"{', '.join([*same, *above])} out.",
            )
        reported += [
            f"Names in {zone} stay with this server, which has that zone of its own ({own.kind}, in {own.file}), though "
            f"{ours} around it is forwarded."
            for ours in wanted.zones
            if zone.endswith("." + ours) and own.answers
        ]
    return reported

"""Records in zones that take dynamic updates: which are ours, and which updates make them right. Pure.

What was written is kept in the zone itself, in texts at one name of ours, so that any later run, from any host, knows which
records and values are ours: only those are ever replaced or removed.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field

from ...errors import Refusal
from ...wire import JSON
from ..host_names import LABEL

#: The name, in each zone, of the texts that list what is ours.
LIST = "_privatelink-recovery"
_LONGEST_TEXT = 255

Addresses = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What a server has at a name: ``addresses`` with their ``time_to_live``, or an ``alias`` in their place."""

    addresses: Addresses = ()
    time_to_live: int = 0
    alias: str = ""


@dataclass(frozen=True)
class Zone:
    """A zone as it is: ``ours`` are the values that were written at each name, relative to the zone, ``found`` what is there.

    A name has more than one value only where a run was killed between the list and the record.
    """

    name: str
    ours: t.Mapping[str, t.Collection[Addresses]] = field(default_factory=dict)
    found: t.Mapping[str, Found] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """Updates in their order, each as ``community.general.nsupdate`` takes it, and what is left alone, in sentences."""

    updates: list[JSON]
    before: list[str]
    after: list[str]
    left: list[str]


def entries(texts: t.Iterable[str]) -> dict[str, set[Addresses]]:
    """The list of what is ours, from its texts. What this collection cannot have written is not in it."""
    ours: dict[str, set[Addresses]] = {}
    for text in texts:
        record, *addresses = text.split(" ")
        if addresses and all(LABEL.fullmatch(label) for label in record.split(".")) and all(map(_is_ipv4, addresses)):
            ours.setdefault(record, set()).add(tuple(sorted(addresses)))
    return ours


def refuse_foreign(zone: Zone, wanted: t.Mapping[str, Addresses]) -> None:
    """Raise :class:`Refusal` when a wanted name is somebody else's: an alias, or other addresses that nobody noted as ours."""
    for record, addresses in wanted.items():
        there = zone.found.get(record, Found())
        if there.alias or (there.addresses and there.addresses != addresses and record not in zone.ours):
            what = f"an alias to {there.alias}" if there.alias else f"the addresses {', '.join(there.addresses)}"
            raise Refusal(
                f"{record}.{zone.name} has {what} and was not written by this collection; {', '.join(addresses)} is wanted. "
                "Nothing was written.",
                remedy="Remove that record if it is a leftover, and run again; or leave the name out.",
            )


def changes(zone: Zone, wanted: t.Mapping[str, Addresses], time_to_live: int) -> Changes:
    """What makes the zone's records those that are wanted.

    The list names every value before it is written and until it is gone, so that a run may be killed anywhere. A record of
    ours is replaced as a whole. One that somebody has changed since is theirs: it is corrected where it is wanted, and left
    where it is not. A record that was right before us is left to whoever wrote it.
    """
    records, left = list[JSON](), list[str]()
    before, after, kept = list[str](), list[str](), dict[str, Addresses]()
    for record, addresses in sorted(wanted.items()):
        there = zone.found.get(record, Found())
        if record in zone.ours or not there.addresses:
            kept[record] = addresses
        if (there.addresses, there.time_to_live) == (addresses, time_to_live) or (
            there.addresses == addresses and record not in kept
        ):
            continue
        records.append(_update(zone.name, record, "A", addresses, time_to_live))
        before += _lines(zone.name, record, there)
        after += _lines(zone.name, record, Found(addresses, time_to_live))
    for record in sorted(set(zone.ours) - set(wanted)):
        there = zone.found.get(record, Found())
        if there.addresses in zone.ours[record]:
            records.append(_update(zone.name, record, "A", (), time_to_live))
            before += _lines(zone.name, record, there)
        elif there.addresses or there.alias:
            what = there.alias or ", ".join(there.addresses)
            left.append(
                f"{record}.{zone.name} has {what}, which this collection did not write: it was left, and is not ours any more."
            )
    final = {record: {addresses} for record, addresses in kept.items()}
    meanwhile = {record: {*zone.ours.get(record, ()), *final.get(record, ())} for record in {*zone.ours, *final}}
    updates = [*_listing(zone, zone.ours, meanwhile), *records, *_listing(zone, meanwhile, final)]
    return Changes(updates, before, after, left)


def _listing(
    zone: Zone, there: t.Mapping[str, t.Collection[Addresses]], wanted: t.Mapping[str, t.Collection[Addresses]]
) -> list[JSON]:
    """The update of the list, where it has to change."""
    if _texts(there) == _texts(wanted):
        return []
    return [_update(zone.name, LIST, "TXT", tuple(map(_quoted, _texts(wanted))), 60)]


def _texts(ours: t.Mapping[str, t.Collection[Addresses]]) -> list[str]:
    return sorted(" ".join([record, *addresses]) for record, values in ours.items() for addresses in values)


def _quoted(text: str) -> str:
    """A text in the pieces that a record takes; names and addresses have no quotes."""
    return " ".join(f'"{text[at : at + _LONGEST_TEXT]}"' for at in range(0, len(text), _LONGEST_TEXT))


def _update(zone: str, record: str, kind: str, values: Addresses, time_to_live: int) -> JSON:
    """One update; without values the whole record set goes."""
    row: JSON = {"zone": zone, "record": record, "type": kind, "value": list(values), "ttl": time_to_live}
    return {**row, "state": "present" if values else "absent"}


def _lines(zone: str, record: str, found: Found) -> list[str]:
    return [f"{record}.{zone} {found.time_to_live} IN A {address}" for address in found.addresses]


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True

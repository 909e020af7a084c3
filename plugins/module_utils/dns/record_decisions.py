"""Which A records to add, repair, leave or remove: pure data, no requests."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field, replace

from ..errors import InputError, Refusal
from ..ids import fold_id, unique_ids
from ..wire import JSON, get_path
from .private_dns import MARK, addresses, metadata, ours, zone_name
from .zone_choice import zone_and_record

OWNER = "private-endpoint"
Action = t.Literal["none", "add", "repair", "orphan", "remove", "foreign"]
ACTIONS: tuple[Action, ...] = t.get_args(Action)


class Name(t.TypedDict):
    """A name and the addresses it should have."""

    fqdn: str
    ip_addresses: list[str]


@dataclass(frozen=True)
class Rules:
    """What the operator allows. ``owner`` stands in the metadata of our records and distinguishes one task's from another's."""

    owner: str
    time_to_live: int = 10
    remove_orphans: bool = False
    accept_overwrite: bool = False


@dataclass(frozen=True)
class RecordPlan:
    """What happens to one record set. ``ip_addresses`` are the wanted ones; of an orphan, those it has."""

    zone_id: str
    name: str
    fqdn: str
    ip_addresses: tuple[str, ...]
    action: Action
    before: JSON = field(default_factory=dict)
    after: JSON = field(default_factory=dict)
    #: Of the record set this was decided on; a write says that it rests on it.
    etag: str = ""

    @property
    def id(self) -> str:
        """The id of the record set."""
        return f"{self.zone_id}/A/{self.name}"

    @property
    def writes(self) -> bool:
        """Whether anything is sent for it."""
        return self.action in ("add", "repair", "remove")

    def diff(self) -> JSON:
        """The difference in the form Ansible's callbacks print."""
        return {
            "before_header": f"{self.id} (before)",
            "after_header": f"{self.id} (after)",
            "before": self.before,
            "after": self.after,
        }

    def as_dict(self) -> JSON:
        """Plain data for results."""
        return {
            "zone": zone_name(self.zone_id),
            "zone_id": self.zone_id,
            "name": self.name,
            "fqdn": self.fqdn,
            "ip_addresses": list(self.ip_addresses),
            "action": self.action,
        }


def default_owner(endpoint_ids: t.Iterable[str]) -> str:
    """A text that stays the same for the same endpoints, whatever their order or case."""
    folded = sorted(fold_id(text) for text in unique_ids(endpoint_ids))
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()[:16]


def decide(
    names: t.Sequence[Name], zones: t.Sequence[str], existing: t.Mapping[str, t.Sequence[JSON]], rules: Rules
) -> list[RecordPlan]:
    """Make the A records of ``zones`` (ids) those of ``names``, in order, orphans last.

    ``existing`` maps zone ids to their A record sets. Raises :class:`InputError` for names no zone takes or that are
    wanted with different addresses, and :class:`Refusal` for a foreign record with other addresses.
    """
    wanted = _wanted(names, zones)
    plans: list[RecordPlan] = []
    for (zone_id, name), addresses_wanted in wanted.items():
        record = _find(existing.get(zone_id) or (), name)
        plans.append(_decide_one(zone_id, name, addresses_wanted, record, rules))
    if not rules.accept_overwrite:
        _refuse_foreign(plans, "This task wrote nothing.", rules)
    for zone_id in zones:
        for record in existing.get(zone_id) or ():
            if belongs(record, rules.owner) and (zone_id, str(record["name"]).lower()) not in wanted:
                plans.append(_leftover(zone_id, record, "remove" if rules.remove_orphans else "orphan"))
    return plans


def decide_removal(
    names: t.Sequence[Name] | None, zones: t.Sequence[str], existing: t.Mapping[str, t.Sequence[JSON]], owner: str
) -> list[RecordPlan]:
    """Remove the records of ``owner``: all of them, or those of ``names`` only. The answer leaves out the rest."""
    only = None if names is None else _wanted(names, zones)
    return [
        _leftover(zone_id, record, "remove")
        for zone_id in zones
        for record in existing.get(zone_id) or ()
        if belongs(record, owner) and (only is None or (zone_id, str(record["name"]).lower()) in only)
    ]


def decide_again(plan: RecordPlan, record: JSON | None, rules: Rules) -> RecordPlan:
    """The plan anew for a record set that somebody changed since it was read; ``record`` is what is there now.

    What belongs to somebody else by now is not removed. Raises :class:`Refusal` where it has other addresses than wanted.
    """
    if plan.action != "remove":
        now = _decide_one(plan.zone_id, plan.name, plan.ip_addresses, record, rules)
        if not rules.accept_overwrite:
            _refuse_foreign([now], "They stay as they are.", rules)
        return now
    if record is None:
        return replace(plan, action="none", before={}, after={})
    if not belongs(record, rules.owner):
        return replace(_leftover(plan.zone_id, record, "foreign"), fqdn=plan.fqdn)
    return _leftover(plan.zone_id, record, "remove")


def belongs(record: JSON, owner: str) -> bool:
    """Whether a record was written by this collection for that owner."""
    marks = {key.lower(): value for key, value in metadata(record).items()}
    return ours(marks) and marks.get(OWNER) == owner


def stands(record: JSON | None, ip_addresses: t.Sequence[str], rules: Rules) -> bool:
    """Whether a record set is the one these rules write for the addresses."""
    if record is None or not belongs(record, rules.owner):
        return False
    return addresses(record) == sorted(ip_addresses) and get_path(record, "properties.ttl") == rules.time_to_live


def record_body(ip_addresses: t.Sequence[str], rules: Rules) -> JSON:
    """The record set to write."""
    return {
        "properties": {
            "ttl": rules.time_to_live,
            "metadata": {**MARK, OWNER: rules.owner},
            "aRecords": [{"ipv4Address": address} for address in ip_addresses],
        }
    }


def _wanted(names: t.Sequence[Name], zones: t.Sequence[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    by_name = {zone_name(zone): zone for zone in zones}
    wanted: dict[tuple[str, str], tuple[str, ...]] = {}
    homeless: list[str] = []
    for name in names:
        place = zone_and_record(name["fqdn"], by_name)
        if place is None:
            homeless.append(name["fqdn"])
            continue
        key, found = (by_name[place[0]], place[1]), tuple(sorted(set(name["ip_addresses"])))
        if wanted.setdefault(key, found) != found:
            raise InputError(
                f"{name['fqdn']} is wanted with {', '.join(wanted[key])} and with {', '.join(found)}: two endpoints of "
                "one target cannot have their records in one zone.",
                remedy="Use zones of their own for each endpoint, one task each.",
            )
    if homeless:
        raise InputError(
            f"None of the zones {', '.join(by_name)} takes {', '.join(homeless)}; this task wrote nothing.",
            remedy="Add the zones these names belong in (privatelink.recovery.required_dns_zones names them).",
        )
    return wanted


def _find(records: t.Iterable[JSON], name: str) -> JSON | None:
    return next((record for record in records if str(record.get("name")).lower() == name), None)


def _decide_one(zone_id: str, name: str, wanted: tuple[str, ...], record: JSON | None, rules: Rules) -> RecordPlan:
    fqdn = f"{name}.{zone_name(zone_id)}"
    after = record_body(wanted, rules)
    if record is None:
        return RecordPlan(zone_id, name, fqdn, wanted, "add", {}, after)
    right = tuple(addresses(record)) == wanted
    before = _modelled(record)
    if stands(record, wanted, rules):
        return RecordPlan(zone_id, name, fqdn, wanted, "none", before, before)
    if right and not belongs(record, rules.owner):
        return RecordPlan(zone_id, name, fqdn, wanted, "foreign", before, before)
    return RecordPlan(zone_id, name, fqdn, wanted, "repair", before, after, _etag(record))


def _refuse_foreign(plans: t.Iterable[RecordPlan], written: str, rules: Rules) -> None:
    lines = [
        f"{plan.id} has {', '.join(addresses(plan.before)) or 'no address'}, "
        f"wanted {', '.join(plan.ip_addresses)}{_owned(plan)}"
        for plan in plans
        if plan.action == "repair" and not belongs(plan.before, rules.owner)
    ]
    if lines:
        raise Refusal(
            f"Records that this task did not write have other addresses: {'; '.join(lines)}. {written}",
            remedy="Find out who keeps them (another endpoint of the same target, a zone group); use a zone of its own "
            "for each endpoint, or set accept_overwrite: true to take the records over.",
        )


def _owned(plan: RecordPlan) -> str:
    marks = metadata(plan.before)
    return f" ({', '.join(f'{key}: {value}' for key, value in marks.items())})" if marks else ""


def _leftover(zone_id: str, record: JSON, action: Action) -> RecordPlan:
    before = _modelled(record)
    after = {} if action == "remove" else before
    name = str(record["name"])
    fqdn = f"{name}.{zone_name(zone_id)}"
    return RecordPlan(zone_id, name, fqdn, tuple(addresses(record)), action, before, after, _etag(record))


def _etag(record: JSON) -> str:
    return str(record.get("etag") or "")


def _modelled(record: JSON) -> JSON:
    shown: JSON = {"ttl": get_path(record, "properties.ttl")}
    if metadata(record):
        shown["metadata"] = metadata(record)
    shown["aRecords"] = [{"ipv4Address": address} for address in addresses(record)]
    return {"properties": shown}

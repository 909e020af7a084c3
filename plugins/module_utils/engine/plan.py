"""What a task would do to one resource: pure data, the only source of ``changed`` and ``diff``."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field, replace

from ..errors import Refusal
from ..wire import JSON, get_path, provisioning, set_path, without
from .spec import Options, differing, modelled

Action = t.Literal["none", "create", "update", "delete"]


@dataclass(frozen=True)
class Plan:
    """A decision. ``body`` is what would be sent; ``before`` and ``after`` are what ``--diff`` shows."""

    action: Action
    resource_id: str
    before: JSON = field(default_factory=dict)
    after: JSON = field(default_factory=dict)
    body: JSON = field(default_factory=dict)
    options: tuple[str, ...] = ()
    #: Of the resource this was decided on, where Azure gives one.
    etag: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything would be written."""
        return self.action != "none"

    def diff(self) -> JSON:
        """The difference in the form Ansible's callbacks print."""
        return {
            "before_header": f"{self.resource_id} (before)",
            "after_header": f"{self.resource_id} (after)",
            "before": self.before,
            "after": self.after,
        }


def plan_present(
    resource_id: str,
    options: Options,
    current: JSON | None,
    wanted: JSON,
    *,
    read_only: t.Iterable[str] = (),
    creating: JSON | None = None,
    verb: t.Literal["PUT", "PATCH"] = "PUT",
    recreate: str = "",
) -> Plan:
    """Decide how to make a resource look as wanted.

    ``current`` is None only when Azure said 404. An update by PUT sends *current laid under wanted*, less the
    ``read_only`` paths, so that what was not asked for stays; by PATCH only what differs. ``creating`` is laid under
    ``wanted`` for a new resource. Raises :class:`Refusal` when an immutable option differs; ``recreate`` says what
    making the resource anew would cost. A resource whose provisioning ended badly is written again as it is, which is
    how network resources are brought out of that state
    (https://learn.microsoft.com/azure/networking/troubleshoot-failed-state).
    """
    if current is None:
        body = overlay(creating or {}, wanted)
        return Plan("create", resource_id, {}, modelled(options, body), body, tuple(options))
    names = differing(options, current, wanted)
    fixed = [name for name in names if options[name].immutable]
    if fixed:
        raise Refusal(
            f"{resource_id} exists with another "
            + ", ".join(
                f"{name} ({shown(current, options[name].to)}, wanted {shown(wanted, options[name].to)})"
                for name in fixed
            )
            + f"; Azure cannot change {'it' if len(fixed) == 1 else 'them'} in place and this task wrote nothing.",
            remedy=recreate or "Correct the option, or delete the resource yourself and run again.",
        )
    before = modelled(options, current)
    mending = verb == "PUT" and ended_badly(current)
    if not names and not mending:
        return Plan("none", resource_id, before, before)
    changes: JSON = {}
    for name in names:
        set_path(changes, options[name].to, copy.deepcopy(get_path(wanted, options[name].to)))
    result = overlay(current, changes)
    body = changes if verb == "PATCH" else without(result, read_only)
    plan = Plan("update", resource_id, before, modelled(options, result), body, tuple(names), etag_of(current))
    return mended(plan, current) if mending else plan


def ended_badly(document: JSON | None) -> bool:
    """Whether the last write of a resource failed or was canceled, by what the resource says of itself."""
    return provisioning(document) in ("failed", "canceled")


def mended(plan: Plan, current: JSON) -> Plan:
    """The plan with the provisioning state it brings a resource out of, so that ``--diff`` shows why it writes."""
    was = {"properties": {"provisioningState": get_path(current, "properties.provisioningState")}}
    will_be = {"properties": {"provisioningState": "Succeeded"}}
    return replace(plan, before=overlay(plan.before, was), after=overlay(plan.after, will_be))


def plan_absent(resource_id: str, options: Options, current: JSON | None) -> Plan:
    """Decide how to make a resource be gone."""
    if current is None:
        return Plan("none", resource_id)
    return Plan("delete", resource_id, modelled(options, current), {}, etag=etag_of(current))


def etag_of(document: JSON | None) -> str:
    """The mark that changes with every write of a resource; empty where Azure gives none."""
    return str((document or {}).get("etag") or "")


def overlay(under: JSON, over: JSON) -> JSON:
    """A deep copy of ``under`` with ``over`` laid on it; objects are merged, lists of objects item by item."""
    result = copy.deepcopy(under)
    for key, value in over.items():
        here = result.get(key)
        if key == "tags":
            result[key] = copy.deepcopy(value)
        elif isinstance(value, dict) and isinstance(here, dict):
            result[key] = overlay(here, value)
        elif isinstance(value, list) and isinstance(here, list) and _objects(value) and len(value) == len(here):
            result[key] = [overlay(old, new) if isinstance(old, dict) else new for old, new in zip(here, value)]
        else:
            result[key] = copy.deepcopy(value)
    return result


def shown(document: JSON, path: str) -> str:
    """A value for a message."""
    value = get_path(document, path)
    return "not set" if value is None else str(value)


def _objects(items: list[t.Any]) -> bool:
    return bool(items) and all(isinstance(item, dict) for item in items)

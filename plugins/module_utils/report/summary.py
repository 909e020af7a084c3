"""From the raw results of a run's tasks to what its report says: changes, proven names, the verdict."""

from __future__ import annotations

import typing as t

from ..engine.differences import differences
from ..resources.vaults import vault_detail
from ..wire import JSON
from .secret_keys import without_secrets


class ChangeRow(t.TypedDict):
    """What one result changed: the step, the ids of what it changed, and the change as text."""

    task: str
    resource: str
    changed: bool
    diff: str


class WarningRow(t.TypedDict):
    """A warning and the step that gave it."""

    task: str
    message: str


class ThingRow(t.TypedDict):
    """Something by its id, with what it is called."""

    kind: str
    name: str
    id: str


class KeptRow(ThingRow):
    """Something that was left, why, and what to do about it."""

    reason: str
    remedy: str


def failure_of(task: t.Mapping[str, t.Any]) -> str:
    """Why a task failed, from its result: of a loop the messages of the items that failed, or else its own."""
    items = [one for one in task.get("results") or [] if isinstance(one, dict) and one.get("failed")]
    return " ".join(str(one["msg"]) for one in items if one.get("msg")) or str(task.get("msg") or "A step failed.")


def changes_of(results: t.Iterable[t.Mapping[str, t.Any]], left_out: list[str]) -> list[ChangeRow]:
    """One row for each result, loop items included, that changed something (or would, in check mode).

    ``results`` are ``{task, result}``; a skipped task's result counts for nothing. What changed is what a module says in
    its ``differences``, or its diff, less keys that name a secret: their places are added to ``left_out``. Records of
    others that were accepted to be lost (``overwritten``) are listed too: no diff of a zone group shows them.
    """
    rows: list[ChangeRow] = []
    for entry in results:
        for result in flattened(entry.get("result")):
            if result.get("changed"):
                diff = without_secrets(result.get("diff"), left_out, f"{entry.get('task')}.diff")
                reported = result.get("differences") or differences(diff)
                named = str(result.get("id") or "") or ", ".join(one["resource"] for one in reported if one["resource"])
                lost = [
                    f"{item['fqdn']} in {item['zone_id']} was {', '.join(item['ip_addresses'])}, will be "
                    f"{', '.join(item['new_ip_addresses'])}"
                    for item in result.get("overwritten") or []
                ]
                words = "; ".join([*(change for one in reported for change in one["changes"]), *lost])
                rows.append({"task": str(entry.get("task") or ""), "resource": named, "changed": True, "diff": words})
    return rows


def warnings_of(results: t.Iterable[t.Mapping[str, t.Any]]) -> list[WarningRow]:
    """What the tasks warned of, each once: ``task`` and ``message``."""
    found = [
        (str(entry.get("task") or ""), str(text))
        for entry in results
        for result in flattened(entry.get("result"))
        for text in result.get("warnings") or []
    ]
    return [{"task": task, "message": text} for task, text in dict.fromkeys(found)]


#: What the types of ids are called.
KINDS = {
    "privateendpoints": "private endpoint",
    "privateendpointconnections": "connection",
    "privatednszonegroups": "zone group",
    "privatednszones": "private DNS zone",
    "virtualnetworklinks": "virtual network link",
    "a": "DNS record",
    "roleassignments": "role assignment",
    "roledefinitions": "role",
}


def removed_of(results: t.Iterable[t.Mapping[str, t.Any]]) -> list[ThingRow]:
    """What the tasks removed (or would, in check mode): ``kind``, ``name``, ``id``."""
    ids = [
        str(one["resource"])
        for entry in results
        for result in flattened(entry.get("result"))
        if result.get("changed")
        for one in result.get("differences") or differences(result.get("diff"))
        if one["changes"] == ["deleted"] and "/" in one["resource"]
    ]
    return [_named(text) for text in dict.fromkeys(ids)]


def kept_of(results: t.Iterable[t.Mapping[str, t.Any]]) -> list[KeptRow]:
    """What the tasks left on purpose though it was asked to be removed: ``kind``, ``name``, ``id``, ``reason``, ``remedy``."""
    rows: dict[str, KeptRow] = {}
    for entry in results:
        for result in flattened(entry.get("result")):
            left = [] if result.get("failed") else result.get("left") or []
            for one in [{"id": result.get("id"), "reason": left, "remedy": OWNERS}] if isinstance(left, str) else left:
                rows[str(one["id"])] = {
                    **_named(str(one["id"])),
                    "reason": str(one["reason"]),
                    "remedy": str(one.get("remedy", "")),
                }
    return list(rows.values())


#: What becomes of what others made.
OWNERS = "Nothing is to be done: it is its owner's."


def _named(resource_id: str) -> ThingRow:
    _where, kind, name = resource_id.rsplit("/", 2)
    return {"kind": KINDS.get(kind.lower(), kind), "name": name, "id": resource_id}


def refreshed(resources: t.Iterable[JSON], results: t.Iterable[t.Mapping[str, t.Any]]) -> list[JSON]:
    """The resources as the run left them: a vault that was changed after it was looked at says so."""
    states: dict[str, JSON] = {}
    for entry in results:
        for result in flattened(entry.get("result")):
            if result.get("changed") and result.get("id") and isinstance(result.get("state"), dict):
                states[str(result["id"]).lower()] = result["state"]
    rows = []
    for row in resources:
        state = states.get(str(row.get("id") or "").lower())
        vault = row.get("kind") == "vault"
        latest = {"detail": vault_detail(state)} if state and vault else {}
        principal = (state or {}).get("identity", {}).get("principal_id") if vault else ""
        rows.append({**row, **latest, **({"object_id": principal} if principal else {})})
    return rows


def flattened(result: t.Any) -> t.Iterator[t.Mapping[str, t.Any]]:
    """A task's result, or those of its loop's items."""
    if not isinstance(result, dict) or result.get("skipped"):
        return
    if isinstance(result.get("results"), list):
        for item in result["results"]:
            yield from flattened(item)
    else:
        yield result


def proven(names: t.Iterable[t.Mapping[str, t.Any]], resolutions: t.Iterable[t.Any]) -> list[JSON]:
    """The names with what consumers saw: ``resolved`` is None while nobody asked, ``answers`` what they were answered."""
    seen: dict[tuple[str, tuple[str, ...]], list[t.Mapping[str, t.Any]]] = {}
    for result in resolutions:
        for one in flattened(result):
            for row in one.get("names") or []:
                seen.setdefault(key_of(row), []).append(row)
    rows = []
    for name in names:
        found = seen.get(key_of(name), [])
        shown: JSON = {
            **name,
            "resolved": all(item.get("resolved") for item in found) if found else name.get("resolved"),
        }
        if found:
            shown["answers"] = sorted({answer for item in found for answer in item.get("answers") or []})
        rows.append(shown)
    return rows


def key_of(row: t.Mapping[str, t.Any]) -> tuple[str, tuple[str, ...]]:
    """What makes two rows speak of the same name: FQDN and addresses."""
    return str(row.get("fqdn") or "").rstrip(".").lower(), tuple(sorted(row.get("ip_addresses") or []))


def verdict(changes: t.Sequence[t.Any], *, check_mode: bool) -> str:
    """How a run that reached its end ended."""
    if check_mode:
        return "check"
    return "converged" if changes else "unchanged"

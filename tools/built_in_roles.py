"""Bring the local Azure's built-in roles up to date: ``python -m tools.built_in_roles FILE...``.

A file holds what ``az role definition list`` or ``GET /providers/Microsoft.Authorization/roleDefinitions`` answers, or the JSON that
Microsoft Learn publishes of a role. A role of a file replaces the one of the same GUID unless it is older; descriptions are left out.
"""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from .paths import ROOT

JSON = dict[str, t.Any]
DATA = ROOT / "extensions" / "emulator" / "data" / "built_in_roles.json"
_LISTS = ("actions", "notActions", "dataActions", "notDataActions")


def read(document: t.Any) -> t.Iterator[JSON]:
    """The built-in roles of a file's content, each in the form of the data file."""
    listed = document if isinstance(document, list) else document.get("value", [document])
    for one in listed:
        facts = {**one, **one.get("properties", {})}
        kind = facts.get("roleType") or facts.get("properties", {}).get("type")
        if kind == "BuiltInRole":
            yield {
                "guid": one["name"],
                "name": facts["roleName"],
                "created": facts.get("createdOn") or "",
                "updated": facts.get("updatedOn") or "",
                "permissions": [{name: row[name] for name in _LISTS if row.get(name)} for row in facts["permissions"]],
            }


def merged(known: t.Iterable[JSON], found: t.Iterable[JSON]) -> list[JSON]:
    """The roles known and found, the newer of each, by name."""
    roles = {role["guid"]: role for role in known}
    for role in found:
        before = roles.get(role["guid"], {})
        if not role["updated"]:  # Published without dates: it was read today, so it is the newer one.
            role = {**role, "created": before.get("created", ""), "updated": before.get("updated", "")}
        if role["updated"] >= before.get("updated", ""):
            roles[role["guid"]] = role
    return sorted(roles.values(), key=lambda role: str(role["name"]))


def main(files: t.Sequence[str]) -> int:
    """Write the data file. Returns 0."""
    known: list[JSON] = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else []
    found = [role for file in files for role in read(json.loads(Path(file).read_text(encoding="utf-8")))]
    rows = ",\n".join(json.dumps(role, separators=(",", ":")) for role in merged(known, found))
    DATA.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    print(f"{len(found)} roles read, {len(merged(known, found))} known")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Azure's built-in roles: names, GUIDs and actions, each as Azure itself defines it.

Sources: the answer of ``roleDefinitions`` recorded in azure-cli ``test_role_definition_scenario.yaml`` (2023-08, 430 roles), and what
Microsoft Learn "Azure built-in roles" has changed of them since (Contributor, the roles of Azure Migrate). The file is written by
``tools/built_in_roles.py``. GUIDs are the same in every cloud. Descriptions are left out.
"""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from .wire import JSON

_FILE = Path(__file__).parent / "data" / "built_in_roles.json"
_LISTS = ("actions", "notActions", "dataActions", "notDataActions")


@functools.cache
def guids() -> dict[str, str]:
    """The GUID of each built-in role, by its name."""
    return {role["name"]: role["guid"] for role in _roles()}


def find(name: str) -> JSON | None:
    """The document of a built-in role by GUID or name, whatever their case."""
    return _index().get(name.lower())


@functools.cache
def _index() -> dict[str, JSON]:
    return {
        key.lower(): document
        for document in documents()
        for key in (document["name"], document["properties"]["roleName"])
    }


@functools.cache
def documents() -> list[JSON]:
    """Every built-in role as a role definition document, with the tenant form of its id. Nobody may change them."""
    return [
        {
            "properties": {
                "roleName": role["name"],
                "type": "BuiltInRole",
                "description": "",
                "assignableScopes": ["/"],
                "permissions": [{name: list(row.get(name, ())) for name in _LISTS} for row in role["permissions"]],
                "createdOn": role["created"] or None,
                "updatedOn": role["updated"] or None,
                "createdBy": None,
                "updatedBy": None,
            },
            "id": f"/providers/Microsoft.Authorization/roleDefinitions/{role['guid']}",
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": role["guid"],
        }
        for role in _roles()
    ]


@functools.cache
def _roles() -> list[JSON]:
    return t.cast(list[JSON], json.loads(_FILE.read_text(encoding="utf-8")))

"""Management locks as Azure Resource Manager answers and enforces them."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    GROUP,
    READER,
    SUBSCRIPTION,
    Azure,
)

LOCKS = "providers/Microsoft.Authorization/locks"
ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
LOCK = f"{GROUP}/{LOCKS}/frozen"


def of(level: str) -> dict:
    return {"properties": {"level": level}}


def names(azure: Azure, scope: str) -> list[str]:
    return [lock["name"] for lock in azure.get(f"{scope}/{LOCKS}")["value"]]


def test_a_list_shows_what_is_at_above_and_below() -> None:
    levels = {"above": SUBSCRIPTION, "at": GROUP, "below": ZONE}
    azure = Azure(locks=[{"scope": scope, "level": "CanNotDelete", "name": name} for name, scope in levels.items()])
    assert names(azure, GROUP) == ["above", "at", "below"]
    above = azure.send("GET", f"{GROUP}/{LOCKS}?$filter=atScope()").document["value"]
    assert [lock["name"] for lock in above] == ["above", "at"]
    assert above[1]["id"] == f"{GROUP}/{LOCKS}/at"
    assert above[1]["properties"] == {"level": "CanNotDelete"}


@pytest.mark.parametrize(("level", "writes", "deletes"), [("ReadOnly", 409, 409), ("CanNotDelete", 202, 409)])
def test_what_a_lock_forbids(level: str, writes: int, deletes: int) -> None:
    azure = Azure()
    assert azure.send("PUT", LOCK, of(level)).status == 201
    assert azure.send("PUT", LOCK, of(level)).status == 200
    refused = azure.send("DELETE", ZONE)
    assert refused.status == deletes
    assert refused.document["error"]["code"] == "ScopeLocked"
    assert f"'{ZONE}' cannot perform delete operation because following scope(s) are locked: '{GROUP}'" in str(
        refused.document
    )
    assert azure.send("PUT", ZONE, {"location": "global", "tags": {"a": "1"}}).status == writes
    assert azure.send("GET", ZONE).status == 200
    assert azure.send("DELETE", LOCK).status == 200
    assert azure.send("DELETE", LOCK).status == 204
    assert azure.send("PUT", ZONE, {"location": "global"}).status == 202


def test_what_is_locked_keeps_what_it_is_in() -> None:
    azure = Azure(locks=[{"scope": ZONE, "level": "CanNotDelete"}])
    assert azure.send("DELETE", GROUP).status == 409


def test_only_owners_lock() -> None:
    azure = Azure()
    assert azure.send("PUT", LOCK, of("ReadOnly"), caller=READER).status == 403
    assert azure.send("GET", f"{GROUP}/{LOCKS}", caller=READER).status == 200
    assert azure.send("PUT", LOCK, of("Frozen")).status == 400


def test_a_world_names_the_level() -> None:
    with pytest.raises(WorldError, match="level"):
        Azure(locks=[{"scope": GROUP, "level": "Frozen"}])

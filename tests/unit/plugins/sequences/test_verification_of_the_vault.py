"""What verification says of the vault itself once a run has finished with it, and that it gives Azure time to agree."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vault_freshness import BORN_TAG
from ansible_collections.privatelink.recovery.plugins.modules.role_assignment import MODULE as ASSIGNMENT
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_access import MODULE as ACCESS
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as MANAGE_VAULT
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE

from ...conftest import GROUPS, SUBNET, VAULT, WORLD, Cloud
from ...stories.support import fault
from ...worlds import site_recovery as world
from ...worlds.backup import BACKUP_WANTED, JSON, ask, backup_cloud
from ...worlds.backup import failed as closed
from ...worlds.site_recovery import site_recovery_cloud

ALL = {**BACKUP_WANTED, "stage": "all"}
MARK = {BORN_TAG + "azurebackup": "true"}
NAMED: JSON = {"resource_group": "rg-backup", "name": "vault-backup"}
READER = {"scope": f"{GROUPS}/rg-backup", "role": "Reader"}


def finished() -> Cloud:
    """Azure after a Backup run that came to its end."""
    cloud = backup_cloud()
    settings: JSON = {"identity": {"type": "SystemAssigned"}, "public_network_access": "Disabled", "tags": MARK}
    done = cloud.run(MANAGE_VAULT, **NAMED, **settings)
    assert not done.get("failed"), done
    return cloud


def test_what_a_run_has_finished_holds() -> None:
    result = ask(finished(), ALL)
    assert result["passed"], result["message"]
    assert {"identity", "public_access"} <= {check["name"] for check in result["checks"]}


@pytest.mark.parametrize("desired", ["after_verify", "before_endpoint"])
def test_public_access_that_somebody_opened_again(desired: str) -> None:
    cloud = finished()
    cloud.run(MANAGE_VAULT, **NAMED, public_network_access="Enabled")
    result = ask(cloud, {**ALL, "public_network_access": desired})
    assert closed(result) == ["public_access"]
    assert "allows public network access, which is to be denied. Run the sequence" in result["message"]
    assert closed(ask(cloud, {**ALL, "public_network_access": "unchanged"})) == []
    assert closed(ask(cloud, {**BACKUP_WANTED, "public_network_access": desired})) == []


def test_public_access_is_not_due_before_a_run_has_finished() -> None:
    cloud = backup_cloud()
    assert closed(ask(cloud, {**ALL, "identity": False})) == []
    assert closed(ask(cloud, {**ALL, "identity": False, "public_network_access": "before_endpoint"})) == [
        "public_access"
    ]


def test_an_identity_that_is_gone() -> None:
    cloud = finished()
    cloud.document(VAULT)["identity"] = {"type": "None"}
    result = ask(cloud, ALL)
    assert closed(result) == ["identity"]
    assert "no system-assigned identity" in result["message"]


@pytest.mark.parametrize("role", ["Reader", "A role nobody made"])
def test_a_role_that_was_taken_away(role: str) -> None:
    cloud = finished()
    principal = cloud.document(VAULT)["identity"]["principalId"]
    desired = {**ALL, "role_assignments": [{**READER, "role": role}]}
    result = ask(cloud, desired)
    assert closed(result) == ["roles"]
    assert f"lacks {role} at {READER['scope']}" in result["message"]
    if role == "Reader":
        cloud.run(ASSIGNMENT, assignments=[{**READER, "principal_id": principal}], wait_effective=False)
        assert closed(ask(cloud, desired)) == []


def test_the_firewall_of_an_account() -> None:
    rules = {"defaultAction": "Deny", "bypass": "None", "ipRules": [], "virtualNetworkRules": []}
    cloud = site_recovery_cloud(**world.of_account(world.CACHE, network_acls=rules))
    desired = {
        **world.WANTED,
        "stage": "all",
        "identity": False,
        "trusted_services": True,
        "storage_accounts": [{"id": world.CACHE}],
    }
    result = ask(cloud, desired)
    assert closed(result) == ["trusted_services"]
    cloud.run(ACCESS, ids=[world.CACHE])
    assert closed(ask(cloud, desired)) == []


@pytest.mark.parametrize(("seconds", "waits"), [(120.0, True), (3600.0, False)])
def test_a_vault_that_learns_late_of_its_endpoint(seconds: float, waits: bool) -> None:
    cloud = finished()
    vault = cloud.document(VAULT)
    known = dict(vault["properties"])
    vault["properties"] = {**known, "privateEndpointConnections": [], "privateEndpointStateForBackup": "None"}

    def learn() -> None:
        cloud.document(VAULT)["properties"] = known

    cloud.arm.scheduler.after(seconds, learn)
    result = cloud.run(MODULE, **ALL)
    assert closed(result) == ([] if waits else ["vault", "connection"])
    assert any("waiting for the vault to show its private endpoints" in text for text in cloud.progress)


@pytest.mark.parametrize("status", ["Rejected", "Disconnected"])
def test_what_the_vault_shows_as_over_is_not_waited_for(status: str) -> None:
    cloud = finished()
    (connection,) = cloud.document(VAULT)["properties"]["privateEndpointConnections"]
    connection["properties"]["privateLinkServiceConnectionState"]["status"] = status
    assert closed(cloud.run(MODULE, **ALL)) == ["connection"]
    assert cloud.progress == []


def test_an_endpoint_that_cannot_be_read_is_told_by_its_checks() -> None:
    cloud = finished()
    fault(
        cloud, {"status": 403, "code": "AuthorizationFailed"}, times=0, nth="every", path="/privateEndpoints/pe-backup"
    )
    result = cloud.run(MODULE, **ALL)
    assert not result.get("failed")
    assert "connection" in {check["name"] for check in result["checks"] if check["verdict"] == "unknown"}


def test_check_mode_does_not_wait_for_the_vault() -> None:
    cloud = finished()
    cloud.document(VAULT)["properties"]["privateEndpointConnections"] = []
    asked: t.Any = cloud.run(MODULE, check_mode=True, **ALL)
    assert closed(asked) == ["connection"]
    assert cloud.progress == []


TEN = [f"n{number}" for number in range(10)]


@pytest.mark.parametrize("taken", [0, 1])
def test_the_last_name_of_backup_needs_an_address_too(taken: int) -> None:
    """Ten names at first and eleven after the first backup, in a subnet of eleven addresses."""
    networks = copy.deepcopy(WORLD["virtual_networks"])
    (small,) = [subnet for subnet in networks[0]["subnets"] if subnet["name"] == "small"]
    small["addresses_in_use"] = taken
    there: JSON = {"virtual_networks": networks, "settings": {"backup_names_at_creation": TEN}}
    cloud = backup_cloud(there, subnet="small")
    desired = {**ALL, "endpoints": [{"name": "pe-backup", "subnet": SUBNET.replace("/endpoints", "/small")}]}
    (reported,) = [check for check in ask(cloud, desired)["checks"] if check["name"] == "capacity"]
    assert reported["verdict"] == ("refused" if taken else "ok") and "pe-backup has 10 of 11" in reported["message"]
    # The endpoint itself says nothing of a name that found no address.
    cloud.event("first_backup", vault=VAULT, machine="sql01", item="db1")
    later = ask(cloud, desired)
    (reported,) = [check for check in later["checks"] if check["name"] == "capacity"]
    if taken:
        assert "capacity" in closed(later) and "has 0 free addresses" in reported["message"]
        assert "finds no address and resolves to none" in reported["message"]
    else:
        assert reported["verdict"] == "ok" and "pe-backup has 11 of 11" in reported["message"]
    # Before the vault is finished nobody asks: the gate did.
    assert "capacity" not in [check["name"] for check in ask(cloud, {**desired, "stage": "connections"})["checks"]]

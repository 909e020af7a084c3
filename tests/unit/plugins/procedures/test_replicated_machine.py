"""Replication of one machine: after the endpoints only, in order, once, and taken up where it stopped."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.admin import Admin
from ansible_collections.privatelink.recovery.extensions.emulator.services.recovery.history import records
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_info import MODULE as ENDPOINTS
from ansible_collections.privatelink.recovery.plugins.modules.replicated_machine import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.role_assignment import MODULE as ROLES
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_access import MODULE as ACCESS
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE as VAULTS
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ...conftest import GROUPS, Cloud, four_times
from ...stories.support import fault
from ...worlds.site_recovery import CACHE, FRESH_VAULT, MACHINE, VAULT, WANTED, endpoint, make, private_world

JSON = dict[str, t.Any]
OPTIONS: JSON = {
    "vault": VAULT,
    "machine": MACHINE,
    "disks": [f"{GROUPS}/rg-network/providers/Microsoft.Compute/disks/vm01-os"],
    "source_location": "West Europe",
    "recovery_location": "northeurope",
    "recovery_resource_group_id": f"{GROUPS}/rg-recovery",
    "cache_storage_account": CACHE,
}
IN_ORDER = [
    "fabric of westeurope",
    "fabric of northeurope",
    "container of westeurope",
    "container of northeurope",
    "replication policy",
    "mapping from westeurope to northeurope",
    "mapping from northeurope to westeurope",
    "replication of vm01",
]


def ready(*, roles: bool = True, **world: t.Any) -> Cloud:
    """Azure after a run of the role: endpoints, and the vault's identity allowed on the cache account."""
    cloud = make(**{**private_world(), **world})
    (vault,) = cloud.run(VAULTS, resource_group="rg-recovery", name="vault-recovery")["vaults"]
    principal = vault["identity"]["principal_id"]
    wanted = [
        {"scope": CACHE, "role": role, "principal_id": principal}
        for role in ("Contributor", "Storage Blob Data Contributor")
    ]
    if roles:
        assert not cloud.run(ROLES, assignments=wanted, settle_seconds=0).get("failed")
    assert not cloud.run(ACCESS, resource_group="rg-network", name="cachewest").get("failed")
    cloud.mark()
    return cloud


def names(cloud: Cloud) -> list[int]:
    """How many names each endpoint publishes."""
    found = cloud.run(ENDPOINTS, target=VAULT)["private_endpoints"]
    return [len(item["names"]) for item in found]


def parts_of(cloud: Cloud) -> list[str]:
    """The writes of replication since the mark."""
    return [write for write in cloud.writes() if "/replication" in write]


def test_four_times_and_then_seven_names() -> None:
    cloud = ready()
    assert names(cloud) == [5, 5]
    done = four_times(cloud, MODULE, **OPTIONS)
    assert done["created"] == IN_ORDER
    assert (done["state"]["name"], done["state"]["protection_state"]) == ("vm01", "Protected")
    assert names(cloud) == [7, 7]


def test_parts_are_created_in_order_and_updates_by_automation_stay_off() -> None:
    cloud = ready()
    done = cloud.run(MODULE, **OPTIONS)
    kinds = [write.rsplit("/", 2)[-2] for write in parts_of(cloud)]
    assert kinds == [
        *["replicationFabrics"] * 2,
        *["replicationProtectionContainers"] * 2,
        "replicationPolicies",
        *["replicationProtectionContainerMappings"] * 2,
        "replicationProtectedItems",
    ]
    mappings = [one for one in done["diff"] if "Mappings/" in one["after_header"]]
    assert len(mappings) == 2
    for one in mappings:
        assert one["after"]["properties"]["providerSpecificInput"]["agentAutoUpdateStatus"] == "Disabled"


def test_a_machine_is_replicated_long_before_it_is_protected() -> None:
    cloud = ready(latency="realistic")
    done = cloud.run(MODULE, **OPTIONS)
    assert (done["changed"], done["state"]["protection_state"]) == (True, "InitialReplicationInProgress")
    cloud.mark()
    again = cloud.run(MODULE, **OPTIONS)
    assert (again["changed"], cloud.writes()) == (False, [])
    cloud.arm.clock.advance(1200)
    assert cloud.run(MODULE, **OPTIONS)["state"]["protection_state"] == "Protected"


UNREADY: dict[str, JSON] = {
    "no endpoint": {"private_endpoints": [], "private_dns_zones": []},
    "pending": {"private_endpoints": [endpoint("pe-source", status="Pending")]},
    "rejected": {"private_endpoints": [endpoint("pe-source", status="Rejected")]},
    "endpoint of Backup only": {"private_endpoints": [endpoint("pe-source", group_id="AzureBackup")]},
}


@pytest.mark.parametrize("name", [name for name in UNREADY if name != "rejected"])
def test_check_mode_leaves_the_endpoint_to_an_earlier_task(name: str) -> None:
    cloud = make(**{**private_world(), **UNREADY[name]})
    result = cloud.run(MODULE, check_mode=True, **OPTIONS)
    assert (result["created"], cloud.writes()) == (IN_ORDER, [])
    (warning,) = result["warnings"]
    assert "the real run refuses unless an earlier task brings one about" in warning


@pytest.mark.parametrize(("name", "check_mode"), [*((name, False) for name in UNREADY), ("rejected", True)])
def test_refused_without_an_approved_endpoint(name: str, check_mode: bool) -> None:
    cloud = make(**{**private_world(), **UNREADY[name]})
    result = cloud.run(MODULE, check_mode=check_mode, **OPTIONS)
    assert result.get("failed")
    assert "has no Approved private endpoint for AzureSiteRecovery" in result["msg"]
    assert "can never use private endpoints" in result["msg"]
    assert cloud.writes() == []


def test_one_approved_endpoint_is_enough_for_azure_and_for_the_task() -> None:
    endpoints = [*private_world()["private_endpoints"][:1], endpoint("pe-recovery", "recovery", status="Pending")]
    result = ready(private_endpoints=endpoints).run(MODULE, **OPTIONS)
    assert result["changed"] is True
    (warning,) = result["warnings"]
    assert "pe-recovery is Pending" in warning


def test_no_vault() -> None:
    cloud = make()
    result = cloud.run(MODULE, **OPTIONS)
    assert result.get("failed") and "does not exist" in result["msg"]
    # In check mode the role's vault task has only predicted it.
    assert cloud.run(MODULE, check_mode=True, **OPTIONS)["changed"] is True
    assert cloud.writes() == []


def test_a_machine_that_is_replicated_is_left_whatever_made_it() -> None:
    cloud = ready()
    first = cloud.run(MODULE, **OPTIONS, fabric_prefix="made-elsewhere")
    cloud.mark()
    again = cloud.run(MODULE, **{**OPTIONS, "machine": MACHINE.upper().replace("/SUBSCRIPTIONS", "/subscriptions")})
    assert again["changed"] is False and again["created"] == []
    assert again["id"] == first["id"]
    assert "made-elsewhere" in again["id"]
    assert cloud.writes() == []


def test_a_second_machine_uses_what_is_there() -> None:
    cloud = ready()
    cloud.run(MODULE, **OPTIONS)
    other = {**OPTIONS, "machine": MACHINE.replace("vm01", "vm02")}
    done = four_times(cloud, MODULE, **other)
    assert done["created"] == ["replication of vm02"]


def test_another_machine_of_the_same_name_is_not_taken_for_it() -> None:
    cloud = ready()
    first = cloud.run(MODULE, **OPTIONS)
    twin = {**OPTIONS, "machine": MACHINE.replace("/rg-network/", "/rg-recovery/")}
    done = four_times(cloud, MODULE, **twin)
    assert done["created"] == ["replication of vm01"]
    assert done["id"] != first["id"] and done["id"].rsplit("/", 1)[-1].startswith("vm01-")
    assert cloud.run(MODULE, **twin)["id"] == done["id"]


TROUBLES: list[tuple[JSON, str, bool]] = [
    ({"protectionState": "EnablingFailed"}, "its protection state is EnablingFailed", True),
    ({"protectionState": "FailoverFailed"}, "its protection state is FailoverFailed", False),
    ({"replicationHealth": "Critical"}, "its replication health is Critical", False),
]


@pytest.mark.parametrize(("state", "words", "refused"), TROUBLES)
def test_replication_in_trouble_does_not_look_like_success(state: JSON, words: str, refused: bool) -> None:
    cloud = ready()
    cloud.run(MODULE, **OPTIONS)
    (vault,) = [each for each in cloud.arm.store.below(f"{GROUPS}/rg-recovery") if each.id.lower() == VAULT.lower()]
    (item,) = records(vault, "replication_protected_items")
    item["properties"].update(state)
    result = cloud.run(MODULE, **OPTIONS)
    assert bool(result.get("failed")) is refused
    assert words in (result["msg"] if refused else result["warnings"][0])
    checks = cloud.run(VERIFICATION, **WANTED, stage="all", identity=False)["checks"]
    (reported,) = [check for check in checks if check["name"] == "replication"]
    assert reported["verdict"] == "warning" and words in reported["message"]


def test_without_waiting_only_the_machine_itself_is_not_waited_for() -> None:
    passed = []
    for wait in (True, False):
        cloud = ready(latency="realistic")
        started = cloud.arm.clock.now()
        assert cloud.run(MODULE, **OPTIONS, wait=wait)["created"] == IN_ORDER
        passed.append(cloud.arm.clock.now() - started)
    assert 0 < passed[1] < passed[0]


def test_a_run_that_failed_is_taken_up() -> None:
    cloud = ready()
    fault(
        cloud,
        {"status": 400, "code": "InvalidInput", "message": "Not that mapping."},
        times=0,
        nth="every",
        method="PUT",
        path="Mappings/westeurope-to-northeurope",
    )
    failed = cloud.run(MODULE, **OPTIONS)
    assert failed["failed"] and failed["changed"] is True
    assert "400 InvalidInput: Not that mapping" in failed["msg"]
    assert failed["done"] == IN_ORDER[:5]
    assert failed["left"] == IN_ORDER[5:]
    assert names(cloud) == [5, 5]
    cloud.arm.service(Admin).faults.clear()
    resumed = cloud.run(MODULE, **OPTIONS)
    assert resumed["created"] == IN_ORDER[5:]
    assert names(cloud) == [7, 7]


def test_without_its_roles_azure_says_what_is_missing() -> None:
    cloud = ready(roles=False)
    failed = cloud.run(MODULE, **OPTIONS)
    assert failed["failed"]
    assert "HvrManagedIdentityPermissionMissing" in failed["msg"]
    assert CACHE in failed["msg"]
    assert failed["done"] == IN_ORDER[:-1]
    assert names(cloud) == [5, 5]


def test_a_firewall_without_the_exception_is_told_too() -> None:
    closed = {
        "name": "cachewest",
        "resource_group": "rg-network",
        "network_acls": {"defaultAction": "Deny", "bypass": "None"},
    }
    cloud = ready(storage_accounts=[closed])
    cloud.run(ACCESS, resource_group="rg-network", name="cachewest", state="absent")
    failed = cloud.run(MODULE, **OPTIONS)
    assert failed["failed"] and "does not allow trusted Microsoft services" in failed["msg"]


BAD: list[tuple[JSON, str]] = [
    ({"vault": CACHE}, "vault"),
    ({"machine": "vm01"}, "machine"),
    ({"disks": [MACHINE]}, "disks"),
    ({"cache_storage_account": VAULT}, "cache_storage_account"),
    ({"recovery_location": "westeurope"}, "both westeurope"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
def test_bad_input_sends_nothing(options: JSON, words: str) -> None:
    cloud = make(vaults=[FRESH_VAULT])
    result = cloud.run(MODULE, **{**OPTIONS, **options})
    assert result.get("failed") and words in result["msg"]
    assert cloud.requests() == []

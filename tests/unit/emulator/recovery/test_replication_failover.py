"""One machine from its first replication over a failover to the way back, and what a vault says of Site Recovery meanwhile."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import GROUP, NETWORK, Azure
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery.test_replication import (
    API,
    CACHE,
    CONTAINERS,
    FABRICS,
    ITEM,
    POLICY,
    VAULT,
    done,
    make,
    prepare,
    protection,
)

BACK = f"{CONTAINERS['target']}/replicationProtectionContainerMappings/back"
TURNED = f"{CONTAINERS['target']}/replicationProtectedItems/vm1"
STAGES: dict[str, float] = {"replication.enable": 310, "replication.initial": 480, "replication.point": 720}
FAILOVER: JSON = {
    "properties": {"failoverDirection": "PrimaryToRecovery", "providerSpecificDetails": {"instanceType": "A2A"}}
}


def protected(latency: dict[str, float] | None = None) -> Azure:
    azure = make(latency)
    prepare(azure)
    back = {
        "targetProtectionContainerId": CONTAINERS["source"],
        "policyId": POLICY,
        "providerSpecificInput": {"instanceType": "A2A"},
    }
    done(azure, "PUT", BACK, {"properties": back})
    return azure


def switch(**changes: object) -> JSON:
    details: JSON = {
        "instanceType": "A2A", "policyId": POLICY, "recoveryContainerId": CONTAINERS["source"], "recoveryResourceGroupId": GROUP,
        "vmManagedDisks": [{"diskId": "/d/system", "primaryStagingAzureStorageAccountId": CACHE}], **changes,
    }  # fmt: skip
    return {"properties": {"replicationProtectedItemName": "vm1", "providerSpecificDetails": details}}


def state(azure: Azure, item: str = ITEM) -> str:
    return str(azure.get(item, api=API)["properties"]["protectionState"])


def test_a_machine_replicates_before_it_is_protected() -> None:
    azure = protected(STAGES)
    azure.send("PUT", ITEM, protection(recoveryAzureNetworkId="/net"), api=API)
    azure.clock.advance(311)
    first = azure.get(ITEM, api=API)["properties"]
    assert (first["protectionState"], first["allowedOperations"]) == (
        "InitialReplicationInProgress",
        ["DisableProtection"],
    )
    assert first["providerSpecificDetails"]["rpoInSeconds"] is None
    azure.clock.advance(480)
    assert state(azure) == "InitialReplicationRecoveryCompletionPending"
    assert azure.refused("POST", f"{ITEM}/unplannedFailover", FAILOVER, api=API)[:2] == (400, "BadRequest")
    azure.clock.advance(720)
    last = azure.get(ITEM, api=API)["properties"]
    assert (last["protectionState"], "UnplannedFailover" in last["allowedOperations"]) == ("Protected", True)
    assert last["providerSpecificDetails"]["selectedRecoveryAzureNetworkId"] == "/net"


def test_stages_count_from_when_the_operation_ended() -> None:
    azure = protected(STAGES)
    azure.send("PUT", ITEM, protection(), api=API)
    azure.clock.advance(1600)
    assert state(azure) == "Protected"


def test_over_and_back() -> None:
    azure = protected()
    done(azure, "PUT", ITEM, protection())
    assert azure.refused("POST", f"{ITEM}/failoverCommit", api=API)[:2] == (400, "BadRequest")
    assert done(azure, "POST", f"{ITEM}/unplannedFailover", FAILOVER)["status"] == "Succeeded"
    over = azure.get(ITEM, api=API)["properties"]
    assert (over["protectionState"], over["activeLocation"]) == (
        "UnplannedFailoverCommitPendingStatesBegin",
        "Recovery",
    )
    assert azure.refused("POST", f"{CONTAINERS['source']}/switchprotection", switch(), api=API)[:2] == (
        400,
        "BadRequest",
    )
    done(azure, "POST", f"{ITEM}/failoverCommit")
    assert state(azure) == "UnplannedFailoverCommitted"
    accepted = azure.send("POST", f"{CONTAINERS['source']}/switchprotection", switch(), api=API)
    assert accepted.status == 202
    assert azure.send("GET", accepted.headers["Location"]).document["id"] == TURNED
    assert azure.send("GET", ITEM, api=API).status == 404
    turned = azure.get(TURNED, api=API)["properties"]
    assert (turned["protectionState"], turned["recoveryContainerId"]) == ("Protected", CONTAINERS["source"])
    details = turned["providerSpecificDetails"]
    # Where it began is remembered, where it replicates to is turned around.
    assert (details["initialPrimaryFabricLocation"], details["primaryFabricLocation"]) == ("northeurope", "westeurope")
    counts = [azure.get(path, api=API)["properties"]["protectedItemCount"] for path in CONTAINERS.values()]
    assert counts == [0, 1]
    assert done(azure, "POST", f"{TURNED}/remove", {"properties": {}})["status"] == "Succeeded"
    gone = azure.send("DELETE", TURNED, api=API)
    assert (gone.status, gone.document["error"]["code"]) == (404, "NotFound")
    assert gone.document["error"]["details"][0]["code"] == "ArmResourceDoesNotExist"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"{ITEM}x/unplannedFailover", FAILOVER, 404),
        (f"{ITEM}x/failoverCommit", None, 404),
        (f"{CONTAINERS['source']}/switchprotection", {}, 404),
        (f"{CONTAINERS['source']}/switchprotection", switch(policyId="other"), 400),
        (f"{CONTAINERS['source']}/switchprotection", switch(vmManagedDisks=[]), 400),
    ],
)
def test_refuses_a_failover_of_nothing(path: str, body: JSON | None, status: int) -> None:
    azure = protected()
    done(azure, "PUT", ITEM, protection())
    done(azure, "POST", f"{ITEM}/unplannedFailover", FAILOVER)
    done(azure, "POST", f"{ITEM}/failoverCommit")
    assert azure.send("POST", path, body, api=API).status == status


def test_networks_are_mapped() -> None:
    azure = protected()
    where = f"{FABRICS['source']}/replicationNetworks/azureNetwork/replicationNetworkMappings"
    body: JSON = {
        "recoveryFabricName": "target", "recoveryNetworkId": NETWORK,
        "fabricSpecificDetails": {"instanceType": "AzureToAzure", "primaryNetworkId": NETWORK},
    }  # fmt: skip
    done(azure, "PUT", f"{where}/m", {"properties": body})
    made = azure.get(f"{where}/m", api=API)
    assert made["properties"]["recoveryFabricArmId"] == FABRICS["target"]
    assert made["properties"]["primaryNetworkId"] == NETWORK.lower()
    assert (
        azure.get(where, api=API)["value"]
        == azure.get(f"{VAULT}/replicationNetworkMappings", api=API)["value"]
        == [made]
    )
    unknown = {**body, "recoveryNetworkId": f"{NETWORK}x"}
    assert azure.send("PUT", f"{where}/n", {"properties": unknown}, api=API).status == 400
    done(azure, "DELETE", f"{where}/m")
    assert azure.get(where, api=API)["value"] == []


def test_a_recovery_plan_holds_items() -> None:
    azure = protected()
    done(azure, "PUT", ITEM, protection())
    plan = f"{VAULT}/replicationRecoveryPlans/all"
    body: JSON = {
        "primaryFabricId": FABRICS["source"], "recoveryFabricId": FABRICS["target"],
        "groups": [{"groupType": "Boot", "replicationProtectedItems": [{"id": ITEM, "virtualMachineId": "/vm"}]}],
    }  # fmt: skip
    done(azure, "PUT", plan, {"properties": body})
    groups = azure.get(plan, api=API)["properties"]["groups"]
    assert [each["groupType"] for each in groups] == ["Shutdown", "Failover", "Boot"]
    assert groups[2]["replicationProtectedItems"][0]["id"] == ITEM
    assert azure.get(f"{VAULT}/replicationRecoveryPlans", api=API)["value"][0]["properties"]["groups"] == []
    body["groups"][0]["replicationProtectedItems"][0]["id"] = f"{ITEM}x"
    assert azure.send("PUT", f"{plan}2", {"properties": body}, api=API).status == 404
    done(azure, "DELETE", plan)
    assert azure.get(f"{VAULT}/replicationRecoveryPlans", api=API)["value"] == []


@pytest.mark.parametrize("provider", ["InMageRcm", "InMageRcmFailback"])
def test_policies_of_machines_outside_azure(provider: str) -> None:
    azure = make()
    wanted: JSON = {"instanceType": provider, "crashConsistentFrequencyInMinutes": 5}
    done(azure, "PUT", POLICY, {"properties": {"providerSpecificInput": wanted}})
    changed = {**wanted, "crashConsistentFrequencyInMinutes": 10}
    done(azure, "PATCH", POLICY, {"properties": {"replicationProviderSettings": changed}})
    shown = azure.get(POLICY, api=API)["properties"]["providerSpecificDetails"]
    assert (shown["instanceType"], shown["crashConsistentFrequencyInMinutes"]) == (provider, 10)
    assert "multiVmSyncStatus" not in shown
    other = {"properties": {"replicationProviderSettings": {"instanceType": "A2A"}}}
    assert azure.send("PATCH", POLICY, other, api=API).status == 400
    assert azure.send("PATCH", f"{POLICY}x", other, api=API).status == 404


def test_a_policy_between_regions_is_sent_one_way_and_read_another() -> None:
    azure = make()
    prepare(azure)
    shown = azure.get(POLICY, api=API)["properties"]["providerSpecificDetails"]
    assert (shown["multiVmSyncStatus"], shown["recoveryPointHistory"]) == ("Enabled", 720)
    settings = {"instanceType": "A2A", "multiVmSyncStatus": "Disable"}
    done(azure, "PATCH", POLICY, {"properties": {"replicationProviderSettings": settings}})
    shown = azure.get(POLICY, api=API)["properties"]["providerSpecificDetails"]
    assert (shown["multiVmSyncStatus"], shown["recoveryPointHistory"]) == ("Disabled", 720)


def test_what_a_vault_says_of_itself() -> None:
    azure = make()
    empty = (
        "Appliances",
        "Networks",
        "StorageClassifications",
        "StorageClassificationMappings",
        "vCenters",
        "Events",
        "Jobs",
    )
    for name in empty:
        assert azure.get(f"{VAULT}/replication{name}", api=API) == {"value": [], "nextLink": None}
    alert, sent = (
        f"{VAULT}/replicationAlertSettings/default",
        {"sendToOwners": "Send", "customEmailAddresses": ["a@b.c"], "locale": "en_US"},
    )
    assert azure.send("GET", alert, api=API).status == 404
    assert azure.send("PUT", alert, {"properties": sent}, api=API).status == 200
    assert azure.get(alert, api=API)["properties"] == sent
    assert len(azure.get(f"{VAULT}/replicationAlertSettings", api=API)["value"]) == 1
    polled = done(azure, "POST", f"{VAULT}/replicationVaultHealth/default/refresh")
    [job] = azure.get(f"{VAULT}/replicationJobs", api=API)["value"]
    assert (job["name"], job["properties"]["tasks"]) == (polled["name"], [])
    assert len(azure.get(job["id"], api=API)["properties"]["tasks"]) == 1
    assert azure.send("GET", f"{job['id']}x", api=API).status == 404
    prepare(azure)
    assert azure.get(f"{VAULT}/replicationVaultHealth", api=API)["properties"]["fabricsHealth"]["resourceCount"] == 2
    assert done(azure, "POST", f"{VAULT}/replicationJobs/export", {"properties": {}})["status"] == "Succeeded"
    systems = azure.get(f"{VAULT}/replicationSupportedOperatingSystems", api=API)["properties"]["supportedOsList"][0]
    named = {each["osName"]: each["osVersions"] for each in systems["supportedOs"]}
    assert {"version": "22.04"} in named["ubuntu"] and named["Windows 7"] == [{"version": "6.1", "servicePack": "1"}]

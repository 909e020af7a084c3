"""Site Recovery's own writes: what enabling replication between regions needs, and what it leaves behind."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Response
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    GROUP,
    SUBSCRIPTION,
    Azure,
    endpoint,
)

API = "2025-08-01"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
ACCOUNTS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
CACHE = f"{ACCOUNTS}/cache"
CLASSIC_CACHE = f"{GROUP}/providers/Microsoft.ClassicStorage/storageAccounts/old"
FABRICS = {side: f"{VAULT}/replicationFabrics/{side}" for side in ("source", "target")}
CONTAINERS = {side: f"{FABRICS[side]}/replicationProtectionContainers/{side}-machines" for side in FABRICS}
POLICY = f"{VAULT}/replicationPolicies/daily"
MAPPING = f"{CONTAINERS['source']}/replicationProtectionContainerMappings/there"
ITEM = f"{CONTAINERS['source']}/replicationProtectedItems/vm1"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/machine1"
REGIONS = {"source": "northeurope", "target": "westeurope"}
STANDARD_ROLES = ("Contributor", "Storage Blob Data Contributor")


def make(latency: dict[str, float] | None = None, **changes: object) -> Azure:
    world: JSON = {
        "vaults": [{"name": "vault", "resource_group": "rg", "location": "westeurope", "identity": "SystemAssigned"}],
        "storage_accounts": [{"name": "cache", "resource_group": "rg", "location": "northeurope"}],
        **changes,
    }
    return Azure(latency, **world)


def fabric(region: str) -> JSON:
    return {"properties": {"customDetails": {"instanceType": "Azure", "location": region}}}


def mapping() -> JSON:
    return {"properties": {
        "targetProtectionContainerId": CONTAINERS["target"], "policyId": POLICY,
        "providerSpecificInput": {"instanceType": "A2A", "agentAutoUpdateStatus": "Disabled"},
    }}  # fmt: skip


def protection(cache: str = CACHE, **changes: object) -> JSON:
    details: JSON = {
        "instanceType": "A2A", "fabricObjectId": MACHINE, "recoveryContainerId": CONTAINERS["target"],
        "vmManagedDisks": [{"diskId": f"{MACHINE}-disk", "primaryStagingAzureStorageAccountId": cache}], **changes,
    }  # fmt: skip
    return {"properties": {"policyId": POLICY, "providerSpecificDetails": details}}


def done(azure: Azure, method: str, path: str, body: JSON | None = None) -> JSON:
    """Do a long operation and return the body of its last poll."""
    accepted = azure.send(method, path, body, api=API)
    assert (accepted.status, accepted.document) == (202, None), accepted.document
    poll = azure.send("GET", accepted.headers["Azure-AsyncOperation"])
    assert poll.status == 200
    reported: JSON = poll.document
    return reported


def prepare(azure: Azure) -> None:
    for side, path in FABRICS.items():
        assert done(azure, "PUT", path, fabric(REGIONS[side]))["status"] == "Succeeded"
    for path in CONTAINERS.values():
        done(azure, "PUT", path, {"properties": {"providerSpecificInput": [{"instanceType": "A2A"}]}})
    policy = {"instanceType": "A2A", "recoveryPointHistory": 720, "multiVmSyncStatus": "Enable"}
    done(azure, "PUT", POLICY, {"properties": {"providerSpecificInput": policy}})
    done(azure, "PUT", MAPPING, mapping())


def grant(azure: Azure, account: str, *roles: str) -> None:
    principal = azure.get(VAULT)["identity"]["principalId"]
    for role in roles:
        where = f"{account}/providers/Microsoft.Authorization"
        [definition] = azure.get(f"{where}/roleDefinitions?$filter=roleName eq '{role}'", api="2022-04-01")["value"]
        body = {"roleDefinitionId": definition["id"], "principalId": principal, "principalType": "ServicePrincipal"}
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{account} {role}")
        made = azure.send("PUT", f"{where}/roleAssignments/{name}", {"properties": body}, api="2022-04-01")
        assert made.status == 201, made.document


def connect(azure: Azure, *, manual: bool = False) -> None:
    azure.settled("PUT", ENDPOINT, endpoint(manual=manual, target=VAULT, group_ids=["AzureSiteRecovery"]))


def names(azure: Azure) -> list[str]:
    return [config["fqdn"] for config in azure.get(ENDPOINT)["properties"]["customDnsConfigs"]]


def test_the_dialect_of_site_recovery() -> None:
    azure = make({"replication.write": 30})
    accepted = azure.send("PUT", POLICY, {"properties": {"providerSpecificInput": {"instanceType": "A2A"}}}, api=API)
    status, location = accepted.headers["Azure-AsyncOperation"], accepted.headers["Location"]
    assert "/Subscriptions/" in status and "/vaults/vault/replicationOperationStatus/" in status
    assert "/replicationPolicies/daily/operationresults/" in location
    running = azure.send("GET", status)
    assert running.document["status"] == "InProgress"
    assert running.document["endTime"] is None
    assert azure.send("GET", location).status == 202
    assert azure.send("GET", POLICY, api=API).status == 404
    azure.clock.advance(30)
    reported = azure.send("GET", status).document
    assert reported.keys() == {"error", "id", "name", "properties", "status", "startTime", "endTime", "percentComplete"}
    assert (reported["status"], reported["id"], reported["error"]) == ("Succeeded", None, None)
    assert azure.send("GET", location).document == azure.get(POLICY, api=API)


def test_every_part_is_shown_alone_and_in_its_lists() -> None:
    azure = make()
    prepare(azure)
    assert azure.get(FABRICS["source"])["properties"]["customDetails"] == {
        "instanceType": "Azure",
        "location": "northeurope",
        "containerIds": [CONTAINERS["source"]],
        "zones": [],
    }
    # A list leaves the containers of a fabric out.
    listed = azure.get(f"{VAULT}/replicationFabrics")["value"][0]["properties"]["customDetails"]
    assert listed == {"instanceType": "Azure", "location": "northeurope", "containerIds": None}
    container = azure.get(CONTAINERS["source"])
    assert container["properties"]["pairingStatus"] == "Paired"
    assert azure.get(POLICY)["properties"]["providerSpecificDetails"]["recoveryPointHistory"] == 720
    shown = azure.get(MAPPING)
    assert shown["properties"]["targetProtectionContainerId"] == CONTAINERS["target"]
    assert shown["properties"]["providerSpecificDetails"]["agentAutoUpdateStatus"] == "Disabled"
    for path, expected in (
        (f"{VAULT}/replicationFabrics", ["source", "target"]),
        (f"{VAULT}/replicationProtectionContainers", ["source-machines", "target-machines"]),
        (f"{FABRICS['source']}/replicationProtectionContainers", ["source-machines"]),
        (f"{VAULT}/replicationProtectionContainerMappings", ["there"]),
        (f"{CONTAINERS['source']}/replicationProtectionContainerMappings", ["there"]),
        # Those to a container are listed below it as well.
        (f"{CONTAINERS['target']}/replicationProtectionContainerMappings", ["there"]),
        (f"{VAULT}/replicationPolicies", ["daily"]),
    ):
        assert [one["name"] for one in azure.get(path)["value"]] == expected


def test_protection_adds_the_item_and_two_names_of_the_source_region() -> None:
    azure = make()
    connect(azure)
    assert len(names(azure)) == 5
    prepare(azure)
    grant(azure, CACHE, *STANDARD_ROLES)
    assert done(azure, "PUT", ITEM, protection())["status"] == "Succeeded"
    assert sum(".ne.privatelink.siterecovery" in name for name in names(azure)) == 2
    assert len(names(azure)) == 7
    item = azure.get(ITEM)
    assert item["properties"]["friendlyName"] == "machine1"
    assert item["properties"]["recoveryContainerId"] == CONTAINERS["target"]
    disks = item["properties"]["providerSpecificDetails"]["protectedManagedDisks"]
    assert disks[0]["primaryStagingAzureStorageAccountId"] == CACHE
    assert azure.get(f"{VAULT}/replicationProtectedItems")["value"] == [item]
    assert azure.get(f"{CONTAINERS['source']}/replicationProtectedItems")["value"] == [item]
    assert azure.get(CONTAINERS["source"])["properties"]["protectedItemCount"] == 1
    usage = azure.get(f"{VAULT}/replicationUsages")["value"][0]
    assert usage["protectedItemCount"] == 1


def test_the_event_does_the_same() -> None:
    azure = make()
    connect(azure)
    outcome = azure.arm.events["replication_enabled"]({"vault": VAULT, "source_location": "North Europe"})
    assert outcome["succeeded"]
    assert len(names(azure)) == 7
    [item] = azure.get(f"{VAULT}/replicationProtectedItems")["value"]
    assert azure.get(item["id"]) == item
    [mapped] = azure.get(f"{VAULT}/replicationProtectionContainerMappings")["value"]
    assert azure.get(mapped["id"]) == mapped
    azure.arm.events["items_removed"]({"vault": VAULT, "purge": True})
    assert azure.get(f"{VAULT}/replicationProtectionContainers")["value"] == []


@pytest.mark.parametrize(
    ("cache", "world", "roles", "succeeds"),
    [
        (CACHE, {}, STANDARD_ROLES, True),
        (CACHE, {}, (), False),
        (CACHE, {}, ("Contributor",), False),
        (CACHE, {}, ("Storage Blob Data Contributor",), False),
        (CACHE, {"sku": "Premium_LRS"}, STANDARD_ROLES, False),
        (CACHE, {"sku": "Premium_LRS"}, ("Contributor", "Storage Blob Data Owner"), True),
        (
            CLASSIC_CACHE,
            {},
            ("Classic Storage Account Contributor", "Classic Storage Account Key Operator Service Role"),
            True,
        ),
        (CLASSIC_CACHE, {}, ("Classic Storage Account Key Operator Service Role",), False),
    ],
)
def test_a_vault_with_endpoints_needs_the_roles_of_the_accounts_tier(
    cache: str, world: JSON, roles: tuple[str, ...], succeeds: bool
) -> None:
    azure = make(
        storage_accounts=[{"name": "cache", "resource_group": "rg", **world}],
        classic_storage_accounts=[{"name": "old", "resource_group": "rg"}],
    )
    connect(azure)
    prepare(azure)
    grant(azure, cache, *roles)
    reported = done(azure, "PUT", ITEM, protection(cache))
    assert (reported["status"] == "Succeeded") is succeeds
    if not succeeds:
        assert reported["error"]["code"] == "HvrManagedIdentityPermissionMissing"
        assert cache in reported["error"]["message"]
        assert azure.send("GET", ITEM, api=API).status == 404
        assert len(names(azure)) == 5


@pytest.mark.parametrize(
    ("setting", "endpoints", "succeeds"),
    [("with_endpoints", False, True), ("always", False, False), ("never", True, True)],
)
def test_when_roles_count_is_a_setting(setting: str, endpoints: bool, succeeds: bool) -> None:
    azure = make(settings={"replication_storage_roles": setting})
    if endpoints:
        connect(azure)
    prepare(azure)
    assert (done(azure, "PUT", ITEM, protection())["status"] == "Succeeded") is succeeds


def test_without_its_identity_the_vault_cannot_replicate_through_its_endpoint() -> None:
    azure = make(vaults=[{"name": "vault", "resource_group": "rg", "location": "westeurope"}])
    connect(azure)
    prepare(azure)
    assert done(azure, "PUT", ITEM, protection())["error"]["code"] == "HvrManagedIdentityPermissionMissing"


@pytest.mark.parametrize("access", ["Enabled", "Disabled"])
def test_a_pending_endpoint_is_no_way_in(access: str) -> None:
    vault = {"name": "vault", "resource_group": "rg", "identity": "SystemAssigned", "public_network_access": access}
    azure = make(vaults=[vault])
    connect(azure, manual=True)
    prepare(azure)
    grant(azure, CACHE, *STANDARD_ROLES)
    reported = done(azure, "PUT", ITEM, protection())
    assert reported["status"] == ("Succeeded" if access == "Enabled" else "Failed")


@pytest.mark.parametrize(("bypass", "succeeds"), [("AzureServices, Metrics", True), ("Metrics", False)])
def test_a_firewall_must_let_trusted_services_in(bypass: str, succeeds: bool) -> None:
    rules = {"defaultAction": "Deny", "bypass": bypass}
    azure = make(storage_accounts=[{"name": "cache", "resource_group": "rg", "network_acls": rules}])
    prepare(azure)
    reported = done(azure, "PUT", ITEM, protection())
    assert (reported["status"] == "Succeeded") is succeeds
    if not succeeds:
        assert "trusted Microsoft services" in reported["error"]["message"]


def test_an_account_that_keeps_deleted_blobs_is_refused() -> None:
    azure = make(storage_accounts=[{"name": "cache", "resource_group": "rg", "blob_soft_delete_days": 7}])
    prepare(azure)
    error = done(azure, "PUT", ITEM, protection())["error"]
    assert (error["code"], "Soft delete is enabled" in error["message"]) == ("28177", True)


def test_unmanaged_disks_need_source_cache_and_target() -> None:
    accounts = [{"name": name, "resource_group": "rg"} for name in ("cache", "machines", "copies")]
    azure = make(storage_accounts=accounts)
    connect(azure)
    prepare(azure)
    disk = {
        "diskUri": "https://machines.blob.core.windows.net/vhds/a.vhd", "primaryStagingAzureStorageAccountId": CACHE,
        "recoveryAzureStorageAccountId": f"{ACCOUNTS}/copies",
    }  # fmt: skip
    given = protection(vmManagedDisks=[], vmDisks=[disk])
    for name in ("cache", "copies", "machines"):
        reported = done(azure, "PUT", ITEM, given)
        assert f"{ACCOUNTS}/{name}'" in reported["error"]["message"]
        grant(azure, f"{ACCOUNTS}/{name}", *STANDARD_ROLES)
    assert done(azure, "PUT", ITEM, given)["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (ITEM, protection(vmManagedDisks=[])),
        (ITEM, protection(vmManagedDisks=[{"diskId": "d"}])),
        (ITEM, protection(instanceType="InMageRcm")),
        (ITEM, protection(recoveryContainerId=CONTAINERS["source"])),
        (ITEM, protection(recoveryContainerId="none")),
        (ITEM, {}),
        (f"{VAULT}/replicationFabrics/other", {"properties": {}}),
        (f"{VAULT}/replicationFabrics/other", fabric("atlantis")),
        (f"{VAULT}/replicationPolicies/other", {"properties": {"providerSpecificInput": {"instanceType": "X"}}}),
        (MAPPING.replace("there", "elsewhere"), {"properties": {}}),
    ],
)
def test_refuses_a_request_that_says_too_little(path: str, given: JSON) -> None:
    azure = make()
    prepare(azure)
    assert azure.send("PUT", path, given, api=API).status == 400


def test_what_something_stands_on_must_exist() -> None:
    azure = make()
    assert azure.refused("PUT", CONTAINERS["source"], {}, api=API)[0] == 404
    assert azure.refused("PUT", ITEM, protection(), api=API)[0] == 404
    assert azure.refused("PUT", MAPPING, mapping(), api=API)[0] == 404
    assert azure.refused("GET", f"{FABRICS['source']}/replicationProtectionContainers", api=API)[0] == 404


def test_a_fabric_ends_the_vaults_freshness() -> None:
    azure = make()
    done(azure, "PUT", FABRICS["source"], fabric("northeurope"))
    azure.send("PUT", ENDPOINT, endpoint(target=VAULT, group_ids=["AzureSiteRecovery"]))
    assert azure.get(ENDPOINT)["properties"]["provisioningState"] == "Failed"


def test_a_missing_account_fails_the_operation() -> None:
    azure = make()
    prepare(azure)
    reported = done(azure, "PUT", ITEM, protection(f"{ACCOUNTS}/nowhere"))
    assert (reported["status"], "nowhere" in reported["error"]["message"]) == ("Failed", True)


def remove(azure: Azure, path: str) -> Response:
    return azure.send("POST", f"{path}/remove", {"properties": {}}, api=API)


def test_is_removed_from_the_inside_out() -> None:
    azure = make()
    prepare(azure)
    done(azure, "PUT", ITEM, protection())
    for used in (FABRICS["source"], CONTAINERS["source"]):
        assert azure.refused("POST", f"{used}/remove", {}, api=API)[0] == 400
    assert azure.refused("DELETE", POLICY, api=API)[0] == 400
    for path in (ITEM, MAPPING, *CONTAINERS.values()):
        accepted = remove(azure, path)
        assert accepted.status == 202
        assert azure.send("GET", accepted.headers["Location"]).status == 204
        assert azure.send("GET", path, api=API).status == 404
        assert remove(azure, path).status == 204
    assert done(azure, "DELETE", POLICY)["status"] == "Succeeded"
    for path in FABRICS.values():
        assert remove(azure, path).status == 202
    assert azure.get(f"{VAULT}/replicationFabrics")["value"] == []


def test_delete_takes_along_what_is_below() -> None:
    azure = make()
    prepare(azure)
    done(azure, "PUT", ITEM, protection())
    done(azure, "DELETE", ITEM)
    assert azure.get(CONTAINERS["source"])["properties"]["protectedItemCount"] == 0
    done(azure, "DELETE", FABRICS["source"])
    assert [one["name"] for one in azure.get(f"{VAULT}/replicationProtectionContainers")["value"]] == [
        "target-machines"
    ]
    assert azure.get(f"{VAULT}/replicationProtectionContainerMappings")["value"] == []


def test_the_activity_log_tells_of_it() -> None:
    azure = make()
    prepare(azure)
    done(azure, "PUT", ITEM, protection())
    query = f"$filter=eventTimestamp ge '2023-01-01T00:00:00Z' and resourceUri eq '{VAULT}'"
    events = azure.get(
        f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values?{query}", api="2015-04-01"
    )["value"]
    reported = {event["operationName"]["value"].lower() for event in events}
    prefix = "microsoft.recoveryservices/vaults/replicationfabrics"
    assert f"{prefix}/write" in reported
    assert f"{prefix}/replicationprotectioncontainers/replicationprotecteditems/write" in reported


def test_what_exists_stays_as_it_is() -> None:
    azure = make()
    prepare(azure)
    before = azure.get(FABRICS["source"])
    assert done(azure, "PUT", FABRICS["source"], fabric("uksouth"))["status"] == "Succeeded"
    assert azure.get(FABRICS["source"]) == before

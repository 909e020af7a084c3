"""The documents of Site Recovery between Azure regions: fabrics, containers, policies, mappings, replicated items.

Sources: azure-cli-extensions recording ``test_siterecovery_A2A_selfcreated_scenarios.yaml`` (2022-08-01: fabrics, containers,
policies, mappings); azure-rest-api-specs ``recoveryservicessiterecovery`` (types Fabric, ProtectionContainer, Policy,
ProtectionContainerMapping, ReplicationProtectedItem and their A2A details).
"""

from __future__ import annotations

import uuid

from ...arm import Arm
from ...provider_catalog import display_name
from ...store import Resource
from ...wire import JSON, fold, location
from . import replication_item_documents as items
from .history import add, records

AZURE_TO_AZURE = "A2A"
CONTAINERS = "replicationProtectionContainers"
MAPPINGS = "replicationProtectionContainerMappings"
ITEMS = "replicationProtectedItems"
NETWORKS = "replicationNetworks"
NETWORK_MAPPINGS = "replicationNetworkMappings"
#: Every kind of record that Site Recovery's own writes make, innermost first.
KINDS = (
    "replication_protected_items",
    "replication_mappings",
    "replication_containers",
    "network_mappings",
    "recovery_plans",
    "fabrics",
    "replication_policies",
)
_POLICY = "24-hour-retention-policy"
#: What a policy of the portal keeps, in minutes; one of a request keeps what that says, or nothing.
A_DAY: JSON = {"recoveryPointHistory": 1440}


def find_record(vault: Resource, kind: str, resource_id: str) -> JSON | None:
    """The record of an id, or ``None``; Site Recovery's own ids differ in case from one answer to the next."""
    return next((document for document in records(vault, kind) if fold(document["id"]) == fold(resource_id)), None)


def below(vault: Resource, kind: str, parent_id: str) -> list[JSON]:
    """The records of a kind below another one."""
    return [document for document in records(vault, kind) if fold(document["id"]).startswith(fold(parent_id) + "/")]


def add_fabric(vault: Resource, name: str, region: str) -> JSON:
    """A fabric: the Azure machines of one region."""
    details = {"instanceType": "Azure", "location": location(region), "containerIds": [], "zones": []}
    return _add_fabric(vault, name, display_name(region), details)


def add_hyperv_site(vault: Resource, name: str) -> JSON:
    """A fabric: the Hyper-V hosts of a site.

    Source: its list in Microsoft Learn "Automate VMware to Azure agent-based migration using Azure Site Recovery REST API".
    """
    return _add_fabric(vault, name, name, {"instanceType": "HyperVSite", "hyperVHosts": []})


def _add_fabric(vault: Resource, name: str, shown: str, details: JSON) -> JSON:
    keys = {"kekState": "None", "kekCertThumbprint": None}
    return add(
        vault,
        "fabrics",
        name,
        {
            "friendlyName": shown,
            "encryptionDetails": dict(keys),
            "rolloverEncryptionDetails": dict(keys),
            "internalIdentifier": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{vault.id}/{name}".lower())),
            "bcdrState": "Valid",
            "customDetails": details,
            "healthErrorDetails": [],
            "health": "Normal",
        },
    )


def add_container(vault: Resource, fabric: JSON, name: str) -> JSON:
    """A container of a fabric: what is protected is in one."""
    made = add(
        vault,
        "replication_containers",
        name,
        {
            "fabricFriendlyName": fabric["properties"]["friendlyName"],
            "friendlyName": name,
            "fabricType": "Azure",
            "protectedItemCount": 0,
            "pairingStatus": "NotPaired",
            "role": "",
            "fabricSpecificDetails": None,
        },
        f"replicationFabrics/{fabric['name']}/{CONTAINERS}",
    )
    fabric["properties"]["customDetails"].setdefault("containerIds", []).append(made["id"])
    return made


def listed_fabric(fabric: JSON) -> JSON:
    """A fabric as the list of them shows it: without its containers and zones."""
    properties = fabric["properties"]
    if properties.get("customDetails", {}).get("instanceType") == "HyperVSite":
        return fabric
    details = {name: value for name, value in properties.get("customDetails", {}).items() if name != "zones"}
    return {**fabric, "properties": {**properties, "customDetails": {**details, "containerIds": None}}}


#: What a policy of a provider has whether or not a request says so.
_POLICY_DEFAULTS: dict[str, JSON] = {
    AZURE_TO_AZURE: {
        "recoveryPointThresholdInMinutes": 0,
        "recoveryPointHistory": 0,
        "appConsistentFrequencyInMinutes": 0,
        "crashConsistentFrequencyInMinutes": 5,
    },
    "InMageRcm": {
        "recoveryPointHistoryInMinutes": 0,
        "appConsistentFrequencyInMinutes": 0,
        "crashConsistentFrequencyInMinutes": 0,
        "enableMultiVmSync": "false",
    },
    "InMageRcmFailback": {"appConsistentFrequencyInMinutes": 0, "crashConsistentFrequencyInMinutes": 0},
}
#: The providers whose policies are known.
POLICY_PROVIDERS = tuple(_POLICY_DEFAULTS)


def add_policy(vault: Resource, name: str, details: JSON | None = None) -> JSON:
    """A replication policy, between Azure regions unless ``details`` name another provider."""
    given = policy_details({"multiVmSyncStatus": "Enable", "instanceType": AZURE_TO_AZURE, **(details or {})})
    provider = given["instanceType"]
    if provider != AZURE_TO_AZURE:
        given.pop("multiVmSyncStatus")
    shown = {
        **_POLICY_DEFAULTS[provider],
        "status": False,
        "associatedItemsCount": 0,
        "dataSourceType": "VM",
        **given,
    }
    return add(vault, "replication_policies", name, {"friendlyName": name, "providerSpecificDetails": shown})


def policy_details(sent: JSON) -> JSON:
    """What a policy shows of a request: ``multiVmSyncStatus`` is sent as Enable or Disable and read as Enabled or Disabled."""
    synchronised = sent.get("multiVmSyncStatus")
    return {**sent, "multiVmSyncStatus": f"{synchronised}d"} if synchronised in ("Enable", "Disable") else dict(sent)


def add_mapping(vault: Resource, source: JSON, name: str, target: JSON, policy: JSON, updates: str) -> JSON:
    """The way from one container to another; both count as paired. ``updates`` is the agent's automatic update."""
    for container in (source, target):
        container["properties"]["pairingStatus"] = "Paired"
    return add(
        vault,
        "replication_mappings",
        name,
        {
            "targetProtectionContainerId": target["id"],
            "targetProtectionContainerFriendlyName": target["name"],
            "sourceProtectionContainerFriendlyName": source["name"],
            "policyId": policy["id"],
            "policyFriendlyName": policy["name"],
            "health": "Normal",
            "healthErrorDetails": [],
            "state": "Paired",
            "sourceFabricFriendlyName": source["properties"]["fabricFriendlyName"],
            "targetFabricFriendlyName": target["properties"]["fabricFriendlyName"],
            "providerSpecificDetails": {
                "instanceType": AZURE_TO_AZURE,
                "agentAutoUpdateStatus": updates,
                "automationAccountAuthenticationType": "RunAsAccount",
                "automationAccountArmId": None,
                "scheduleName": None,
                "jobScheduleName": None,
            },
        },
        f"{_relative(vault, source)}/{MAPPINGS}",
    )


def add_network_mapping(
    vault: Resource, source: JSON, network: str, name: str, target: JSON, networks: tuple[str, str]
) -> JSON:
    """Which network of the recovery region stands for one of the primary's; ids of networks are shown in small letters."""
    primary, recovery = (each.lower() for each in networks)
    return add(
        vault,
        "network_mappings",
        name,
        {
            "state": "Paired",
            "primaryNetworkFriendlyName": primary.rsplit("/", 1)[-1],
            "primaryNetworkId": primary,
            "primaryFabricFriendlyName": source["properties"]["friendlyName"],
            "recoveryNetworkFriendlyName": recovery.rsplit("/", 1)[-1],
            "recoveryNetworkId": recovery,
            "recoveryFabricArmId": target["id"],
            "recoveryFabricFriendlyName": target["properties"]["friendlyName"],
            "fabricSpecificSettings": {
                "instanceType": "AzureToAzure",
                "primaryFabricLocation": source["properties"]["customDetails"]["location"],
                "recoveryFabricLocation": target["properties"]["customDetails"]["location"],
            },
        },
        f"{_relative(vault, source)}/{NETWORKS}/{network}/{NETWORK_MAPPINGS}",
    )


def add_plan(vault: Resource, name: str, source: JSON, target: JSON, given: JSON) -> JSON:
    """A recovery plan: what fails over together, and in which order."""
    boots = [each for each in given.get("groups") or [] if each.get("groupType") not in ("Shutdown", "Failover")]
    groups = [{"groupType": kind} for kind in ("Shutdown", "Failover")] + boots
    return add(
        vault,
        "recovery_plans",
        name,
        {
            "friendlyName": name,
            "primaryFabricId": source["id"],
            "primaryFabricFriendlyName": source["properties"]["friendlyName"],
            "recoveryFabricId": target["id"],
            "recoveryFabricFriendlyName": target["properties"]["friendlyName"],
            "failoverDeploymentModel": given.get("failoverDeploymentModel") or "ResourceManager",
            "replicationProviders": [AZURE_TO_AZURE],
            "allowedOperations": ["UnplannedFailover", "TestFailover"],
            "currentScenario": None,
            "currentScenarioStatus": None,
            "currentScenarioStatusDescription": None,
            "groups": [_plan_group(each) for each in groups],
            "providerSpecificDetails": [],
        },
    )


def _plan_group(given: JSON) -> JSON:
    machines = [
        {"id": each["id"], "virtualMachineId": str(uuid.uuid5(uuid.NAMESPACE_URL, each["id"].lower()))}
        for each in given.get("replicationProtectedItems") or []
    ]
    actions = {name: given.get(name) or [] for name in ("startGroupActions", "endGroupActions")}
    return {"groupType": given["groupType"], "replicationProtectedItems": machines, **actions}


def listed_plan(plan: JSON) -> JSON:
    """A plan as the list of them shows it: without its groups."""
    return {**plan, "properties": {**plan["properties"], "groups": []}}


def add_item(
    arm: Arm, vault: Resource, name: str, machine: str, source: JSON, target: JSON, policy: JSON, details: JSON
) -> JSON:
    """A machine that replicates for the first time, from one container to another; ``details``: its provider's part of the request."""
    source["properties"]["protectedItemCount"] += 1
    properties = items.properties(arm, vault.id, machine, _side(vault, source), _side(vault, target), policy, details)
    document = add(vault, "replication_protected_items", name, properties, f"{_relative(vault, source)}/{ITEMS}")
    items.enter(arm, document, "replicating")
    return document


def remove_record(vault: Resource, document: JSON) -> None:
    """Forget a record and those below it; containers count what they have left."""
    for kind in KINDS:
        gone = [each for each in records(vault, kind) if each is document or each in below(vault, kind, document["id"])]
        records(vault, kind)[:] = [each for each in records(vault, kind) if each not in gone]
    for container in records(vault, "replication_containers"):
        left = below(vault, "replication_protected_items", container["id"])
        container["properties"]["protectedItemCount"] = len(left)
    there = [container["id"] for container in records(vault, "replication_containers")]
    for fabric in records(vault, "fabrics"):
        details = fabric["properties"].get("customDetails", {})
        if details.get("instanceType") == "Azure":
            details["containerIds"] = [each for each in details.get("containerIds") or [] if each in there]


def fabric_of(vault: Resource, container: JSON) -> JSON:
    """The fabric a container is in."""
    return next(each for each in records(vault, "fabrics") if fold(container["id"]).startswith(fold(each["id"]) + "/"))


def region_of(vault: Resource, container: JSON) -> str:
    """The region of the fabric a container is in."""
    return str(fabric_of(vault, container)["properties"]["customDetails"]["location"])


def default_fabric(vault: Resource, region: str) -> JSON:
    """The fabric that the portal makes for a region, with its container."""
    name = f"asr-a2a-default-{region}"
    known = next((each for each in records(vault, "fabrics") if each["name"] == name), None)
    if known is not None:
        return known
    fabric = add_fabric(vault, name, region)
    add_container(vault, fabric, f"{name}-container")
    return fabric


def add_replication(arm: Arm, vault: Resource, machine: str, source_region: str) -> None:
    """Replicate a machine from a region to the vault's, with everything the portal makes for it.

    ``machine`` is its id, or its name when it is in the vault's resource group.
    """
    group = vault.id.partition("/providers/")[0]
    machine_id = machine if "/" in machine else f"{group}/providers/Microsoft.Compute/virtualMachines/{machine}"
    target = _container(vault, default_fabric(vault, vault.document["location"]))
    source = _container(vault, default_fabric(vault, source_region))
    policy = next(iter(records(vault, "replication_policies")), None) or add_policy(vault, _POLICY, A_DAY)
    if not below(vault, "replication_mappings", source["id"]):
        add_mapping(vault, source, f"{source['name']}-mapping", target, policy, "Disabled")
    name = machine_id.rsplit("/", 1)[-1]
    details = {"fabricObjectId": machine_id, "recoveryResourceGroupId": group}
    items.enter(arm, add_item(arm, vault, arm.guid(), name, source, target, policy, details), "protected")


def _container(vault: Resource, fabric: JSON) -> JSON:
    known = below(vault, "replication_containers", fabric["id"])
    return known[0] if known else add_container(vault, fabric, f"{fabric['name']}-container")


def _side(vault: Resource, container: JSON) -> items.Side:
    return items.Side(fabric_of(vault, container), container, region_of(vault, container))


def _relative(vault: Resource, document: JSON) -> str:
    return str(document["id"])[len(vault.id) + 1 :]

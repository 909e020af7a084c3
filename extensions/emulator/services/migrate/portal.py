"""What the portal does for a person: Generate key, as far as it leaves something in Azure Resource Manager.

Sources: Microsoft Learn "Discover and assess servers for migration using Private Link" (which resources, each with its endpoint; the
project's identity is let into the storage account), "Delete an Azure Migrate project" (their names, which of them have endpoints) and
the public export of a private project (names with four digits; ``privateEndpointDetails`` of the discovery solution). The key itself is
in no public source and is no thing of Azure Resource Manager, so none is answered.
"""

from __future__ import annotations

import json

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError, fold
from ...world import WorldError
from ..keyvault.documents import zone as key_vault_zone
from ..keyvault.service import KeyVault
from ..network.private_dns import PrivateDns
from ..network.service import Network
from ..platform.authorization import Authorization
from ..storage.documents import zone as storage_zone
from ..storage.service import Storage
from . import world
from .documents import ASSESSMENT_PROJECT, MASTER_SITE, PROJECT, SITES, zone

_DISCOVERY = "Servers-Discovery-ServerDiscovery"
_BLOB_ROLE = "Storage Blob Data Contributor"
#: What the portal calls a source -> the kind of its site.
_KINDS = {"VMware": "VMware", "HyperV": "HyperV", "Physical": "Server"}
_ZONES = "Microsoft.Network/privateDnsZones"


def key_generated(arm: Arm, payload: JSON) -> JSON:
    """A person chooses Generate key for ``appliance`` (``kind``: VMware, HyperV or Physical) in ``project``, a name or an id.

    Answers the project's id, whether it ``succeeded`` and why not. For an appliance that has its site already nothing is made again.
    """
    project = _project(arm, str(payload.get("project") or payload.get("vault") or ""))
    appliance, kind = str(payload.get("appliance") or "appliance"), str(payload.get("kind") or "Physical")
    if kind not in _KINDS:
        raise ArmError(400, "InvalidEvent", f"'{kind}' is no kind of machine; there are {', '.join(_KINDS)}.")
    details = _details(arm, project)
    if not details.get("subnetId"):
        raise ArmError(400, "InvalidEvent", f"{project.id} has no subnet for endpoints: it is not a private project.")
    if _site(arm, project, appliance) is None:
        try:
            _make(arm, project, appliance, _KINDS[kind], details)
        except WorldError as error:
            return {"project": project.id, "succeeded": False, "message": str(error)}
    return {"project": project.id, "succeeded": True, "message": ""}


def _project(arm: Arm, name: str) -> Resource:
    for found in arm.store.below("/", PROJECT):
        if name.lower() in (found.id.lower(), found.name.lower()):
            return found
    raise ArmError(404, "ResourceNotFound", f"There is no project '{name}'.")


def _details(arm: Arm, project: Resource) -> JSON:
    """What the discovery solution says of the endpoints that are to be made."""
    solution = arm.store.find(f"{project.id}/Solutions/{_DISCOVERY}")
    held = (solution.properties.get("details") or {}).get("extendedDetails") or {} if solution else {}
    found: JSON = json.loads(held.get("privateEndpointDetails") or "{}")
    return found


def _site(arm: Arm, project: Resource, appliance: str) -> Resource | None:
    for kind in SITES.values():
        for site in arm.store.below("/", kind):
            solution = str(site.properties.get("discoverySolutionId") or "")
            if fold(solution).startswith(fold(project.id) + "/") and site.properties.get("applianceName") == appliance:
                return site
    return None


def _make(arm: Arm, project: Resource, appliance: str, kind: str, details: JSON) -> None:
    """The resources, then their endpoints in the project's subnet, with zones of the portal's own unless the project forbids them."""
    digits, group = f"{arm.random.randrange(1000, 10000)}", project.id.split("/providers/")[0]
    _subscriptions, subscription, _groups, group_name = group.strip("/").split("/")
    place = {
        "subscription_id": subscription,
        "resource_group": group_name,
        "location": project.document["location"],
    }
    own, its = project.name.lower().replace("-", "")[:10], appliance.lower()[:14]
    account, vault, master = f"{its}{digits}usa", f"{own}{digits}kv", f"{own}{digits}mastersite"
    assessment = f"{own}{digits}project"
    site = {
        "name": f"{its}{digits}site",
        "kind": kind,
        "master_site": master,
        "key_vault": vault,
        "appliance": appliance,
    }
    made: JSON = {
        "key_vaults": [{"name": vault, **place, "network_acls": {"defaultAction": "Deny"}}],
        "storage_accounts": [{"name": account, **place}],
        "master_sites": [{"name": master, **place, "storage_account": account}],
        "assessment_projects": [{"name": assessment, **place, "project": project.id, "storage_account": account}],
        "migrate_sites": [{**site, **place, "project": project.id}],
    }
    arm.service(KeyVault).load(made)
    arm.service(Storage).load(made)
    world.load(arm, made)
    account_id = f"{group}/providers/Microsoft.Storage/storageAccounts/{account}"
    identity = (project.document.get("identity") or {}).get("principalId")
    if identity:
        arm.service(Authorization).assignments.grant(account_id, _BLOB_ROLE, identity, "ServicePrincipal")
    targets = (
        (f"{group}/providers/Microsoft.KeyVault/vaults/{vault}", "vault", key_vault_zone(arm)),
        (account_id, "blob", storage_zone(arm, "blob")),
        (f"{group}/providers/{MASTER_SITE}/{master}", "Default", zone(arm)),
        (f"{group}/providers/{ASSESSMENT_PROJECT}/{assessment}", "Default", zone(arm)),
    )
    network, _subnets, subnet = str(details["subnetId"]).rpartition("/subnets/")
    zones = "" if details.get("skipPrivateDnsZoneCreation") else f"{group}/providers/{_ZONES}"
    if zones:
        link = {"name": f"{network.rsplit('/', 1)[-1]}{digits}vnetlink", "virtual_network": network}
        missing = {name for _target, _group, name in targets if arm.store.find(f"{zones}/{name}") is None}
        rows = [{"name": name, **place, "virtual_network_links": [link]} for name in sorted(missing)]
        arm.service(PrivateDns).load({"private_dns_zones": rows})
    endpoints: list[JSON] = []
    for target, group_id, name in targets:
        row = {"name": f"{target.rsplit('/', 1)[-1]}pe", "target": target, "group_id": group_id}
        attached = {"zone_group": {"name": f"{own}{digits}dnszonegroup", "zones": [f"{zones}/{name}"]}} if zones else {}
        endpoints.append({**row, **place, "virtual_network": network, "subnet": subnet, **attached})
    arm.service(Network).load({"private_endpoints": endpoints})

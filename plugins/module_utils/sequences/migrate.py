"""The sequence of an Azure Migrate project: no vault, endpoints of the project, a key vault and a storage account."""

from __future__ import annotations

from ..engine.plan import Plan
from ..resources import migrate_projects as migrate
from ..resources.subnets import Need
from ..resources.targets import PROJECT_TARGET
from ..wire import get_path, provisioning
from .gates import migrate as gates
from .gates.backing import left_alone, named_resources
from .gates.endpoints import endpoint_names, quota
from .gates.locks import locks, teardown_locks
from .gates.names import topology, zone_knowledge, zones
from .gates.network import networks, paths, regions, subnets
from .gates.proof import resolution
from .gates.teardown import permissions
from .gates.vault import cloud
from .inspection import Inspection
from .migrate_rules import ADVISED_ADDRESSES, LEAST_ADDRESSES
from .rows import OutlookRow
from .rows import Plan as Known
from .sequence import GateRow, Row, Sequence, Step
from .waves import vault

ARTICLE = "https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints"


def _plan(inspection: Inspection, known: Known) -> Plan:
    """What is left to write of the project itself, by the module's own decisions: public network access and identity."""
    current, wanted = inspection.vault, {"location": known["location"]}
    access = inspection.desired.migration.get("public_network_access") or None
    held = str(get_path(current, "identity.type") or "").lower()
    more = {} if "systemassigned" in held else {"identity_type": "SystemAssigned"}
    return migrate.KIND.plan(known["vault_id"], current, {**wanted, "public_network_access": access, **more})


def settled(inspection: Inspection, known: Known) -> bool:
    """Whether the project is there with its identity and every solution that the portal makes with one."""
    current = inspection.vault
    if current is None or provisioning(current) not in ("succeeded", ""):
        return False
    there = {str(item.get("name")).lower() for item in gates.solutions(inspection)}
    return {name.lower() for name in migrate.SOLUTIONS} <= there and not _plan(inspection, known).changed


def outlook(inspection: Inspection, known: Known) -> OutlookRow:
    """What becomes of the project: somebody makes it in the portal, or this run makes it."""
    made_here = bool(inspection.desired.endpoints)
    if inspection.vault is None:
        action, why = ("create", "") if made_here else ("decide", "made in the portal, as the checklist says")
    else:
        action, why = (
            ("leave", "") if not made_here or settled(inspection, known) else ("change", "identity or solutions")
        )
    project_id = known["vault_id"]
    return {"action": action, "kind": "project", "name": project_id.rsplit("/", 1)[-1], "id": project_id, "why": why}


_NEED = Need(
    LEAST_ADDRESSES - 2, ADVISED_ADDRESSES - 2, f"Azure Migrate: about {ADVISED_ADDRESSES} addresses with key vault and storage, {ARTICLE}"
)  # fmt: skip

MIGRATE = Sequence(
    name="migrate",
    target=PROJECT_TARGET,
    sub_resource=migrate.GROUP_ID,
    addresses={"private_endpoint": _NEED},
    find=migrate.find_project,
    settled=settled,
    judges={"backing": lambda inspection, _known: left_alone(inspection)},
    outlook=outlook,
    marked=False,
    foreseen_unregistered=True,
    optional=True,
    protects=False,
    providers=migrate.PROVIDERS[1:],
    actions=migrate.NEEDED_ACTIONS,
    registers="migrate_register_providers: true",
    roles="Contributor and User Access Administrator, or Owner (or a role that holds these actions),",
    gates=(
        GateRow("cloud", cloud),
        GateRow("scenario", gates.scenario),
        GateRow("project", gates.project, again=True),
        GateRow("quota", quota, again=True),
        GateRow("endpoint_name", endpoint_names, again=True),
        GateRow("virtual_network", networks),
        GateRow("peering", paths),
        GateRow("subnet", subnets, again=True),
        GateRow("portal_subnet", gates.room_of_the_portal),
        GateRow("gateway", gates.gateways),
        GateRow("region", regions, again=True),
        GateRow("zone_names", zone_knowledge),
        GateRow("dns_mode", topology),
        GateRow("zones", zones),
        GateRow("resolution", resolution),
        GateRow("locks", locks),
        GateRow("backing", named_resources, again=True),
        GateRow("assessment_names", gates.taken_names),
        GateRow("policies", gates.policies),
    ),
    teardown_gates=(
        GateRow("permissions", permissions),
        GateRow("in_use", gates.in_use),
        GateRow("locks", teardown_locks),
    ),
    reads={"all": (Step(gates.asked_ahead), Step(gates.solutions_ahead, (vault,)))},
    checklists={
        "migrate": (
            Row(
                "create-project",
                "Azure Migrate > Create project > Advanced: connectivity method Private endpoint; Disable public endpoint access No; "
                "virtual network subscription, network and subnet as in the variables. Choose Create. KEEP THE PAGE OPEN until it is done.",
                "operator",
                "The portal makes project, endpoint, zone and record one after the other; an existing project cannot be converted.",
                "migrate_verify.yml finds the project with an Approved connection",
                until_made=True,
            ),
            Row(
                "generate-key",
                "Discover machines > Are your machines virtualized: the server type; name the appliance (letters and digits, at most 14); "
                "Generate key. KEEP THE PAGE OPEN. Copy the key into your password safe: the appliance asks for it.",
                "operator",
                "It makes key vault, storage account, master site, site and assessment project, each with its endpoint, which costs by the "
                "hour and by what goes through it (https://azure.microsoft.com/pricing/details/private-link/), as the account's page blobs "
                "do (https://azure.microsoft.com/pricing/details/storage/page-blobs/). A policy that "
                "denies public network access blocks it (the portal writes the vault without that property): have it exempted for that "
                "time. The appliance's name must be new: the name of a deleted assessment project stays taken (DataPreconditionFailed).",
                "migrate_verify.yml finds all of them Approved",
                waited_for=True,
            ),
        ),
        **{f"migrate_{entry}": () for entry in ("verify", "drift", "teardown")},
    },
)

"""Private endpoints: the table, creation, and the connection state on their own side."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.plan import Plan
from ..engine.resource import Kind, refuse_failed, settled, wanted_tags
from ..engine.runner import Task, outcome
from ..engine.spec import Option, a_region, a_set, an_id, plain
from ..engine.tags import carries, laid_over, tags, texts
from ..errors import InputError, Refusal
from ..ids import build_id, group_id, parse_id, same_id
from ..wire import JSON, facts, get_path
from .endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names
from .targets import SUB_RESOURCES

SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets"
AUTOMATIC, MANUAL = "privateLinkServiceConnections", "manualPrivateLinkServiceConnections"
REQUEST_MESSAGE_LIMIT = 140  # https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints/create-or-update

RECREATE = (
    "A private endpoint cannot be moved or pointed elsewhere. Deleting and creating it anew gives new addresses, and "
    "servers registered through it must be registered again with the vault; do that yourself, on purpose."
)


def options_for(connections: str) -> dict[str, Option]:
    """The rows of an endpoint whose connection stands in one of the two lists."""
    base = f"properties.{connections}.0"
    return {
        "location": Option(to="location", fold=a_region, immutable=True),
        "subnet": Option(to="properties.subnet.id", fold=an_id, immutable=True),
        "target": Option(to=f"{base}.properties.privateLinkServiceId", fold=an_id, immutable=True),
        "sub_resource": Option(to=f"{base}.properties.groupIds", fold=a_set, immutable=True),
        "request_message": Option(to=f"{base}.properties.requestMessage", fold=plain),
        "network_interface_name": Option(to="properties.customNetworkInterfaceName", fold=plain, immutable=True),
        "tags": tags("tags"),
    }


def kind_for(connections: str) -> Kind:
    """The endpoint kind for automatic or manual connections."""
    return Kind(
        ENDPOINT_TYPE,
        NETWORK_API_VERSION,
        options_for(connections),
        read_only=(
            "id", "name", "type", "etag", "properties.provisioningState", "properties.resourceGuid",
            "properties.networkInterfaces", "properties.customDnsConfigs",
            f"properties.{connections}.*.properties.provisioningState", f"properties.{connections}.*.etag",
            f"properties.{connections}.*.properties.privateLinkServiceConnectionState",
        ),
        recreate=RECREATE,
    )  # fmt: skip


def manage_endpoint(task: Task) -> JSON:
    """Serve the ``private_endpoint`` module."""
    options = task.options
    resource_id = build_id(task.subscription_id, options["resource_group"], ENDPOINT_TYPE, options["name"])
    if options["state"] == "present":
        check_wish(options, task.subscription_id)
    impatient = task.check_mode or not options["wait"]
    current = settled(task.azure, kind_for(AUTOMATIC), resource_id, check_mode=impatient)
    if options["state"] == "absent":
        return _remove(task, resource_id, current)
    if current is None and not options.get("location"):
        network = task.azure.get(network_of(options["subnet"]), NETWORK_API_VERSION)
        options = {**options, "location": network["location"]}
    kind, plan = plan_endpoint(resource_id, current, options)
    document = current
    if plan.changed and not task.check_mode:
        document = kind.apply(task.azure, plan, wait=options["wait"])
        if options["wait"]:
            refuse_failed(document or {}, resource_id)
    connection = connection_of(document)
    if document is None and get_path(plan.body, f"properties.{MANUAL}"):
        connection["status"] = "Pending"
    return outcome(plan, document, names=names_of(task.azure, resource_id, document), connection=connection)


def plan_endpoint(resource_id: str, current: JSON | None, options: JSON) -> tuple[Kind, Plan]:
    """What to do so that an endpoint is as the module's options say, and the kind to do it with; nothing is read.

    A new endpoint needs its ``location``. Raises :class:`Refusal` when an existing one cannot be changed that way.
    """
    connections = MANUAL if _manual(options, current, resource_id) else AUTOMATIC
    kind = kind_for(connections)
    plan = kind.plan(resource_id, current, _wish(options, current, connections))
    if plan.action == "create":
        connection = plan.body["properties"][connections][0]
        connection["name"] = options.get("connection_name") or options["name"]
    return kind, plan


def list_endpoints(task: Task) -> JSON:
    """Serve the ``private_endpoint_info`` module."""
    options = task.options
    group, name, target = options.get("resource_group"), options.get("name"), options.get("target")
    if name and not group:
        raise InputError("name needs resource_group: endpoint names are unique within a resource group only.")
    if target:
        parse_id(target, option="target")
    if name:
        resource_id = build_id(task.subscription_id, str(group), ENDPOINT_TYPE, name)
        document = task.azure.find(resource_id, NETWORK_API_VERSION)
        found = [document] if document else []
    else:
        scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
        found = task.azure.list(f"{scope}/providers/{ENDPOINT_TYPE}", NETWORK_API_VERSION)
    chosen = [document for document in found if not target or same_id(target_of(document), target)]
    return {"changed": False, "private_endpoints": [describe(task.azure, document) for document in chosen]}


def describe(azure: Azure, document: JSON) -> JSON:
    """An endpoint as results show it: its facts, its names and its connection."""
    return {
        **facts(document),
        "names": names_of(azure, document["id"], document),
        "connection": connection_of(document),
        "target": target_of(document),
        "sub_resource": (first_connection(document).get("groupIds") or [""])[0],
    }


def check_wish(options: JSON, subscription_id: str) -> None:
    """Refuse, before any request, what can never work."""
    for needed in ("subnet", "target", "sub_resource"):
        if not options.get(needed):
            raise InputError(f"state present needs {needed}.")
    subnet = parse_id(options["subnet"], SUBNET_TYPE, option="subnet")
    target = parse_id(options["target"], option="target")
    if target.type == "microsoft.dataprotection/backupvaults":
        raise InputError(
            f"target is a Backup vault (Microsoft.DataProtection), which has no private endpoints of this kind: {target.text}.",
            remedy="Name a Recovery Services vault (Microsoft.RecoveryServices/vaults).",
        )
    known = SUB_RESOURCES.get(target.type)
    if known is None:
        raise InputError(f"target is a {target.kind}; this module knows {', '.join(sorted(SUB_RESOURCES))}.")
    if options["sub_resource"] not in known:
        raise InputError(f"sub_resource {options['sub_resource']!r} is none of a {target.kind}: {', '.join(known)}.")
    if subnet.subscription_id.lower() != subscription_id.lower():
        raise InputError(
            f"the endpoint would be in subscription {subscription_id}, its subnet is in {subnet.subscription_id}; "
            "Azure wants an endpoint in the subscription of its virtual network.",
            remedy="Set subscription_id of this task to that of the subnet.",
        )
    check_request_message(options.get("request_message"), "request_message")


def check_request_message(message: str | None, option: str) -> None:
    """Raise :class:`InputError` when a message to the owner of the target is longer than Azure takes."""
    if len(message or "") > REQUEST_MESSAGE_LIMIT:
        raise InputError(f"{option} has {len(message or '')} characters, Azure takes {REQUEST_MESSAGE_LIMIT}.")


def first_connection(document: JSON | None) -> JSON:
    """The properties of an endpoint's connection, in whichever list it stands; empty when there is none."""
    for connections in (AUTOMATIC, MANUAL):
        items = get_path(document, f"properties.{connections}") or []
        if items:
            return t.cast(JSON, items[0].get("properties") or {})
    return {}


def target_of(document: JSON | None) -> str:
    """The id of the resource an endpoint leads to; empty when unknown."""
    return str(first_connection(document).get("privateLinkServiceId") or "")


def connection_of(document: JSON | None) -> JSON:
    """Status, description and required actions of the connection on the endpoint's side."""
    state = first_connection(document).get("privateLinkServiceConnectionState") or {}
    return {
        "status": state.get("status") or "Unknown",
        "description": state.get("description") or "",
        "actions_required": state.get("actionsRequired") or state.get("actionRequired") or "",
    }


def names_of(azure: Azure, resource_id: str, document: JSON | None) -> list[PublishedName]:
    """The inventory of an endpoint; empty while it does not exist."""
    return read_names(azure, resource_id, document) if document else []


def network_of(subnet: str) -> str:
    """The id of the virtual network a subnet is in."""
    return parse_id(subnet, SUBNET_TYPE, option="subnet").ancestor()


def _manual(options: JSON, current: JSON | None, resource_id: str) -> bool:
    wanted = options.get("manual")
    if current is None:
        return bool(wanted)
    is_manual = bool(get_path(current, f"properties.{MANUAL}"))
    if wanted is not None and bool(wanted) != is_manual:
        raise Refusal(
            f"{resource_id} was created with {'manual' if is_manual else 'automatic'} approval, which Azure cannot change; "
            "this task wrote nothing.",
            remedy="Leave manual out: approving a pending connection does not need it.",
        )
    return is_manual


def _wish(options: JSON, current: JSON | None, connections: str) -> JSON:
    wish = dict(options)
    wish["sub_resource"] = [wish["sub_resource"]]
    wish["tags"] = _marked(current, wanted_tags(current, wish.get("tags"), wish.get("append_tags", True)), options)
    if connections != MANUAL:
        wish["request_message"] = None
    return wish


def _marked(current: JSON | None, wanted: dict[str, str] | None, options: JSON) -> dict[str, str] | None:
    """The tags to want with those of ownership: on a new endpoint, and kept on one that carries them, whatever replaces the rest."""
    marks = texts(options.get("ownership_tags"))
    if current is None:
        return laid_over(wanted, marks) if marks or wanted is not None else None
    return laid_over(wanted, marks) if wanted is not None and carries(current.get("tags"), marks) else wanted


def _remove(task: Task, resource_id: str, current: JSON | None) -> JSON:
    kind = kind_for(MANUAL if get_path(current, f"properties.{MANUAL}") else AUTOMATIC)
    marks = texts(task.options.get("ownership_tags"))
    if current is not None and not carries(current.get("tags"), marks):
        reason = f"{resource_id} does not carry the tags {marks}: it was not made by this and is left."
        task.warn(reason)
        left = kind.plan(resource_id, current, {})
        return outcome(left, current, names=[], connection=connection_of(current), left=reason)
    expected = task.options.get("target")
    if current is not None and expected and not same_id(target_of(current), expected):
        raise Refusal(
            f"{resource_id} leads to {target_of(current)}, not to {expected}; it is not deleted.",
            remedy="Correct target, or leave it out to delete the endpoint whatever it leads to.",
        )
    plan = kind.plan(resource_id, current, {}, absent=True)
    if plan.changed and not task.check_mode:
        kind.apply(task.azure, plan, wait=task.options["wait"])
    return outcome(plan, None, names=[], connection={})

"""Private endpoints: the table, creation, and the connection state on their own side."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.plan import Plan
from ..engine.resource import Kind, wanted_tags
from ..engine.spec import Option, a_region, a_set, an_id, plain
from ..engine.tags import carries, laid_over, tags, texts
from ..errors import InputError, Refusal
from ..ids import parse_id
from ..wire import JSON, get_path
from .endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names

INTERFACE_TYPE = "Microsoft.Network/networkInterfaces"
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


def plan_endpoint(resource_id: str, current: JSON | None, options: t.Mapping[str, t.Any]) -> tuple[Kind, Plan]:
    """What to do so that an endpoint is as the module's options say, and the kind to do it with; nothing is read.

    A new endpoint needs its ``location``. Raises :class:`Refusal` when an existing one cannot be changed that way.
    """
    connections = MANUAL if _manual(options, current, resource_id) else AUTOMATIC
    kind = kind_for(connections)
    plan = kind.plan(resource_id, current, _desired(options, current, connections))
    if plan.action == "create":
        connection = plan.body["properties"][connections][0]
        connection["name"] = options.get("connection_name") or options["name"]
    return kind, plan


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


def _manual(options: t.Mapping[str, t.Any], current: JSON | None, resource_id: str) -> bool:
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


def _desired(options: t.Mapping[str, t.Any], current: JSON | None, connections: str) -> JSON:
    desired = dict(options)
    desired["sub_resource"] = [desired["sub_resource"]]
    desired["tags"] = _marked(
        current, wanted_tags(current, desired.get("tags"), desired.get("append_tags", True)), options
    )
    if connections != MANUAL:
        desired["request_message"] = None
    return desired


def _marked(
    current: JSON | None, wanted: dict[str, str] | None, options: t.Mapping[str, t.Any]
) -> dict[str, str] | None:
    """The tags to want with those of ownership: on a new endpoint, and kept on one that carries them, whatever replaces the rest."""
    marks = texts(options.get("ownership_tags"))
    if current is None:
        return laid_over(wanted, marks) if marks or wanted is not None else None
    return laid_over(wanted, marks) if wanted is not None and carries(current.get("tags"), marks) else wanted

"""What a client asks of a private endpoint, read from the body of its PUT, and the document that answers it."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, fold
from . import addresses, operations

_MESSAGE_LIMIT = 140
_TOLD_SINCE = "2022-01-01"
#: What a connection says of its approval while its endpoint is being made or changed.
APPROVING = "Auto Approved"
_LATER, _WHOLE_SINCE = ("customNetworkInterfaceName", "ipConfigurations", "applicationSecurityGroups"), "2021-05-01"
AUTOMATIC, MANUAL = "privateLinkServiceConnections", "manualPrivateLinkServiceConnections"


@dataclass(frozen=True)
class EndpointRequest:
    """One connection to one target.

    ``kind`` names the list it was sent in, ``fixed`` maps members to the addresses the client chose.
    """

    location: str
    subnet_id: str
    kind: str
    connection_name: str
    target_id: str
    group_ids: tuple[str, ...]
    message: str = ""
    interface_name: str = ""
    fixed: dict[str, str] = field(default_factory=dict)

    @property
    def group_id(self) -> str:
        """The single group id."""
        return self.group_ids[0]


def read(body: JSON, region: str) -> EndpointRequest:
    """Read a body. Raises 400 for what no endpoint can be made of.

    Source for the 140 characters: azure-rest-api-specs, ``PrivateLinkServiceConnectionProperties.requestMessage``. That
    a vault or account takes exactly one connection with one group id is Microsoft Learn "What is a private endpoint?";
    the codes are unverified.
    """
    properties = body.get("properties") or {}
    sent = [(kind, item) for kind in (AUTOMATIC, MANUAL) for item in properties.get(kind) or []]
    if len(sent) != 1:
        raise operations.invalid(
            "A private endpoint needs exactly one private link service connection.", "InvalidRequestFormat"
        )
    kind, connection = sent[0]
    details = connection.get("properties") or {}
    groups = tuple(details.get("groupIds") or [])
    if len(groups) != 1:
        raise operations.invalid(
            f"Connection '{connection.get('name')}' needs exactly one group id.", "InvalidGroupIds"
        )
    message = details.get("requestMessage") or ""
    if len(message) > _MESSAGE_LIMIT:
        raise operations.invalid(
            f"The request message has {len(message)} characters; at most {_MESSAGE_LIMIT} are allowed.",
            "RequestMessageTooLong",
        )
    subnet_id, target_id = (properties.get("subnet") or {}).get("id"), details.get("privateLinkServiceId")
    if not subnet_id or not target_id or not connection.get("name"):
        raise operations.invalid("A private endpoint needs a subnet id, a connection name and a privateLinkServiceId.")
    fixed = [item.get("properties") or {} for item in properties.get("ipConfigurations") or []]
    return EndpointRequest(
        region,
        subnet_id,
        kind,
        connection["name"],
        target_id,
        groups,
        message,
        properties.get("customNetworkInterfaceName") or "",
        {str(item["memberName"]): str(item.get("privateIPAddress")) for item in fixed if item.get("memberName")},
    )


def refuse_changes(current: Resource, wanted: EndpointRequest) -> None:
    """Refuse a PUT that changes what is fixed at creation.

    That these are create-only is how Terraform and Bicep modules treat them; the code is unverified.
    """
    operations.refuse_other_location(current, wanted.location)
    existing = t.cast(EndpointRequest, current.hidden["request"])
    pairs = {
        "subnet": (fold(existing.subnet_id), fold(wanted.subnet_id)),
        "privateLinkServiceId": (fold(existing.target_id), fold(wanted.target_id)),
        "groupIds": (existing.group_ids, wanted.group_ids),
        "privateLinkServiceConnections": (existing.kind, wanted.kind),
        "customNetworkInterfaceName": (existing.interface_name, wanted.interface_name or existing.interface_name),
    }
    for name, (before, after) in pairs.items():
        if before != after:
            raise operations.invalid(
                f"Changing property '{name}' of private endpoint {current.id} is not allowed.",
                "PropertyChangeNotAllowed",
            )


def document(
    arm: Arm, endpoint_id: str, wanted: EndpointRequest, properties: JSON, interface_id: str, approved: bool
) -> JSON:
    """A new endpoint as the 201 shows it: Updating, no names, yet an approved connection and a known interface.

    Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``.
    """
    etag = arm.etag()
    connection: JSON = {
        "name": wanted.connection_name,
        "id": f"{endpoint_id}/{wanted.kind}/{wanted.connection_name}",
        "etag": etag,
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceId": wanted.target_id,
            "groupIds": list(wanted.group_ids),
            **({"requestMessage": wanted.message} if wanted.message else {}),
            "privateLinkServiceConnectionState": {
                "status": "Approved" if approved else "Pending",
                "description": APPROVING if approved else "",
                "actionsRequired": "None",
            },
        },
        "type": f"{addresses.ENDPOINT}/{wanted.kind}",
    }
    # Empty where nothing was asked for, as published output of ``az network private-endpoint create`` shows.
    echoed: JSON = {
        "customNetworkInterfaceName": properties.get("customNetworkInterfaceName") or "",
        "ipConfigurations": fixed_addresses(endpoint_id, etag, properties),
    }
    return {
        "name": endpoint_id.rsplit("/", 1)[-1],
        "id": endpoint_id,
        "etag": etag,
        "type": addresses.ENDPOINT,
        "location": wanted.location,
        "properties": {
            "provisioningState": "Updating",
            "resourceGuid": arm.guid(),
            AUTOMATIC: [],
            MANUAL: [],
            wanted.kind: [connection],
            "subnet": {"id": wanted.subnet_id},
            "networkInterfaces": [{"id": interface_id}],
            "customDnsConfigs": [],
            **echoed,
        },
    }


def fixed_addresses(endpoint_id: str, etag: str, properties: JSON) -> list[JSON]:
    """``ipConfigurations`` as an endpoint shows them: azure-cli recording ``test_network_private_endpoint_ip_config.yaml``."""
    return [
        {
            "name": item.get("name"),
            "id": f"{endpoint_id}/ipConfigurations/{item.get('name')}",
            "etag": etag,
            "type": f"{addresses.ENDPOINT}/ipConfigurations",
            "properties": {
                "provisioningState": "Succeeded",
                **{
                    key: item["properties"][key]
                    for key in ("memberName", "groupId", "privateIPAddress")
                    if (item.get("properties") or {}).get(key)
                },
            },
        }
        for item in properties.get("ipConfigurations") or []
    ]


def shown_in(document: JSON, api_version: str) -> JSON:
    """The document in an api-version: azure-cli's recording of 2020-11-01 lacks what came with 2021-05-01.

    An approval is spoken of while the endpoint is made since 2022-01-01 only.
    """
    if api_version < _TOLD_SINCE:
        document = _without_approval(document)
    if api_version >= _WHOLE_SINCE:
        return document
    properties = {name: value for name, value in document["properties"].items() if name not in _LATER}
    return {**document, "properties": properties}


def _without_approval(document: JSON) -> JSON:
    properties = copy.deepcopy(document["properties"])
    for item in (*properties[AUTOMATIC], *properties[MANUAL]):
        state = item["properties"]["privateLinkServiceConnectionState"]
        if state["description"] == APPROVING:
            state["description"] = ""
    return {**document, "properties": properties}


def connection_of(endpoint: Resource) -> JSON:
    """The endpoint's one connection, whichever list holds it."""
    return t.cast(JSON, (endpoint.properties[AUTOMATIC] or endpoint.properties[MANUAL])[0])


def state_of(endpoint: Resource) -> JSON:
    """The connection's ``privateLinkServiceConnectionState``."""
    return t.cast(JSON, connection_of(endpoint)["properties"]["privateLinkServiceConnectionState"])

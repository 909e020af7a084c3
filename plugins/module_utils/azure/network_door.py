"""The Microsoft.Network door: the operation groups of azure-mgmt-network and azure-mgmt-privatedns.

The generations of these packages differ in models, not in what this file uses: a JSON byte stream goes in, the answer's
own JSON comes out (``cls=`` for single answers, ``raw_response_hook=`` for pages). The hook also judges every answer before
the package makes a model of it, which would end in whatever Python says of a body that is not as it should be.
"""

from __future__ import annotations

import io
import json
import typing as t
from dataclasses import dataclass, field

from ..ids import ResourceId, parse_collection
from ..wire import JSON
from . import answers
from .pipeline import Way, policies


@dataclass(frozen=True)
class Group:
    """One operation group: the client's attribute, the keywords of the names along the id and of the body, constants."""

    client: t.Literal["network", "dns"]
    attribute: str
    names: tuple[str, ...]
    put: str = "begin_create_or_update"
    delete: str = "begin_delete"
    list: str = "list"
    constants: t.Mapping[str, str] = field(default_factory=dict)
    long: bool = True
    body: str = "parameters"

    def version(self, api_version: str) -> JSON:
        """The version as a call's argument: azure-mgmt-network ignores the client's, azure-mgmt-privatedns the call's."""
        return {"api_version": api_version} if self.client == "network" else {}


GROUPS: dict[str, Group] = {
    "microsoft.network/virtualnetworks": Group("network", "virtual_networks", ("virtual_network_name",)),
    "microsoft.network/virtualnetworks/subnets": Group(
        "network", "subnets", ("virtual_network_name", "subnet_name"), body="subnet_parameters"
    ),
    "microsoft.network/virtualnetworks/usages": Group(
        "network", "virtual_networks", ("virtual_network_name",), list="list_usage"
    ),
    "microsoft.network/networkinterfaces": Group("network", "network_interfaces", ("network_interface_name",)),
    "microsoft.network/privateendpoints": Group("network", "private_endpoints", ("private_endpoint_name",)),
    "microsoft.network/privateendpoints/privatednszonegroups": Group(
        "network", "private_dns_zone_groups", ("private_endpoint_name", "private_dns_zone_group_name")
    ),
    "microsoft.network/privatednszones": Group(
        "dns", "private_zones", ("private_zone_name",), list="list_by_resource_group"
    ),
    "microsoft.network/privatednszones/virtualnetworklinks": Group(
        "dns", "virtual_network_links", ("private_zone_name", "virtual_network_link_name")
    ),
    "microsoft.network/privatednszones/a": Group(
        "dns",
        "record_sets",
        ("private_zone_name", "relative_record_set_name"),
        put="create_or_update",
        delete="delete",
        list="list_by_type",
        constants={"record_type": "A"},
        long=False,
    ),
}
SUBSCRIPTION_LISTS = {
    "microsoft.network/privateendpoints": "list_by_subscription",
    "microsoft.network/privatednszones": "list",
}


class NetworkDoor:
    """Virtual networks, interfaces, endpoints and private DNS. Clients are made once for each subscription and version."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._clients: dict[tuple[str, str, str], t.Any] = {}

    def serves(self, kind: str) -> bool:
        """The types of :data:`GROUPS`."""
        return kind in GROUPS

    def get(self, target: ResourceId, api_version: str, query: JSON) -> t.Any:
        """GET by id; ``query`` may hold ``expand``."""
        operations, group = self._operations(target.subscription_id, target.type, api_version)
        hook = _when_successful(answers.document)
        return operations.get(
            **self._where(target, group), **group.version(api_version), cls=_raw, raw_response_hook=hook, **query
        )

    def write(
        self, method: str, target: ResourceId, api_version: str, body: t.Any, headers: JSON, polling_method: t.Any
    ) -> t.Any:
        """PUT or DELETE; long operations are followed to the end when a polling method is given."""
        operations, group = self._operations(target.subscription_id, target.type, api_version)
        hook = _when_successful(answers.acknowledged)
        arguments = {**self._where(target, group), **group.version(api_version), "cls": _raw, "raw_response_hook": hook}
        if headers:
            arguments["headers"] = headers
        if method == "PUT":
            arguments[group.body] = io.BytesIO(json.dumps(body).encode())
            arguments["content_type"] = "application/json"
            call = getattr(operations, group.put)
        elif method == "DELETE":
            call = getattr(operations, group.delete)
        else:
            raise ValueError(f"{method} is not sent through the operation groups")
        if not group.long:
            return call(**arguments)
        return call(**arguments, polling=polling_method or False).result()

    def list(self, collection: str, api_version: str, query: JSON) -> list[JSON]:
        """All items; the pages' own JSON is taken as it passes, whatever models the package makes of it."""
        asked = parse_collection(collection)
        operations, group = self._operations(asked.subscription_id, asked.type, api_version)
        arguments: JSON = {**group.constants, **dict(zip(group.names, asked.names))}
        if asked.resource_group:
            arguments["resource_group_name"] = asked.resource_group
        method = group.list if asked.resource_group else SUBSCRIPTION_LISTS[asked.type]
        items: list[JSON] = []

        def take(response: t.Any) -> None:
            more, link = answers.page(response)
            items.extend(more)
            if link:
                # The package takes what is no whole address for a path below its own, where nothing is.
                self._way.home.refuse_others(link)

        for _item in getattr(operations, method)(
            **arguments, **group.version(api_version), raw_response_hook=_when_successful(take), cls=_nothing, **query
        ):
            pass
        return items

    def _where(self, target: ResourceId, group: Group) -> JSON:
        return {
            "resource_group_name": target.resource_group,
            **group.constants,
            **dict(zip(group.names, target.names, strict=True)),
        }

    def _operations(self, subscription_id: str, kind: str, api_version: str) -> tuple[t.Any, Group]:
        group = GROUPS[kind]
        key = (group.client, subscription_id, api_version)
        with self._way.making:
            if key not in self._clients:
                self._clients[key] = self._client(*key)
            return getattr(self._clients[key], group.attribute), group

    def _client(self, which: str, subscription_id: str, api_version: str) -> t.Any:
        arguments: JSON = {
            "base_url": self._way.cloud.resource_manager,
            "credential_scopes": [self._way.cloud.scope],
            "transport": self._way.transport,
            "policies": policies(self._way),
        }
        if which == "network":
            from azure.mgmt.network import NetworkManagementClient

            return NetworkManagementClient(self._way.credential, subscription_id, **arguments)
        from azure.mgmt.privatedns import PrivateDnsManagementClient

        return PrivateDnsManagementClient(self._way.credential, subscription_id, api_version=api_version, **arguments)


def _raw(pipeline_response: t.Any, _model: t.Any, _headers: t.Any) -> t.Any:
    return answers.acknowledged(pipeline_response.http_response)


def _nothing(_models: t.Any) -> list[t.Any]:
    """No models are wanted, and the packages cannot step through a page whose ``value`` is null."""
    return []


def _when_successful(judge: t.Callable[[t.Any], t.Any]) -> t.Callable[[t.Any], None]:
    """A hook that hands a response over unless its status is one that the package raises for by itself."""

    def hook(pipeline_response: t.Any) -> None:
        response = pipeline_response.http_response
        if response.status_code < 300:
            # Answers to writes come as streams. Requests keeps what it has read: azure-mgmt-network 28 reads it once more.
            _kept = getattr(response.internal_response, "content", None)
            response.read()
            judge(response)

    return hook

"""privateDnsZoneGroups: the integration that writes an endpoint's names into private DNS zones.

Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``; exported zones for the
record's ``creator``; MicrosoftDocs/azure-docs#58044 (endpoints of one target share a record, and deleting either
removes it).
One group an endpoint and five zones a group are common knowledge without a citable source: the five are a setting.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource, type_of
from ...wire import JSON, ArmError, Response, fold, parent, parent_not_found
from . import addresses, operations
from .private_dns_names import record_name
from .private_dns_records import Records
from .settings import setting

GROUP = addresses.ENDPOINT + "/privateDnsZoneGroups"
_TIME_TO_LIVE = 10
_JOIN = "Microsoft.Network/privateDnsZones/join/action"


class ZoneGroups:
    """The groups and the records they keep."""

    def __init__(self, arm: Arm) -> None:
        self._arm, self._records = arm, Records(arm)

    def routes(self) -> list[Route]:
        """GET, list, PUT, DELETE."""
        path = operations.GROUP_PATH + "/privateEndpoints/{endpoint}/privateDnsZoneGroups"
        return [
            Route("GET", path, self._list),
            Route("GET", path + "/{zone_group}", lambda call: operations.shown(self._arm.store.get(call.id).document)),
            Route("PUT", path + "/{zone_group}", self._put),
            Route("DELETE", path + "/{zone_group}", self._delete),
        ]

    def of(self, endpoint_id: str) -> Resource | None:
        """The endpoint's group, if it has one."""
        return next(iter(self._arm.store.below(endpoint_id, GROUP)), None)

    def write(self, endpoint: Resource, *, everything: bool = False) -> None:
        """Make the group's records those of the names the endpoint publishes now.

        A record the group wrote before and nobody's name moved is left alone, so that an endpoint which lost a shared
        record to another does not take it back by itself; ``everything`` writes all, as a PUT does. A zone that
        matches no name gets no record and no complaint.
        """
        group = self.of(endpoint.id)
        settled = group is not None and group.properties["provisioningState"] == "Succeeded"
        if group is not None and settled:
            for config in group.properties["privateDnsZoneConfigs"]:
                self._write_config(endpoint, config["properties"], everything)
            group.document["etag"] = self._arm.etag()
        cleared = settled and setting(self._arm, "custom_dns_configs_cleared")
        endpoint.properties["customDnsConfigs"] = [] if cleared else list(endpoint.hidden.get("published", []))

    def erase(self, endpoint: Resource) -> None:
        """Remove the group's records, whoever wrote them last."""
        group = self.of(endpoint.id)
        for config in group.properties["privateDnsZoneConfigs"] if group else []:
            self._withdraw(config["properties"])

    def create(self, endpoint: Resource, name: str, zones: t.Mapping[str, str]) -> None:
        """Attach a ready group to a ready endpoint; ``zones`` maps configuration names to zone ids."""
        group_id = f"{endpoint.id}/privateDnsZoneGroups/{name}"
        self._arm.store.put(Resource(group_id, self._document(group_id, zones, "Succeeded")))
        self.write(endpoint, everything=True)

    def _write_config(self, endpoint: Resource, config: JSON, everything: bool) -> None:
        zone_id = config["privateDnsZoneId"]
        zone = self._arm.store.find(zone_id)
        if zone is None:
            return
        wanted: dict[str, list[str]] = {}
        for item in endpoint.hidden.get("published", []):
            name = record_name(item["fqdn"], zone.name)
            if name:
                wanted.setdefault(name, []).extend(item["ipAddresses"])
        before = {item["recordSetName"]: item["ipAddresses"] for item in config["recordSets"]}
        creator = (
            f"created by private endpoint {endpoint.name} with resource guid {endpoint.properties['resourceGuid']}"
        )
        for name in before:
            if name not in wanted:
                self._records.withdraw(zone_id, name)
        for name, found in wanted.items():
            if everything or before.get(name) != found:
                self._records.publish(zone_id, name, found, _TIME_TO_LIVE, {"creator": creator})
        config["recordSets"] = [
            {
                "recordType": "A",
                "recordSetName": name,
                "fqdn": f"{name}.{zone.name}",
                "ttl": _TIME_TO_LIVE,
                "ipAddresses": found,
                "provisioningState": "Succeeded",
            }
            for name, found in wanted.items()
        ]

    def _withdraw(self, config: JSON) -> None:
        for item in config["recordSets"]:
            self._records.withdraw(config["privateDnsZoneId"], item["recordSetName"])

    def _document(self, group_id: str, zones: t.Mapping[str, str], state: str) -> JSON:
        etag = self._arm.etag()
        return {
            "name": group_id.rsplit("/", 1)[-1],
            "id": group_id,
            "etag": etag,
            "type": GROUP,
            "properties": {
                "provisioningState": state,
                "privateDnsZoneConfigs": [
                    {
                        "name": name,
                        "id": f"{group_id}/privateDnsZoneConfigs/{name}",
                        "etag": etag,
                        "type": GROUP + "/privateDnsZoneConfigs",
                        "properties": {"provisioningState": state, "privateDnsZoneId": zone_id, "recordSets": []},
                    }
                    for name, zone_id in zones.items()
                ],
            },
        }

    def _list(self, call: Call) -> Response:
        return operations.listed(self._arm.store.below(self._endpoint(call, parent(call.id + "/x"), "read").id, GROUP))

    def _endpoint(self, call: Call, endpoint_id: str, action: str) -> Resource:
        endpoint = self._arm.store.find(endpoint_id)
        if endpoint is None:
            raise parent_not_found("privateEndpoints/privateDnsZoneGroups", endpoint_id, action)
        return endpoint

    def _zones(self, call: Call) -> dict[str, str]:
        """The zones a body names: they must exist and allow the caller to join. Of the codes, that of too many is unverified."""
        configs = (call.body.get("properties") or {}).get("privateDnsZoneConfigs") or []
        most = int(setting(self._arm, "zones_per_zone_group"))
        if len(configs) > most:
            raise operations.invalid(
                f"A private DNS zone group takes at most {most} zones.", "PrivateDnsZoneConfigsLimitExceeded"
            )
        zones: dict[str, str] = {}
        for config in configs:
            zone_id = (config.get("properties") or {}).get("privateDnsZoneId") or ""
            if not config.get("name") or config["name"] in zones:
                raise _unreadable(call.id, config.get("name"))
            operations.require_join(call, GROUP + "/write", _JOIN, zone_id)
            if type_of(zone_id) != "microsoft.network/privatednszones" or self._arm.store.find(zone_id) is None:
                raise operations.invalid_reference(zone_id, call.id)
            zones[config["name"]] = zone_id
        return zones

    def _put(self, call: Call) -> Response:
        arm = self._arm
        endpoint = self._endpoint(call, parent(call.id), "write")
        operations.check_name(call["zone_group"])
        region = str(endpoint.document["location"])
        zones = self._zones(call)
        operations.refuse_while_running(call, endpoint.id, region)
        if endpoint.properties["provisioningState"] != "Succeeded":
            raise operations.not_provisioned(endpoint.id, endpoint.properties["provisioningState"])
        current = self.of(endpoint.id)
        if current is not None and fold(current.id) != fold(call.id):
            raise operations.invalid(
                "Cannot create more than one private dns zone groups in the private endpoint.",
                "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
            )
        before = current.properties["privateDnsZoneConfigs"] if current else []
        _refuse_replaced(before, zones)
        group_id = current.id if current else call.id
        group = arm.store.put(Resource(group_id, self._document(group_id, zones, "Updating")))

        def done() -> None:
            for config in before:
                self._withdraw(config["properties"])
            self._settle(group, "Succeeded")
            self.write(endpoint, everything=True)

        def failed() -> None:
            group.properties["privateDnsZoneConfigs"] = before or group.properties["privateDnsZoneConfigs"]
            self._settle(group, "Failed")

        operation = operations.start(arm, "zone_group.create", group.id, done, failed)
        return operations.accepted(call, operation, region, group, new=current is None)

    def _settle(self, group: Resource, state: str) -> None:
        group.properties["provisioningState"] = state
        for config in group.properties["privateDnsZoneConfigs"]:
            config["properties"]["provisioningState"] = state
        group.document["etag"] = self._arm.etag()

    def _delete(self, call: Call) -> Response:
        group = self._arm.store.find(call.id)
        if group is None:
            return Response(204)
        endpoint = self._arm.store.get(parent(group.id))
        region = str(endpoint.document["location"])
        operations.refuse_while_running(call, endpoint.id, region)
        group.properties["provisioningState"] = "Deleting"

        def done() -> None:
            self.erase(endpoint)
            self._arm.store.remove(group.id)
            self.write(endpoint)

        operation = operations.start(
            self._arm, "zone_group.delete", group.id, done, lambda: self._settle(group, "Failed")
        )
        return operations.accepted(call, operation, region, None)


def _refuse_replaced(before: t.Sequence[JSON], zones: t.Mapping[str, str]) -> None:
    """A configuration keeps its zone; another zone needs a configuration of another name.

    That it is refused: hashicorp/terraform-provider-azurerm#27559 and #29329. In which words is unverified.
    """
    for config in before:
        name, zone_id = config["name"], config["properties"]["privateDnsZoneId"]
        if name in zones and fold(zones[name]) != fold(zone_id):
            raise operations.invalid(
                f"The private DNS zone of config {name} cannot be changed from {zone_id} to {zones[name]}.",
                "PrivateDnsZoneConfigCannotBeUpdated",
            )


def _unreadable(group_id: str, name: str | None) -> ArmError:
    """How configurations without a name (pulumi/pulumi-azure-native#2431) and of one name are refused.

    The latter is quoted in hashicorp/terraform-provider-azurerm#28966.
    """
    text = f"Resource {group_id} has two child resources with the same name ({name})."
    details = [{"code": "DuplicateResourceName", "message": text}] if name else []
    return ArmError(400, "InvalidRequestFormat", "Cannot parse the request.", details=details)

"""Security groups: those of applications, which private endpoints may be in, and those of networks, which stand on subnets.

Source: azure-powershell recording ``TestPrivateEndpointApplicationSecurityGroup.json`` (the group's document and operation);
Microsoft Learn "Configure an application security group with a private endpoint" (same region; the right to join);
azure-cli recording ``test_network_vnet_with_subnet_nsg.yaml`` (network security groups).
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, fold, location
from . import addresses, operations

GROUP = "Microsoft.Network/applicationSecurityGroups"
FIELD = "applicationSecurityGroups"
_JOIN = f"{GROUP}/joinIpConfiguration/action"


class SecurityGroups:
    """The routes of one of the two types of security groups; ``operation`` begins the kinds of its operations."""

    kind: str
    operation: str

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def own(self, group_id: str, call: Call) -> JSON:
        """What a group's document has beside what every resource of the network has, when it is made or written."""
        return {}

    def set_state(self, group: Resource, state: str) -> None:
        """Show what has become of a write."""
        group.properties["provisioningState"] = state
        group.document["etag"] = self._arm.etag()

    def refuse_in_use(self, group: Resource) -> None:
        """Raise for a group that something still stands in."""

    def routes(self) -> list[Route]:
        """GET, lists, PUT, PATCH of tags, DELETE."""
        kind, field = self.kind, self.kind.rpartition("/")[2]
        path, store = f"{operations.GROUP_PATH}/{field}", self._arm.store
        subscription = "/subscriptions/{subscription}/providers/" + kind
        return [
            Route(
                "GET",
                subscription,
                lambda call: operations.listed(store.below(operations.subscription(call.id), kind)),
            ),
            Route("GET", path, lambda call: operations.listed(store.below(operations.group_of(call), kind))),
            Route("GET", path + "/{security_group}", lambda call: operations.shown(store.get(call.id).document)),
            Route("PUT", path + "/{security_group}", self._put),
            Route("PATCH", path + "/{security_group}", self._patch),
            Route("DELETE", path + "/{security_group}", self._delete),
        ]

    def _put(self, call: Call) -> Response:
        arm, region = self._arm, location(call.body["location"])
        current = arm.store.find(call.id)
        if current is None:
            operations.check_name(call["security_group"])
        else:
            operations.refuse_while_running(call, current.id, region)
            operations.refuse_other_location(current, region)
        group_id = current.id if current else call.id
        document: JSON = {
            "name": group_id.rsplit("/", 1)[-1],
            "id": group_id,
            "etag": arm.etag(),
            "type": self.kind,
            "location": region,
            "properties": {"provisioningState": "Updating", **self.own(group_id, call)},
        }
        if call.body.get("tags") is not None:
            document["tags"] = call.body["tags"]
        group = arm.store.put(Resource(group_id, document))
        self.set_state(group, "Updating")
        operation = operations.start(
            arm,
            f"{self.operation}.create",
            group.id,
            lambda: self.set_state(group, "Succeeded"),
            lambda: self.set_state(group, "Failed"),
        )
        return operations.accepted(call, operation, region, group, new=current is None, notified=True)

    def _patch(self, call: Call) -> Response:
        group = self._arm.store.get(call.id)
        if "tags" in call.body:
            group.document["tags"] = call.body["tags"] or {}
            group.document["etag"] = self._arm.etag()
        return operations.shown(group.document)

    def _delete(self, call: Call) -> Response:
        return operations.delete(call, self.operation, self.refuse_in_use, notified=True)


class ApplicationSecurityGroups(SecurityGroups):
    """Which an endpoint may be in."""

    kind = GROUP
    operation = "application_security_group"

    def refuse_in_use(self, group: Resource) -> None:
        """One that an endpoint is in stays; code and text follow those of a subnet in use and are unverified."""
        for endpoint in self._arm.store.below("", addresses.ENDPOINT):
            if fold(group.id) in (fold(each["id"]) for each in endpoint.properties.get(FIELD) or []):
                raise operations.invalid(
                    f"Application security group {group.name} is in use by {endpoint.id} and cannot be deleted.",
                    "InUseApplicationSecurityGroupCannotBeDeleted",
                )


class NetworkSecurityGroups(SecurityGroups):
    """Which stand on a subnet. Rules of a request are kept as they come; no traffic is judged by them."""

    kind = "Microsoft.Network/networkSecurityGroups"
    operation = "network_security_group"

    def own(self, group_id: str, call: Call) -> JSON:
        """A GUID that stays, the request's rules, and the six that Azure adds."""
        current = self._arm.store.find(group_id)
        given = (call.body.get("properties") or {}).get("securityRules") or []
        return {
            "resourceGuid": current.properties["resourceGuid"] if current else self._arm.guid(),
            "securityRules": [self._rule(group_id, "securityRules", each) for each in given],
            "defaultSecurityRules": [
                self._rule(group_id, "defaultSecurityRules", {"name": name, "properties": rule})
                for name, rule in _default_rules()
            ],
        }

    def set_state(self, group: Resource, state: str) -> None:
        """A rule is shown with its group's state and etag."""
        super().set_state(group, state)
        for rule in group.properties["securityRules"] + group.properties["defaultSecurityRules"]:
            rule["etag"] = group.document["etag"]
            rule["properties"]["provisioningState"] = state

    def refuse_in_use(self, group: Resource) -> None:
        """One that stands on a subnet stays; the text is unverified."""
        for network in self._arm.store.below("", "Microsoft.Network/virtualNetworks"):
            for subnet in network.properties.get("subnets") or []:
                reference = subnet["properties"].get("networkSecurityGroup") or {}
                if fold(str(reference.get("id", ""))) == fold(group.id):
                    raise operations.invalid(
                        f"Network security group {group.id} cannot be deleted because it is in use by {subnet['id']}.",
                        "InUseNetworkSecurityGroupCannotBeDeleted",
                    )

    @staticmethod
    def _rule(group_id: str, field: str, given: JSON) -> JSON:
        return {
            "name": given.get("name"),
            "id": f"{group_id}/{field}/{given.get('name')}",
            "etag": "",
            "type": f"{NetworkSecurityGroups.kind}/{field}",
            "properties": {**_EVERY_RULE, **(given.get("properties") or {})},
        }


_LISTS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
_EVERY_RULE: JSON = {"provisioningState": "Updating", "protocol": "*", **{name: [] for name in _LISTS}}


def _default_rules() -> list[tuple[str, JSON]]:
    """The rules below all others. Source: azure-cli recording ``test_network_vnet_with_subnet_nsg.yaml`` (2022-01-01)."""
    rows = (
        ("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET", "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", "Allow inbound traffic from azure load balancer", "AzureLoadBalancer", "*"),
        ("DenyAllInBound", "Deny all inbound traffic", "*", "*"),
        (
            "AllowVnetOutBound",
            "Allow outbound traffic from all VMs to all VMs in VNET",
            "VirtualNetwork",
            "VirtualNetwork",
        ),
        ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet", "*", "Internet"),
        ("DenyAllOutBound", "Deny all outbound traffic", "*", "*"),
    )
    return [
        (
            name,
            {
                "description": text,
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": target,
                "access": "Deny" if name.startswith("Deny") else "Allow",
                "priority": (65000, 65001, 65500)[number % 3],
                "direction": "Inbound" if number < 3 else "Outbound",
            },
        )
        for number, (name, text, source, target) in enumerate(rows)
    ]


def chosen(call: Call, region: str) -> list[JSON]:
    """The groups that an endpoint's body names: they exist in its region, and the caller may join them."""
    ids = [str(each.get("id")) for each in (call.body.get("properties") or {}).get(FIELD) or []]
    for group_id in ids:
        operations.require_join(call, f"{addresses.ENDPOINT}/write", _JOIN, group_id)
        group = call.arm.store.find(group_id)
        if group is None or group.document["type"] != GROUP or group.document["location"] != region:
            raise operations.invalid_reference(group_id, call.id)
    return [{"id": group_id} for group_id in ids]


def show(endpoint: Resource, groups: list[JSON]) -> None:
    """Write the groups of an endpoint; there is no list when it is in none."""
    endpoint.properties.pop(FIELD, None)
    if groups:
        endpoint.properties[FIELD] = groups

"""What a private endpoint publishes: addresses for its names, ``customDnsConfigs`` and zone group records."""

from __future__ import annotations

from ...arm import Arm
from ...private_link import Target
from ...store import Resource, type_of
from ...wire import fold
from . import operations
from .endpoint_request import EndpointRequest, state_of
from .interfaces import Interfaces
from .zone_groups import ZoneGroups

#: What an automatic connection says once its endpoint is there.
AUTO_APPROVED = "Auto-Approved"


class Publication:
    """The endpoint's side of :class:`..private_link.Endpoints`."""

    def __init__(self, arm: Arm, interfaces: Interfaces, zone_groups: ZoneGroups) -> None:
        self._arm, self._interfaces, self._zone_groups = arm, interfaces, zone_groups

    def target(self, target_id: str) -> Target:
        """The provider of a target. Raises 400 for a type that offers no private link (code unverified)."""
        link = self._arm.private_link
        found = link.owned.get(fold(target_id)) or link.targets.get(type_of(target_id))
        if found is None:
            raise operations.invalid(
                f"Resource {target_id} does not support private link connections.", "PrivateLinkServiceIdInvalid"
            )
        return found

    def connect(self, endpoint: Resource) -> None:
        """The endpoint's operation has succeeded: settle its state, notify the target, publish."""
        wanted: EndpointRequest = endpoint.hidden["request"]
        approved = state_of(endpoint)["status"] == "Approved"
        endpoint.properties["provisioningState"] = "Succeeded"
        endpoint.hidden["connected"] = True
        state_of(endpoint)["description"] = AUTO_APPROVED if approved else wanted.message
        self.target(wanted.target_id).connect(
            wanted.target_id, wanted.group_id, endpoint, approved=approved, message=wanted.message
        )
        endpoint.hidden.pop("operation", None)
        self.refresh(endpoint.id)

    def set_state(self, endpoint_id: str, status: str, description: str) -> None:
        """Show the decision of the target's owner; names are published while the state is Approved."""
        endpoint = self._arm.store.find(endpoint_id)
        if endpoint is None:
            return
        state_of(endpoint).update(status=status, description=description)
        self.refresh(endpoint_id)

    def refresh(self, endpoint_id: str) -> None:
        """Bring interface, ``customDnsConfigs`` and records in line with the names the target gives now.

        Nothing is published before the endpoint is connected, after it failed or without approval; addresses once
        taken stay with the interface then.
        """
        endpoint = self._arm.store.find(endpoint_id)
        if endpoint is None or not endpoint.hidden.get("connected"):
            return
        interface = self._arm.store.get(endpoint.properties["networkInterfaces"][0]["id"])
        failed = endpoint.properties["provisioningState"] == "Failed"
        if failed or state_of(endpoint)["status"] != "Approved":
            endpoint.hidden["published"] = []
        else:
            wanted: EndpointRequest = endpoint.hidden["request"]
            names = self.target(wanted.target_id).names(wanted.target_id, wanted.group_id, endpoint)
            self._interfaces.hold(interface, self._arm.store.get(wanted.subnet_id), names, wanted.fixed)
            endpoint.hidden["published"] = self._interfaces.published(interface)
        endpoint.document["etag"] = self._arm.etag()
        self._zone_groups.write(endpoint)

    def fail(self, endpoint_id: str, code: str, message: str) -> None:
        """Provisioning failed at the target: the endpoint is Failed without names, and so is its running operation.

        Source: MicrosoftDocs/azure-docs#114762 (``Failed`` with empty DNS).
        """
        endpoint = self._arm.store.find(endpoint_id)
        if endpoint is None:
            return
        endpoint.properties["provisioningState"] = "Failed"
        endpoint.hidden["connected"] = False
        endpoint.hidden["published"] = []
        endpoint.document["etag"] = self._arm.etag()
        operation = self._arm.operations.find(endpoint.hidden.get("operation", ""))
        if operation is not None:
            operation.status, operation.error = "Failed", {"code": code, "message": message}
        self._zone_groups.write(endpoint)

"""Private DNS zone groups: the integration through which Azure itself writes an endpoint's names into zones."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.plan import Plan, ended_badly, etag_of, mended
from ..engine.resource import Kind
from ..errors import NotFound, Refusal
from ..ids import fold_id, same_id, with_digest
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName
from ..wire import JSON, get_path, provisioning
from .private_dns import zone_name
from .zone_choice import zone_and_record

TYPE = ENDPOINT_TYPE + "/privateDnsZoneGroups"
DEFAULT_NAME = "default"
GROUP = Kind(TYPE, NETWORK_API_VERSION, {})


def default_group(endpoint_id: str) -> str:
    """The id of the zone group this collection makes for an endpoint."""
    return f"{endpoint_id}/privateDnsZoneGroups/{DEFAULT_NAME}"


def record_sets(group: JSON | None) -> list[JSON]:
    """The records a group says it has written: ``{fqdn, zone_id, record_name, ip_addresses, ttl}`` each."""
    return [
        {
            "fqdn": str(record.get("fqdn") or "").rstrip("."),
            "zone_id": zone_id,
            "record_name": str(record.get("recordSetName") or ""),
            "ip_addresses": list(record.get("ipAddresses") or []),
            "ttl": record.get("ttl"),
        }
        for config in configs_of(group)
        for zone_id in [zone_id_of(config)]
        for record in get_path(config, "properties.recordSets") or []
    ]


def configs_of(group: JSON | None) -> list[JSON]:
    """The zone configurations of a group."""
    return list(get_path(group, "properties.privateDnsZoneConfigs") or [])


def zones_of(group: JSON | None) -> set[str]:
    """The zone ids of a group, folded."""
    return {fold_id(zone_id_of(config)) for config in configs_of(group)}


def plan_group(group_id: str, current: JSON | None, zones: t.Sequence[str]) -> Plan:
    """Make a group have exactly these zones; the names of configurations that stay are kept.

    One whose last write ended badly is written again.
    """
    failed = ended_badly(current)
    if current is not None and not failed and zones_of(current) == {fold_id(zone) for zone in zones}:
        return Plan("none", group_id, shown_configs(configs_of(current)), shown_configs(configs_of(current)))
    names = {fold_id(zone_id_of(config)): str(config.get("name")) for config in configs_of(current)}
    configs = [
        {
            "name": names.get(fold_id(zone)) or _new_name(zone, names.values()),
            "properties": {"privateDnsZoneId": zone},
        }
        for zone in zones
    ]
    body = {"name": group_id.rsplit("/", 1)[-1], "properties": {"privateDnsZoneConfigs": configs}}
    action: t.Literal["create", "update"] = "create" if current is None else "update"
    plan = Plan(
        action, group_id, shown_configs(configs_of(current)), shown_configs(configs), body, etag=etag_of(current)
    )
    return mended(plan, current) if current is not None and failed else plan


def _new_name(zone: str, taken: t.Collection[str]) -> str:
    """A name for the configuration of a zone. One that stands for another zone cannot be given to this one in place.

    hashicorp/terraform-provider-azurerm#27559, and what its mending (#29329) says of Azure.
    """
    name = zone_name(zone).replace(".", "-")
    if name.lower() not in (other.lower() for other in taken):
        return name
    return with_digest(name, zone)


def unwritten(names: t.Sequence[PublishedName], group: JSON | None) -> list[str]:
    """The names for which a group shows no record set.

    A group whose zones match no name succeeds all the same with empty record sets (azure-cli recording
    ``test_network_private_endpoint_private_dns_zone_group``), so its success alone proves nothing.
    """
    written = {(zone_name(record["zone_id"]), record["record_name"].lower()) for record in record_sets(group)}
    zones = [zone_name(zone_id_of(config)) for config in configs_of(group)]
    return [name["fqdn"] for name in names if zone_and_record(name["fqdn"], zones) not in written]


def group_settled(group: JSON, names: t.Sequence[PublishedName], zones: t.Sequence[str]) -> bool:
    """Whether a group has exactly these zones, is ready, and shows a record set for every one of the names."""
    return (
        not plan_group(str(group["id"]), group, zones).changed
        and provisioning(group) == "succeeded"
        and not missing_names(names, group)
    )


def groups_of(azure: Azure, endpoint_id: str) -> list[JSON]:
    """The zone groups of an endpoint; none when it does not exist."""
    try:
        return azure.list(f"{endpoint_id}/privateDnsZoneGroups", NETWORK_API_VERSION)
    except NotFound:
        return []


def in_the_way(group: JSON, endpoint_id: str, group_id: str, zones: t.Sequence[str]) -> Refusal | None:
    """The refusal for a group of another name that has other zones; None when this group may stay."""
    if same_id(group["id"], group_id) or zones_of(group) == {fold_id(zone) for zone in zones}:
        return None
    held = ", ".join(zone_id_of(config) for config in configs_of(group)) or "no zones"
    return Refusal(
        f"{endpoint_id} has the zone group {group['name']} with {held} already, and an endpoint can have one group only. "
        "Someone else made it (Azure Policy names its groups deployedByPolicy).",
        remedy="Leave DNS of this endpoint to its owner (dns_mode: policy), or have its owner remove that group.",
    )


def missing_names(names: t.Sequence[PublishedName], group: JSON | None) -> list[str]:
    return unwritten(names, group) if names else ["any name (the endpoint publishes none)"]


def zone_id_of(config: JSON) -> str:
    return str(get_path(config, "properties.privateDnsZoneId") or "")


def shown_configs(configs: t.Sequence[JSON]) -> JSON:
    if not configs:
        return {}
    plain = [{"name": config.get("name"), "properties": {"privateDnsZoneId": zone_id_of(config)}} for config in configs]
    return {"properties": {"privateDnsZoneConfigs": plain}}

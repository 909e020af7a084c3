"""Which names a private endpoint publishes, and at which addresses: read from Azure, never built."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..errors import NotFound
from ..wire import JSON, get_path

ENDPOINT_TYPE = "Microsoft.Network/privateEndpoints"
NETWORK_API_VERSION = "2024-05-01"
LABEL = "privatelink."


class PublishedName(t.TypedDict):
    """One name: ``fqdn`` as Azure shows it, its addresses, and the target's group and member (empty if not known)."""

    fqdn: str
    ip_addresses: list[str]
    group_id: str
    member: str


def read_names(azure: Azure, endpoint_id: str, endpoint: JSON | None = None) -> list[PublishedName]:
    """The inventory of an endpoint, sorted by name.

    Azure shows it in three places, none of them always filled: ``customDnsConfigs`` of the endpoint (emptied by a zone
    group), the address configurations of its network interface, and the record sets of its zone groups. All are read
    and merged. Raises NotFound when the endpoint does not exist.
    """
    document = azure.get(endpoint_id, NETWORK_API_VERSION) if endpoint is None else endpoint
    interfaces = []
    for reference in get_path(document, "properties.networkInterfaces") or []:
        found = azure.find(reference["id"], NETWORK_API_VERSION)
        if found is not None:
            interfaces.append(found)
    groups: list[JSON] = []
    if not _complete(document, interfaces):
        try:
            groups = azure.list(f"{endpoint_id}/privateDnsZoneGroups", NETWORK_API_VERSION)
        except NotFound:
            groups = []
    return merge_names(document, interfaces, groups)


def merge_names(endpoint: JSON, interfaces: t.Sequence[JSON], groups: t.Sequence[JSON]) -> list[PublishedName]:
    """Merge the three places. A name with and without its ``privatelink`` label is one name."""
    names: dict[str, PublishedName] = {}

    def add(fqdn: str, addresses: t.Iterable[str | None], group_id: str = "", member: str = "") -> None:
        clean = fqdn.rstrip(".").lower()
        entry = names.setdefault(bare(clean), PublishedName(fqdn=clean, ip_addresses=[], group_id="", member=""))
        entry["ip_addresses"] = sorted({*entry["ip_addresses"], *(address for address in addresses if address)})
        entry["group_id"] = entry["group_id"] or group_id
        entry["member"] = entry["member"] or member

    for config in get_path(endpoint, "properties.customDnsConfigs") or []:
        if config.get("fqdn"):
            add(config["fqdn"], config.get("ipAddresses") or [])
    for interface in interfaces:
        for configuration in get_path(interface, "properties.ipConfigurations") or []:
            properties = configuration.get("properties") or {}
            link = properties.get("privateLinkConnectionProperties") or {}
            for fqdn in link.get("fqdns") or []:
                add(
                    fqdn,
                    [properties.get("privateIPAddress")],
                    link.get("groupId") or "",
                    link.get("requiredMemberName") or "",
                )
    for group in groups:
        for configuration in get_path(group, "properties.privateDnsZoneConfigs") or []:
            for record in get_path(configuration, "properties.recordSets") or []:
                if record.get("fqdn"):
                    add(record["fqdn"], record.get("ipAddresses") or [])
    return [names[key] for key in sorted(names)]


def bare(fqdn: str) -> str:
    """The name without its ``privatelink`` label: the key under which two spellings are one name."""
    head, label, tail = fqdn.rstrip(".").lower().partition("." + LABEL)
    return f"{head}.{tail}" if label else head


def _complete(endpoint: JSON, interfaces: t.Sequence[JSON]) -> bool:
    """Whether the interface already names every address, so that the zone groups need not be read."""
    configurations = [
        configuration
        for interface in interfaces
        for configuration in get_path(interface, "properties.ipConfigurations") or []
    ]
    return bool(configurations) and all(
        get_path(configuration, "properties.privateLinkConnectionProperties.fqdns") for configuration in configurations
    )

"""What a world file may hold: one table of keys and kinds, and the check that goes by it."""

from __future__ import annotations

import ipaddress
import re
import typing as t

JSON = dict[str, t.Any]
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Keys(dict[str, t.Any]):
    """A mapping of a world file: its keys, each with the kind of its value. A key that ends with ``!`` is required."""


class Many(t.NamedTuple):
    """A list; ``of`` is the kind of its entries. ``names`` lets an entry be a mere name in place of a mapping."""

    of: t.Any
    names: bool = False


def _prefix(value: t.Any) -> bool:
    try:
        ipaddress.ip_network(str(value), strict=True)
    except ValueError:
        return False
    return "/" in str(value)


def _address(value: t.Any) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True


#: The kinds of single values: a test, and what is wanted in words.
KINDS: dict[str, tuple[t.Callable[[t.Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "text"),
    "number": (
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0,
        "a number",
    ),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "guid": (lambda value: bool(_GUID.fullmatch(str(value))), "a GUID"),
    "id": (lambda value: isinstance(value, str) and value.startswith("/"), "the id of a resource or scope"),
    "prefix": (_prefix, "an address range such as 10.1.0.0/16, without host bits"),
    "address": (_address, "an IP address"),
    "mapping": (lambda value: isinstance(value, dict), "a mapping"),
}

_PLACED = {"name!": "text", "resource_group!": "text", "subscription_id": "guid"}
_NAMED = Many(
    Keys(
        {
            "name!": "text",
            "backup_management_type": "text",
            "machine": "text",
            "location": "text",
            "source_location": "text",
        }
    ),
    names=True,
)
_ACCESS = ("Enabled", "Disabled")
_SERVICES = ("AzureBackup", "AzureSiteRecovery", "AzureBackup_secondary")

HISTORY = Keys(
    {
        "protected_items": _NAMED,
        "soft_deleted_items": _NAMED,
        "containers": _NAMED,
        "engines": _NAMED,
        "jobs": Many(Keys({"operation": "text", "status": "text", "machine": "text"})),
        "fabrics": _NAMED,
        "replication_protected_items": _NAMED,
        "migration_items": _NAMED,
        "providers": _NAMED,
        "replication_policies": _NAMED,
        "usages": "mapping",
        "activity": Many(Keys({"operation_name!": "text", "status": "text", "days_ago": "number"})),
        "attempts": Many(("backup", "replication")),
        "endpoints": Many(_SERVICES),
    }
)

WORLD = Keys(
    {
        "cloud": ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud"),
        "tenant_id": "guid",
        "subscriptions": Many(Keys({"id!": "guid", "name": "text", "providers": "mapping"})),
        "principals": Many(
            Keys(
                {
                    "object_id!": "guid",
                    "name": "text",
                    "client_id": "guid",
                    "client_secret": "text",
                    "roles": Many(Keys({"role!": "text", "scope!": "id"})),
                }
            )
        ),
        "resource_groups": Many(
            Keys({"name!": "text", "location": "text", "subscription_id": "guid", "tags": "mapping"})
        ),
        "virtual_networks": Many(
            Keys(
                {
                    **_PLACED,
                    "location!": "text",
                    "address_prefixes!": Many("prefix"),
                    "tags": "mapping",
                    "dns_servers": Many("address"),
                    "subnets": Many(
                        Keys(
                            {
                                "name!": "text",
                                "address_prefix!": "prefix",
                                "private_endpoint_network_policies": (
                                    *_ACCESS,
                                    "NetworkSecurityGroupEnabled",
                                    "RouteTableEnabled",
                                ),
                                "delegations": Many("text"),
                                "addresses_in_use": "number",
                            }
                        )
                    ),
                }
            )
        ),
        "private_dns_zones": Many(
            Keys(
                {
                    **_PLACED,
                    "tags": "mapping",
                    "virtual_network_links": Many(
                        Keys(
                            {
                                "name!": "text",
                                "virtual_network!": "text",
                                "resolution_policy": ("Default", "NxDomainRedirect"),
                            }
                        )
                    ),
                    "records": Many(
                        Keys(
                            {
                                "name!": "text",
                                "ip_addresses!": Many("address"),
                                "time_to_live": "number",
                                "metadata": "mapping",
                            }
                        )
                    ),
                }
            )
        ),
        "vaults": Many(
            Keys(
                {
                    **_PLACED,
                    "location": "text",
                    "identity": "text",
                    "public_network_access": _ACCESS,
                    "cross_region_restore": _ACCESS,
                    "tags": "mapping",
                    "created_days_ago": "number",
                    "encryption_key_vault": "text",
                    "history": HISTORY,
                }
            )
        ),
        "private_endpoints": Many(
            Keys(
                {
                    **_PLACED,
                    "virtual_network!": "text",
                    "subnet!": "text",
                    "target!": "text",
                    "group_id": "text",
                    "location": "text",
                    "status": ("Approved", "Pending", "Rejected", "Disconnected"),
                    "zone_group": Keys({"name!": "text", "zones!": Many("text")}),
                }
            )
        ),
        "storage_accounts": Many(
            Keys(
                {
                    **_PLACED,
                    "location": "text",
                    "kind": "text",
                    "sku": "text",
                    "network_acls": "mapping",
                    "public_network_access": (*_ACCESS, "SecuredByPerimeter"),
                    "allow_shared_key_access": "flag",
                    "blob_soft_delete_days": "number",
                    "tags": "mapping",
                }
            )
        ),
        "classic_storage_accounts": Many(Keys({**_PLACED, "location": "text", "account_type": "text"})),
        "locks": Many(Keys({"scope!": "id", "level!": ("CanNotDelete", "ReadOnly"), "name": "text"})),
        "role_assignments": Many(
            Keys({"scope!": "id", "role!": "text", "principal_id!": "guid", "principal_type": "text"})
        ),
        "settings": "mapping",
    }
)


def problems(value: t.Any, kind: t.Any = WORLD, place: str = "") -> t.Iterator[str]:
    """What is wrong in a world, each with its place, such as ``virtual_networks[0].subnets[1].name: is required``.

    A value that is null or an empty text counts as not given.
    """
    if isinstance(kind, Keys):
        yield from _of_mapping(value, kind, place)
    elif isinstance(kind, Many):
        if not isinstance(value, list):
            yield f"{place}: must be a list, not {value!r}"
            return
        for position, entry in enumerate(value):
            if not (kind.names and isinstance(entry, (str, int)) and entry):
                yield from problems(entry, kind.of, f"{place}[{position}]")
    elif isinstance(kind, tuple):
        if value not in kind:
            yield f"{place}: must be one of {', '.join(kind)}, not {value!r}"
    elif not KINDS[kind][0](value):
        yield f"{place}: must be {KINDS[kind][1]}, not {value!r}"


def _of_mapping(value: t.Any, kind: Keys, place: str) -> t.Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place or 'the world'}: must be a mapping, not {value!r}"
        return
    known = {key.removesuffix("!"): (of, key.endswith("!")) for key, of in kind.items()}
    here = f"{place}." if place else ""
    for key in value:
        if key not in known:
            yield f"{here}{key}: unknown key; known are {', '.join(known)}"
    for key, (of, required) in known.items():
        if value.get(key) not in (None, ""):
            yield from problems(value[key], of, f"{here}{key}")
        elif required:
            yield f"{here}{key}: is required"

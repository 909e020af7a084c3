"""The option ``sequence``: everything that describes one, shared by the modules that judge it before and after.

A text that is empty counts as not given, so that a role can hand over its variables as they are.
"""

from __future__ import annotations

from ..dns.modes import MODES
from ..engine.spec import Option, port
from ..engine.tags import tags
from . import migrate_rules as rules
from .catalog import SEQUENCES

#: Of all sequences.
VARIANTS = tuple(dict.fromkeys(variant for sequence in SEQUENCES.values() for variant in sequence.variants))
#: Of a record set, in seconds.
TIME_TO_LIVE = Option(type="int", default=10, least=1, most=2147483647)
#: A private endpoint of a storage account or a key vault.
ENDPOINT_OF_ANOTHER: dict[str, Option] = {
    "name": Option(required=True),
    "subnet": Option(required=True),
    "resource_group": Option(),
    "dns_zone_resource_group": Option(),
    "dns_server": Option(),
    "dns_port": port(),
    "consumers": Option(type="list", elements="str"),
}
#: A role to be given; to whom is known to the module that gives it.
ASSIGNMENT: dict[str, Option] = {
    "scope": Option(required=True),
    "role": Option(required=True),
    "principal_type": Option(
        choices=("ServicePrincipal", "User", "Group", "ForeignGroup", "Device"), default="ServicePrincipal"
    ),
    "description": Option(),
}
DESCRIPTION: dict[str, Option] = {
    "name": Option(choices=SEQUENCES, default="backup"),
    "variant": Option(choices=VARIANTS),
    "vault": Option(
        type="dict",
        required=True,
        options={
            "name": Option(required=True),
            "resource_group": Option(required=True),
            "subscription_id": Option(),
            "location": Option(),
            "tags": tags(),
        },
    ),
    "endpoints": Option(
        type="list",
        elements="dict",
        required=True,
        options={
            "name": Option(required=True),
            "resource_group": Option(),
            "subscription_id": Option(),
            "subnet": Option(required=True),
            "subnet_prefix": Option(),
            "location": Option(),
            "dns_zone_resource_group": Option(),
            "dns_zone_subscription_id": Option(),
            "virtual_networks": Option(type="list", elements="str"),
            "manual": Option(type="bool", default=False),
            "request_message": Option(),
            "tags": tags(),
            "dns_server": Option(),
            "dns_port": port(),
            "consumers": Option(type="list", elements="str"),
            "side": Option(choices=("source", "recovery", "shared")),
        },
    ),
    "dns_mode": Option(choices=MODES, default="zone_group"),
    "extra_sub_resources": Option(type="list", elements="str", choices=("default",), default=[]),
    "disk_model": Option(choices=("managed", "unmanaged"), default="managed"),
    "storage_accounts": Option(
        type="list",
        elements="dict",
        default=[],
        options={
            "id": Option(required=True),
            "use": Option(choices=("cache", "source", "target"), default="cache"),
            "endpoint": Option(type="dict", options=ENDPOINT_OF_ANOTHER),
        },
    ),
    "key_vaults": Option(
        type="list",
        elements="dict",
        default=[],
        no_secret=True,
        options={
            "id": Option(required=True),
            "endpoint": Option(type="dict", options=ENDPOINT_OF_ANOTHER),
        },
    ),
    "migration": Option(
        type="dict",
        options={
            "source": Option(choices=rules.METHODS, default="Physical"),
            "method": Option(choices=("", *rules.WAYS)),
            "experience": Option(choices=rules.EXPERIENCES, default=rules.EXPERIENCES[0]),
            "public_control_plane": Option(type="bool", default=False),
            "agent_dependencies": Option(type="bool", default=False),
            "assessment_project": Option(),
            "subnet": Option(),
            "public_network_access": Option(choices=("", "Enabled", "Disabled")),
        },
    ),
    "dns_zones": Option(
        type="dict",
        default={},
        options={
            "resource_group": Option(),
            "subscription_id": Option(),
            "virtual_networks": Option(type="list", elements="str"),
        },
    ),
    "dns_servers": Option(
        type="list",
        elements="dict",
        options={
            "virtual_network": Option(required=True),
            "address": Option(),
            "port": port(53),
            "consumers": Option(type="list", elements="str"),
        },
    ),
    "zone_names": Option(type="list", elements="str"),
    "geo_code": Option(),
    "public_network_access": Option(choices=("after_verify", "before_endpoint", "unchanged"), default="after_verify"),
    "identity": Option(type="bool", default=True),
    "grants": Option(choices=("least_privilege", "contributor"), default="least_privilege"),
    "removable_endpoints": Option(type="list", elements="str", default=[]),
    "role_assignments": Option(type="list", elements="dict", default=[], options=ASSIGNMENT),
    "storage_roles": Option(type="bool", default=False),
    "trusted_services": Option(type="bool", default=False),
    "storage_redundancy": Option(choices=("", "LocallyRedundant", "ZoneRedundant", "GeoRedundant")),
    "cross_region_restore": Option(choices=("", "Enabled", "Disabled")),
    "freshness_attested": Option(type="bool", default=False),
    "accept_zone_overwrite": Option(type="bool", default=False),
    "accepted_network_policies": Option(type="list", elements="str", default=["Disabled"]),
    "provider_registration": Option(choices=("refuse", "register", "reregister"), default="refuse"),
    "approve": Option(type="bool", default=False),
    "permission_timeout": Option(type="int", default=600, least=0),
    "protected_machines": Option(
        type="list",
        elements="dict",
        default=[],
        options={
            "id": Option(required=True),
            "disks": Option(type="list", elements="str", required=True),
            "recovery_resource_group_id": Option(required=True),
            "cache_storage_account_id": Option(required=True),
        },
    ),
    "source_location": Option(),
    "data_sources": Option(type="int", default=0, least=0),
    "private_route": Option(choices=("express_route", "vpn", "azure", "attested"), default="express_route"),
    "servers": Option(type="list", elements="str", default=[]),
    "settle_seconds": Option(type="int", default=0, least=0),
    "time_to_live": TIME_TO_LIVE,
    "resolution_timeout": Option(type="int", default=0, least=0),
    "resolution_port": Option(type="int", default=0, least=0, most=65535),
    "role": Option(default=""),
    "variables": Option(type="list", elements="str", default=[]),
    "unknown_consumers": Option(type="list", elements="str", default=[]),
    "teardown": Option(
        type="dict",
        options={
            "zones": Option(type="bool", default=True),
            "roles": Option(type="bool", default=True),
            "trusted_services": Option(type="bool", default=False),
            "target": Option(type="bool", default=False),
            "public_network_access": Option(choices=("unchanged", "Enabled"), default="unchanged"),
        },
    ),
}
SEQUENCE = Option(type="dict", required=True, options=DESCRIPTION)

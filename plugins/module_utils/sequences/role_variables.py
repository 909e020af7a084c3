"""The variables of the roles: which option of a sequence each fills, so that messages say what the operator can type."""

from __future__ import annotations

import difflib
import functools
import re
import typing as t

from ..errors import InputError

#: Suffixes of variables that fill an option of their own name.
SAME = (
    *("endpoints", "dns_mode", "dns_servers", "public_network_access", "approve", "role_assignments"),
    *("freshness_attested", "accept_zone_overwrite", "accepted_network_policies", "provider_registration"),
    *("permission_timeout", "resolution_timeout", "resolution_port", "wait_timeout"),
)
#: By the suffix of a variable that every role has, the option it fills.
COMMON: dict[str, str] = {
    **{name: name for name in SAME},
    **{f"vault_{name}": f"vault.{name}" for name in ("name", "resource_group", "subscription_id", "location", "tags")},
    **{f"vault_{name}": name for name in ("storage_redundancy", "cross_region_restore")},
    **{f"dns_{name}": name for name in ("zone_names", "geo_code", "time_to_live")},
    **{f"dns_zone_{name}": f"dns_zones.{name}" for name in ("resource_group", "subscription_id")},
    "dns_virtual_networks": "dns_zones.virtual_networks",
    **{f"teardown_{name}": f"teardown.{name}" for name in ("zones", "roles", "public_network_access")},
}
#: And those of one role.
OWN: dict[str, dict[str, str]] = {
    "backup": {
        "vault_identity": "identity",
        "experience": "variant",
        "to_v2_endpoints": "removable_endpoints",
        **{name: name for name in ("grants", "settle_seconds")},
    },
    "dpm_mabs": {"vault_identity": "identity", **{name: name for name in ("data_sources", "private_route", "servers")}},
    "site_recovery": {
        **{name: name for name in ("variant", "storage_accounts", "disk_model", "storage_roles", "trusted_services")},
        **{name: name for name in ("protected_machines", "source_location", "settle_seconds")},
        "teardown_trusted_services": "teardown.trusted_services",
    },
}
#: Roles whose variables are named after what they lead to: by the option, the suffix of the variable that fills it.
NAMED_OTHERWISE: dict[str, dict[str, str]] = {
    "migrate": {
        **dict.fromkeys(("vault.name", "endpoints.name"), "project_name"),
        **{f"vault.{name}": name for name in ("resource_group", "subscription_id", "location")},
        **dict.fromkeys(("dns_zones.resource_group", "endpoints.dns_zone_resource_group"), "dns_zone_resource_group"),
        **dict.fromkeys(("dns_zones.virtual_networks", "endpoints.virtual_networks"), "dns_virtual_networks"),
        **dict.fromkeys(("endpoints.subnet", "migration.subnet"), "subnet"),
        "dns_zones.subscription_id": "dns_zone_subscription_id",
        "key_vaults.endpoint": "key_vault",
        "storage_accounts.endpoint": "storage_account",
        "dns_servers": "resolver_host",
        "time_to_live": "dns_time_to_live",
        **{
            name: name
            for name in ("dns_mode", "approve", "wait_timeout", "accept_zone_overwrite", "accepted_network_policies")
        },
        **{f"migration.{name}": name for name in ("source", "method", "experience", "public_network_access")},
    },
}
#: Variables that no option of a sequence takes: the role's steps do.
BESIDE = ("report_directory", "report_keep", "confirm_plan", "teardown_confirm")
BESIDE_OF: dict[str, tuple[str, ...]] = {
    "backup": ("to_v2_confirm",),
    "site_recovery": ("modernized_appliance",),
    "dpm_mabs": (
        *("least_dpm_version", "least_mabs_version", "agent_version", "agent_installer", "clock_skew", "entra_names"),
        *("install", "install_answer_file"),
        *("proxy", "proxy_password", "passphrase", "passphrase_copy", "credentials_file", "credentials_certificate"),
        *("registration_command", "staging_folder", "work_hours", "replica_ready_states", "stand_in"),
        *("protection", "protection_tasks", "protection_retries", "protection_delay"),
    ),
}
#: What a role makes of its variables, in its ``vars``.
INTERNAL = ("sequence", "run")
#: And what its steps find out, which is there when a role runs once more in the same play.
INTERNAL_OF: dict[str, tuple[str, ...]] = {
    "dpm_mabs": (
        *("credentials_place", "mode", "all_gates", "done", "asked", "reached", "judged", "verdicts", "before", "kept"),
        *("renewed", "replicas", "due", "points", "protected", "completed"),
        *(f"{name}_result" for name in ("agent", "backup", "cleanup", "copy", "credentials", "disk")),
        *(f"{name}_result" for name in ("install", "register", "settings", "shred", "update")),
    ),
}


def variables_of(role: str) -> set[str]:
    """Every variable that an operator may set for a role."""
    suffixes = {*COMMON, *OWN.get(role, ()), *BESIDE, *BESIDE_OF.get(role, ())}
    return {f"{role}_{suffix}" for suffix in suffixes}


def refuse_unknown(role: str, named: t.Iterable[str]) -> None:
    """Refuse what begins with the prefix of a role and is no variable of it: its default would be used in silence.

    Raises :class:`InputError` with the nearest name. Names of other roles pass.
    """
    if role not in OWN:
        return
    known = variables_of(role)
    unknown = sorted({*named} - known - {f"{role}_{suffix}" for suffix in (*INTERNAL, *INTERNAL_OF.get(role, ()))})
    found = []
    for name in unknown:
        near = difflib.get_close_matches(name, sorted(known), 1)
        found.append(f"{name} is no variable of the role {role}{f'; did you mean {near[0]}?' if near else '.'}")
    if found:
        raise InputError(
            " ".join(found),
            remedy=f"Correct the name, or take it out. A variable of your own must not begin with {role}_.",
        )


def in_words_of(options: t.Mapping[str, t.Any], text: str) -> str:
    """A message about the options of a sequence, with the names its reader can type.

    That is a role's variables when a role asks, else the option ``sequence`` with its sub-option.
    """
    role = str((options.get("sequence") or {}).get("role") or "")
    names, pattern = _names(role)
    return pattern.sub(lambda found: names[found[1] or found[2]], text)


@functools.cache
def _names(role: str) -> tuple[dict[str, str], re.Pattern[str]]:
    paths = {path: suffix for own in ({}, *OWN.values()) for suffix, path in (COMMON | own).items()}
    if role:
        paths = NAMED_OTHERWISE.get(role) or {path: suffix for suffix, path in (COMMON | OWN.get(role, {})).items()}
        names = {path: f"{role}_{suffix}" for path, suffix in paths.items()}
    else:
        names = {path: f"sequence.{path}" for path in paths if path != "wait_timeout"}
    longest_first = sorted(names, key=len, reverse=True)
    # A plain word is a name only where the message says so; "endpoints" may just mean some.
    unmistakable = "|".join(re.escape(path) for path in longest_first if "_" in path or "." in path)
    any_path = "|".join(map(re.escape, longest_first))
    return names, re.compile(rf"(?<![\w./-])(?:sequence\.({any_path})|({unmistakable}))(?![\w/-])")

"""Messages name what their reader can type."""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import (
    BESIDE,
    COMMON,
    INTERNAL_OF,
    in_words_of,
    refuse_unknown,
    variables_of,
)
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.sequence_variables import MODULE as VARIABLES

from ...conftest import ENDPOINT, SUBSCRIPTION, VAULT, Cloud
from ...stories.sequence import ROLES
from ...worlds.backup import AN_HOUR, WANTED

#: What a role has of its own in a variable that all of them have: its service's words, modes and variants.
DIFFERENT = (
    *("endpoints", "dns_mode", "role_assignments", "vault_storage_redundancy", "vault_cross_region_restore"),
    *("public_network_access", "report_directory"),
)


def specification(role: str, entry: str = "check_variables") -> t.Any:
    """The options of a role's entry point."""
    read = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return read["argument_specs"][entry]["options"]


@pytest.mark.parametrize("role", ["backup", "site_recovery", "dpm_mabs"])
def test_the_known_variables_are_those_of_the_specification(role: str) -> None:
    assert set(specification(role)) == variables_of(role)
    for entry in ("main", "preflight", "verify", "drift", "teardown"):
        assert set(specification(role, entry)) <= variables_of(role)


@pytest.mark.parametrize("suffix", sorted({*COMMON, *BESIDE} - {*DIFFERENT}))
def test_a_variable_of_every_role_is_the_same_in_all(suffix: str) -> None:
    found = []
    for role in ("backup", "site_recovery", "dpm_mabs"):
        option = specification(role)[f"{role}_{suffix}"]
        found.append({key: value for key, value in option.items() if key != "description"})
        default = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text()).get(f"{role}_{suffix}")
        if "default" in option:
            assert default == option["default"], role
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("role", "text", "reported"),
    [
        ("backup", "set accept_zone_overwrite: true.", "set backup_accept_zone_overwrite: true."),
        ("", "set accept_zone_overwrite: true.", "set sequence.accept_zone_overwrite: true."),
        ("", "sequence.time_to_live must be at least 1.", "sequence.time_to_live must be at least 1."),
        ("backup", "sequence.time_to_live must be at least 1.", "backup_dns_time_to_live must be at least 1."),
        ("backup", "sequence.endpoints.dns_port is 0; two endpoints", "backup_endpoints.dns_port is 0; two endpoints"),
        ("site_recovery", "vault.tags and dns_zones.resource_group", "site_recovery_vault_tags and site_recovery_dns_zone_resource_group"),
        ("backup", "privatelink.recovery.provider_registration", "privatelink.recovery.provider_registration"),
        ("backup", "/subscriptions/x/dns_mode and pe-dns_mode", "/subscriptions/x/dns_mode and pe-dns_mode"),
        ("backup", "raise wait_timeout.", "raise backup_wait_timeout."),
        ("", "raise wait_timeout.", "raise wait_timeout."),
    ],
)  # fmt: skip
def test_options_are_named_as_the_reader_types_them(role: str, text: str, reported: str) -> None:
    assert in_words_of({"sequence": {"role": role}}, text) == reported


def test_names_of_roles_that_are_not_in_the_table_pass() -> None:
    refuse_unknown("another", ["another_thing"])
    with pytest.raises(InputError, match="did you mean backup_vault_name"):
        refuse_unknown("backup", ["backup_vault_nmae"])


def test_what_steps_find_out_is_not_taken_for_a_variable() -> None:
    for role, suffixes in INTERNAL_OF.items():
        refuse_unknown(role, [f"{role}_{suffix}" for suffix in suffixes])
        tasks = "".join(path.read_text() for path in (ROLES / role / "tasks").glob("*.yml"))
        made = set(re.findall(rf"register: {role}_(\w+)", tasks)) | set(
            re.findall(rf"^ +{role}_(\w+):", tasks, re.MULTILINE)
        )
        assert made - {*suffixes} == set()


def test_the_module_names_its_own_options(make_cloud: object) -> None:
    cloud: Cloud = make_cloud(vaults=[{**AN_HOUR, "created_days_ago": 400}])  # type: ignore[operator]
    assert "sequence.freshness_attested: true" in cloud.run(MODULE, **WANTED)["message"]


def test_variables_need_no_credentials(cloud: Cloud) -> None:
    cloud.mark()
    wanted = {name: value for name, value in WANTED.items() if name != "enforce"}
    result = cloud.run(VARIABLES, **wanted, client_id=None, secret=None, tenant=None)
    # The subscription is the credentials'.
    nobodys = "00000000-0000-0000-0000-000000000000"
    assert result["vault_id"] == VAULT.replace(SUBSCRIPTION, nobodys)
    assert result["endpoints"] == [ENDPOINT]
    assert result["changed"] is False and cloud.requests() == []


def test_judging_variables_loads_no_azure_package() -> None:
    """It would take longer than all the rest of the run."""
    action = "ansible_collections.privatelink.recovery.plugins.action.sequence_variables"
    code = f"import sys, {action}; print([name for name in sys.modules if name.startswith(('azure.mgmt', 'azure.identity'))])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"

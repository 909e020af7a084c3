"""Messages name what their reader can type."""

from __future__ import annotations

import re

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import (
    INTERNAL_OF,
    in_words_of,
    refuse_unknown,
)
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE

from ...conftest import Cloud
from ...stories.sequence import ROLES
from ...worlds.backup import AN_HOUR, WANTED


@pytest.mark.parametrize(
    ("role", "text", "told"),
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
def test_options_are_named_as_the_reader_types_them(role: str, text: str, told: str) -> None:
    assert in_words_of({"sequence": {"role": role}}, text) == told


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
    result = cloud.run(MODULE, **{**WANTED, "stage": "variables", "client_id": None, "secret": None, "tenant": None})
    assert result["passed"] and cloud.requests() == []

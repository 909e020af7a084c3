"""A step is passed over where the gates saw everything as wanted, and only there."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.private_dns import API_VERSION
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import link_name
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_names import NETWORK_API_VERSION
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import (
    API_VERSION as ROLES_API_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import ASSIGNMENT_TYPE
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.storage_accounts import (
    API_VERSION as STORAGE_API_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vaults import (
    API_VERSION as VAULT_API_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vaults import TYPE as VAULT_TYPE

from ..conftest import BACKUP_ZONES, ENDPOINT, GROUPS, NETWORK, VAULT, Cloud
from ..worlds import site_recovery as recovery
from .conftest import Tell
from .sequence import Played
from .settings import SETTINGS
from .support import ENDPOINT_WISH, HUB_NETWORK, state

JSON = dict[str, t.Any]
STEPS = {"private_endpoint", "private_endpoint_connection", "private_dns_zone", "private_dns_zone_group"}
#: What is passed over only where it was read ahead.
OWN_STEPS = {"vault", "role_assignment", "storage_account_access"}
READ_AHEAD = {"vault", "roles", "grants", "storage_roles", "storage_access"}
SETTLED = {*READ_AHEAD, "providers", "endpoints", "zones", "dns", "public_access"}
#: What these worlds have from the start: registered providers, and accounts that let trusted services in.
FROM_THE_START = {"providers", "storage_access"}
LINK = f"{BACKUP_ZONES[0]}/virtualNetworkLinks/{link_name(NETWORK)}"
GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"


def settled(run: Played) -> JSON:
    """What the gates of a run took for settled."""
    (found,) = [reported["plan"]["settled"] for reported in run.of("preflight") if "settled" in reported["plan"]]
    return t.cast(JSON, found)


def entered(run: Played) -> set[str]:
    """The modules of the steps that a run went through."""
    return {deed.module for deed in run.deeds} & {*STEPS, "private_dns_records"}


@pytest.mark.parametrize("name", ["backup", "backup, records", "site_recovery", "site_recovery, records"])
def test_a_run_with_nothing_to_do_passes_the_steps_over(name: str, tmp_path: Path) -> None:
    cloud = SETTINGS[name].cloud()
    sequence = SETTINGS[name].sequence(cloud, tmp_path)
    first = sequence.play()
    assert first.failure == ""
    assert {step for step, holds in settled(first).items() if holds} == FROM_THE_START
    assert entered(first) >= STEPS - {"private_dns_zone_group"}
    for check_mode in (True, False):
        again = sequence.play(check_mode=check_mode)
        assert (again.failure, again.changes) == ("", {})
        records = name.endswith("records")
        assert settled(again) == {**dict.fromkeys(SETTLED, True), "dns": not records}
        assert not {deed.module for deed in again.deeds} & OWN_STEPS
        # Records are compared one by one, whoever may have changed them.
        assert entered(again) == ({"private_dns_records"} if records else set())


def test_asked_one_by_one_each_step_compares_for_itself(tmp_path: Path) -> None:
    cloud = SETTINGS["site_recovery"].cloud()
    sequence = SETTINGS["site_recovery"].sequence(cloud, tmp_path)
    assert not sequence.play().failure
    sequence.connection["concurrency"] = 1
    again = sequence.play()
    assert (again.failure, again.changes) == ("", {})
    assert {name for name, holds in settled(again).items() if not holds} == READ_AHEAD
    assert {deed.module for deed in again.deeds} >= {"vault", "role_assignment"}


def take_role(cloud: Cloud) -> None:
    """Somebody takes a role from the vault's identity."""
    held = cloud.connection.azure.list(f"{recovery.CACHE}/providers/{ASSIGNMENT_TYPE}", ROLES_API_VERSION)
    taken = next(item["id"] for item in held if item["id"].startswith(recovery.CACHE))
    cloud.connection.azure.delete(taken, ROLES_API_VERSION)


def refuse_services(cloud: Cloud) -> None:
    """Somebody has an account's firewall let nobody through."""
    body = {"properties": {"networkAcls": {"bypass": "None", "defaultAction": "Deny"}}}
    cloud.connection.azure.patch(recovery.CACHE, STORAGE_API_VERSION, body)


def change_tag(cloud: Cloud) -> None:
    """Somebody changes a tag of the vault that the operator asked for."""
    vault = f"{GROUPS}/rg-recovery/providers/{VAULT_TYPE}/vault-recovery"
    tags = {**cloud.document(vault)["tags"], "owner": "somebody else"}
    cloud.connection.azure.patch(vault, VAULT_API_VERSION, {"tags": tags})


@pytest.mark.parametrize(
    ("deed", "unsettled", "task"),
    [
        (take_role, "storage_roles", "Give the vault's identity its roles on the storage accounts"),
        (refuse_services, "storage_access", "Let trusted Microsoft services through the accounts' firewalls"),
        (change_tag, "vault", "Create the vault, or bring it to the wanted state"),
    ],
)
def test_what_belongs_to_the_vault_is_mended(
    deed: t.Callable[[Cloud], None], unsettled: str, task: str, tmp_path: Path
) -> None:
    cloud = SETTINGS["site_recovery"].cloud()
    sequence = SETTINGS["site_recovery"].sequence(cloud, tmp_path)
    sequence.variables["site_recovery_vault_tags"] = {"owner": "network team"}
    sequence.variables["site_recovery_trusted_services"] = True
    assert not sequence.play().failure
    deed(cloud)
    predicted = sequence.play(check_mode=True)
    mended = sequence.play()
    assert (predicted.failure, mended.failure) == ("", "")
    assert [step for step, holds in settled(mended).items() if not holds] == [unsettled]
    assert {name for name, _item in mended.changes} == {task}
    assert predicted.changes == mended.changes
    assert all(settled(sequence.play()).values())


def remove_link(cloud: Cloud) -> None:
    """Somebody takes a network off a zone."""
    cloud.connection.azure.delete(LINK, API_VERSION)


def register_machines(cloud: Cloud) -> None:
    """Somebody has a zone register machines."""
    link = copy.deepcopy(cloud.document(LINK))
    body = {**link, "properties": {**link["properties"], "registrationEnabled": True}}
    cloud.connection.azure.put(LINK, API_VERSION, body)


def remove_group(cloud: Cloud) -> None:
    """Somebody detaches an endpoint from its zones."""
    cloud.connection.azure.delete(GROUP, NETWORK_API_VERSION)


def shorten_group(cloud: Cloud) -> None:
    """Somebody takes a zone out of a group."""
    configs = cloud.document(GROUP)["properties"]["privateDnsZoneConfigs"][:-1]
    body = {"properties": {"privateDnsZoneConfigs": configs}}
    cloud.connection.azure.put(GROUP, NETWORK_API_VERSION, body)


def open_to_public(cloud: Cloud) -> None:
    """Somebody lets public networks in again."""
    body = {"properties": {"publicNetworkAccess": "Enabled"}}
    cloud.connection.azure.patch(VAULT, VAULT_API_VERSION, body)


def unmark(cloud: Cloud) -> None:
    """Somebody removes the tags of the vault."""
    cloud.connection.azure.patch(VAULT, VAULT_API_VERSION, {"tags": {}})


class Disturbance(t.NamedTuple):
    """What somebody does, what is then not settled any more, and the task that mends it."""

    deed: t.Callable[[Cloud], None]
    unsettled: str
    mended_by: str


DENY = "Set public network access as it is wanted at the end, and note that the vault was private from the start"
DISTURBANCES = {
    "link removed": Disturbance(remove_link, "zones", "Create the zones and link them meanwhile"),
    "link changed": Disturbance(register_machines, "zones", "Create the zones and link them meanwhile"),
    "public access allowed": Disturbance(open_to_public, "public_access", DENY),
    "mark removed": Disturbance(unmark, "public_access", DENY),
    "zone group removed": Disturbance(remove_group, "dns", "Let Azure write the records"),
    "zone group changed": Disturbance(shorten_group, "dns", "Let Azure write the records"),
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_what_somebody_changed_is_mended(name: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="zone_group")
    assert not sequence.play().failure
    before = state(cloud)
    disturbance = DISTURBANCES[name]
    disturbance.deed(cloud)
    predicted = sequence.play(check_mode=True)
    mended = sequence.play()
    assert (predicted.failure, mended.failure) == ("", "")
    assert [step for step, holds in settled(mended).items() if not holds] == [disturbance.unsettled]
    assert {task for task, _item in mended.changes} == {disturbance.mended_by}
    assert predicted.changes == mended.changes
    assert state(cloud) == before
    assert all(settled(sequence.play()).values())


def test_another_wish_is_carried_out(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="zone_group")
    assert not sequence.play().failure
    run = sequence.play(backup_endpoints=[{**ENDPOINT_WISH, "tags": {"owner": "x"}}])
    assert [step for step, holds in settled(run).items() if not holds] == ["endpoints"]
    assert [task for task, _item in run.changes] == ["Start the private endpoints"]
    assert cloud.document(ENDPOINT)["tags"]["owner"] == "x"


def test_a_group_somebody_else_named_is_told_of_in_every_run(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="zone_group")
    assert not sequence.play().failure
    configs = cloud.document(GROUP)["properties"]["privateDnsZoneConfigs"]
    remove_group(cloud)
    other = GROUP.replace("/default", "/deployedByPolicy")
    cloud.connection.azure.put(other, NETWORK_API_VERSION, {"properties": {"privateDnsZoneConfigs": configs}})
    for _run in range(2):
        again = sequence.play()
        assert (again.failure, again.changes) == ("", {})
        assert not settled(again)["dns"]
        assert any("deployedByPolicy" in text and "left as it is" in text for text in again.warnings)


def test_a_step_that_would_refuse_is_not_settled_and_refuses(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="zone_group")
    assert not sequence.play().failure
    remove_link(cloud)
    other = {"location": "global", "properties": {"virtualNetwork": {"id": HUB_NETWORK}}}
    cloud.connection.azure.put(LINK, API_VERSION, other)
    cloud.mark()
    run = sequence.play()
    assert [step for step, holds in settled(run).items() if not holds] == ["zones"]
    assert "a link cannot be moved" in run.failure
    assert cloud.writes() == []

"""The sequence of an Azure Migrate project: what is in the way is said before anything is made, and what a run has to do."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences import migrate_rules as rules
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ...conftest import SUBSCRIPTION, Cloud
from ...worlds import migrate as worlds
from ...worlds.migrate import entry, without, world_with

JSON = dict[str, t.Any]
#: As the role hands it over: made by the run, or left to the portal.
VAULT: JSON = {"name": "contoso", "resource_group": worlds.GROUP}
PORTAL: JSON = {"name": "migrate", "vault": VAULT, "endpoints": []}
MADE: JSON = {
    "name": "migrate",
    "vault": VAULT,
    "endpoints": [{"name": "contoso-pe", "subnet": worlds.SUBNET}],
    "key_vaults": [{"id": worlds.KEY_VAULT, "endpoint": {"name": "contoso1234kv-pe", "subnet": worlds.SUBNET}}],
    "storage_accounts": [{"id": worlds.STORAGE, "endpoint": {"name": "lsa1234usa-pe", "subnet": worlds.SUBNET}}],
    "provider_registration": "register",
    "public_network_access": "unchanged",
}


def ask(cloud: Cloud, described: JSON | None = None, **migration: t.Any) -> JSON:
    """The gates, with nothing written; enforced, closed ones are an error with the same verdicts."""
    cloud.mark()
    given = {"subnet": worlds.SUBNET, "source": "HyperV", **migration}
    sequence = {
        "public_network_access": "unchanged",
        **(PORTAL if described is None else described),
        "migration": given,
    }
    found = cloud.run(MODULE, enforce=False, sequence=sequence)
    assert not found.get("failed"), found
    enforced = cloud.run(MODULE, sequence=sequence)
    assert bool(enforced.get("failed")) is not found["passed"]
    assert enforced["gates"] == found["gates"]
    assert cloud.writes() == []
    return found


def of(found: JSON, *verdicts: str) -> list[tuple[str, str]]:
    return [(gate["name"], gate["message"]) for gate in found["gates"] if gate["verdict"] in verdicts]


def fresh(*changes: t.Callable[[JSON], None]) -> Cloud:
    """No project yet; its providers are registered."""

    def empty(world: JSON) -> None:
        for section in (
            "migrate_projects",
            "assessment_projects",
            "master_sites",
            "migrate_sites",
            "private_endpoints",
        ):
            world[section] = []
        providers = dict.fromkeys(("Microsoft.Migrate", "Microsoft.OffAzure", "Microsoft.KeyVault"), "Registered")
        world["subscriptions"] = [{"id": SUBSCRIPTION, "providers": providers}]

    return Cloud(world_with(empty, *changes))


def test_the_module_that_verifies_vaults_judges_a_project_too() -> None:
    described = {**PORTAL, "endpoints": [{"name": "contoso-pe", "subnet": worlds.SUBNET}]}
    for cloud, verdict, message in (
        (Cloud(world_with()), "ok", "contoso exists."),
        (fresh(), "refused", "/migrateProjects/contoso does not exist."),
    ):
        found = cloud.run(VERIFICATION, enforce=False, sequence={**described, "public_network_access": "unchanged"})
        assert not found.get("failed"), found
        (check,) = [one for one in found["checks"] if one["name"] == "vault"]
        assert check["verdict"] == verdict and check["message"].endswith(message)
        assert cloud.writes() == []


def test_every_gate_is_open_where_a_project_is_to_be_made() -> None:
    found = ask(fresh(), MADE)
    assert of(found, "refused", "unknown") == [] and found["passed"]
    assert {gate["name"] for gate in found["gates"]} >= {
        *("permissions", "provider", "scenario", "project", "quota", "endpoint_name", "peering", "subnet", "gateway"),
        *("zones", "locks", "backing", "assessment_names", "policies"),
    }
    plan = found["plan"]
    assert plan["location"] == "westeurope" and plan["vault_exists"] is False
    assert [(row["name"], row["sub_resource"]) for row in plan["all_endpoints"]] == [
        ("contoso-pe", "Default"),
        ("lsa1234usa-pe", "blob"),
        ("contoso1234kv-pe", "vault"),
    ]
    assert [row["name"] for row in plan["zones"]] == [
        worlds.ZONE_NAMES[key] for key in ("migration", "blob", "key_vault")
    ]
    assert {(row["action"], row["kind"]) for row in plan["outlook"]} == {
        ("create", "project"),
        ("create", "private endpoint"),
        ("create", "zone group"),
        ("leave", "private DNS zone"),
        ("leave", "virtual network link"),
    }


def set_network(**values: t.Any) -> t.Callable[[JSON], None]:
    return lambda world: entry(world, "virtual_networks", "vnet-hub").update(values)


def small(world: JSON) -> None:
    entry(world, "virtual_networks", "vnet-hub")["subnets"][0].update(address_prefix="10.2.1.0/29")


def policed(world: JSON) -> None:
    entry(world, "virtual_networks", "vnet-hub")["subnets"][0].update(private_endpoint_network_policies="Enabled")


def reader(world: JSON) -> None:
    scope = f"/subscriptions/{SUBSCRIPTION}"
    world["principals"] = [
        {"object_id": "44444444-4444-4444-8444-444444444444", "roles": [{"role": "Reader", "scope": scope}]}
    ]


@pytest.mark.parametrize(
    ("change", "options", "gate", "words"),
    [
        (reader, {}, "permissions", "Contributor and User Access Administrator"),
        (small, {}, "subnet", "Use a larger subnet"),
        (policed, {}, "network_policies", "Disabled"),
        (
            set_network(),
            {"subnet": f"{worlds.NETWORK}/subnets/other"},
            "subnet",
            "Create the virtual network and subnet",
        ),
        (set_network(), {"source": "VMware"}, "scenario", "public control-plane names"),
        (set_network(), {"source": "Physical", "method": "hyperv"}, "scenario", "Correct migrate_method"),
    ],
)
def test_what_is_in_the_way_closes_its_gate(
    change: t.Callable[[JSON], None], options: JSON, gate: str, words: str
) -> None:
    found = ask(fresh(change), **options)
    closed = [row for row in found["gates"] if row["verdict"] == "refused"]
    assert {row["name"] for row in closed} == {gate}, found["message"]
    assert words in closed[0]["remedy"]


def test_agentless_vmware_is_fine_where_the_control_plane_is_reached() -> None:
    assert ask(fresh(), source="VMware", public_control_plane=True)["passed"]
    assert ask(fresh(), source="VMware", method="agent_based")["passed"]


def test_a_public_project_of_that_name_closes_the_way() -> None:
    public = world_with(
        lambda world: entry(world, "migrate_projects", "contoso").update(connectivity="public", subnet=None),
        without("private_endpoints", "contoso5675pe"),
    )
    found = ask(Cloud(public))
    assert [name for name, _message in of(found, "refused")] == ["project"]


def test_a_gateway_of_a_peered_network_counts_and_none_is_said() -> None:
    peered = set_network(gateway=None, peerings=[{"virtual_network": "vnet-spoke", "use_remote_gateways": True}])
    assert (
        "gateway",
        f"{worlds.NETWORK} uses the gateway of {worlds.NETWORK.replace('vnet-hub', 'vnet-spoke')}.",
    ) in of(ask(fresh(peered)), "ok")
    alone = ask(fresh(set_network(gateway=None)))
    assert alone["passed"] and "gateway" in [name for name, _message in of(alone, "warning")]


def test_names_of_deleted_assessment_projects_are_told() -> None:
    cloud = Cloud(worlds.healthy())
    from ansible_collections.privatelink.recovery.plugins.module_utils.resources.migrate_projects import (
        ASSESSMENT_API_VERSION,
    )

    cloud.connection.azure.delete(worlds.ASSESSMENT, ASSESSMENT_API_VERSION)
    assert "contoso1234project" in dict(of(ask(cloud), "warning"))["assessment_names"]
    refused = ask(cloud, assessment_project="CONTOSO1234project")
    assert "DataPreconditionFailed" in dict(of(refused, "refused"))["assessment_names"]


@pytest.mark.parametrize(
    ("assignment", "reported"),
    [
        ({"display_name": "Deny public network access to key vaults", "effect": "Deny"}, True),
        ({"display_name": "Audit public network access", "effect": "Audit"}, False),
        ({"display_name": "Deny public network access", "effect": "Deny", "enforcement_mode": "DoNotEnforce"}, False),
        ({"display_name": "Allowed locations", "effect": "Deny"}, False),
    ],
)
def test_policies_that_deny_what_generate_key_makes_are_told(assignment: JSON, reported: bool) -> None:
    row = {"scope": f"/subscriptions/{SUBSCRIPTION}", "name": "one", **assignment}
    found = ask(fresh(lambda world: world.update(policy_assignments=[row])))
    assert ("policies" in [name for name, _message in of(found, "warning")]) is reported
    assert found["passed"]


def test_china_is_refused_and_the_open_question_is_said() -> None:
    gates = list(
        rules.scenario_gates("VMware", "", "simplified", "AzureChinaCloud", outside=True, agent_dependencies=False)
    )
    assert [gate.verdict for gate in gates] == ["refused"] and "China" in gates[0].message
    gates = list(
        rules.scenario_gates("Physical", "", "simplified", "AzureCloud", outside=False, agent_dependencies=True)
    )
    words = " ".join(gate.message for gate in gates if gate.verdict == "warning")
    assert "No source says" in words and "Agent-based dependency analysis" in words and "Software inventory" in words


def backing(found: JSON) -> dict[str, JSON]:
    """The gates of key vault and storage account, by name of the resource."""
    return {gate["subject"].rsplit("/", 1)[-1]: gate for gate in found["gates"] if gate["name"] == "backing"}


def made(key_vault: str = worlds.KEY_VAULT, storage_account: str = worlds.STORAGE) -> JSON:
    """A project that the run makes, with other ids beside it."""
    rows = {"key_vaults": key_vault, "storage_accounts": storage_account}
    return {**MADE, **{option: [{"id": one, "endpoint": MADE[option][0]["endpoint"]}] for option, one in rows.items()}}


def test_what_is_there_stays_and_what_is_not_has_a_free_name() -> None:
    there = backing(ask(fresh(), MADE))
    assert [gate["verdict"] for gate in there.values()] == ["ok", "ok"]
    assert all("left as it is" in gate["message"] for gate in there.values())
    names = {"key_vault": worlds.KEY_VAULT + "2", "storage_account": worlds.STORAGE + "2"}
    new = backing(ask(fresh(), made(**names)))
    assert [gate["verdict"] for gate in new.values()] == ["ok", "ok"]
    assert all("its name is free" in gate["message"] for gate in new.values())
    assert backing(ask(fresh())) == {}, "the portal makes its own"


def deleted(world: JSON) -> None:
    entry(world, "key_vaults", "contoso1234kv")["deleted"] = True


def elsewhere(world: JSON) -> None:
    for section in ("key_vaults", "storage_accounts"):
        world[section] = [{**row, "resource_group": "rg-dns"} for row in world[section]]


@pytest.mark.parametrize(
    ("change", "options", "name", "words"),
    [
        (deleted, {}, "contoso1234kv", ("was deleted in westeurope", "az keyvault recover --name contoso1234kv")),
        (elsewhere, {}, "contoso1234kv", ("is not free", "unique across Azure")),
        (elsewhere, {}, "lsa1234usa", ("is not free", "unique across Azure")),
        (lambda world: None, {"key_vault": worlds.KEY_VAULT + "-"}, "contoso1234kv-", ("3 to 24 letters", "migrate_key_vault")),
        (lambda world: None, {"storage_account": worlds.STORAGE + "-"}, "lsa1234usa-", ("lower-case", "migrate_storage_account")),
        (lambda world: entry(world, "storage_accounts", "lsa1234usa").update(kind="Storage"), {}, "lsa1234usa", ("general-purpose v2",)),
    ],
)  # fmt: skip
def test_what_cannot_be_made_or_used_closes_its_gate(
    change: t.Callable[[JSON], None], options: JSON, name: str, words: tuple[str, ...]
) -> None:
    gate = backing(ask(fresh(change), made(**options)))[name]
    assert gate["verdict"] == "refused"
    assert all(word in gate["message"] + gate["remedy"] for word in words), gate


def test_a_provider_that_is_not_registered_has_nothing() -> None:
    def unregistered(world: JSON) -> None:
        world.update(key_vaults=[], storage_accounts=[])
        world["subscriptions"][0]["providers"].update(
            dict.fromkeys(("Microsoft.KeyVault", "Microsoft.Storage"), "NotRegistered")
        )

    found = ask(fresh(unregistered), MADE)
    assert [gate["verdict"] for gate in backing(found).values()] == ["ok", "ok"] and found["passed"]

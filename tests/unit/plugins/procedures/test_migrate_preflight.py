"""The ``migrate_preflight`` module: what is in the way is said before anything is made."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences import migrate_rules as rules
from ansible_collections.privatelink.recovery.plugins.modules.migrate_preflight import MODULE

from ...conftest import SUBSCRIPTION, Cloud
from ...worlds import migrate as worlds
from ...worlds.migrate import entry, without, world_with

JSON = dict[str, t.Any]
NAMED: JSON = {"resource_group": worlds.GROUP, "name": "contoso", "source": "HyperV"}
ACCOUNTS: JSON = {"stage": "replication", "accounts": [{"id": worlds.STORAGE}]}


def ask(cloud: Cloud, **options: t.Any) -> JSON:
    """The gates, with nothing written; enforced, closed ones are an error with the same verdicts."""
    cloud.mark()
    given = {**NAMED, "subnet": worlds.SUBNET, **options}
    found = cloud.run(MODULE, enforce=False, **given)
    assert not found.get("failed"), found
    enforced = cloud.run(MODULE, **given)
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


def test_every_gate_is_open_where_a_project_is_to_be_made() -> None:
    found = ask(fresh(), create=True)
    assert of(found, "refused", "unknown") == [] and found["passed"]
    assert {gate["name"] for gate in found["gates"]} >= {
        *("permissions", "scenario", "project", "subnet", "gateway", "assessment_names", "policies"),
    }
    assert found["plan"]["location"] == "westeurope" and found["plan"]["project_exists"] is False
    assert [row["id"] for row in found["plan"]["checklist"]] == ["create-project", "generate-key"]
    assert all("KEEP THE PAGE OPEN" in row["what"] for row in found["plan"]["checklist"])


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
        (set_network(), {"subnet": f"{worlds.NETWORK}/subnets/other"}, "subnet", "Create network and subnet first"),
        (set_network(), {"source": "VMware"}, "scenario", "public control-plane names"),
        (set_network(), {"source": "Physical", "method": "hyperv"}, "scenario", "Correct migrate_method"),
        (set_network(), {"resource_group": "rg-none"}, "resource_group", "Create it first"),
    ],
)
def test_what_is_in_the_way_closes_its_gate(
    change: t.Callable[[JSON], None], options: JSON, gate: str, words: str
) -> None:
    found = ask(fresh(change), **options)
    closed = [row for row in found["gates"] if row["verdict"] == "refused"]
    assert [row["name"] for row in closed] == [gate], found["message"]
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


# Replication


def test_a_classic_start_is_refused_with_date_and_source_before_any_request() -> None:
    cloud = Cloud(worlds.healthy())
    cloud.mark()
    refused = cloud.run(MODULE, **NAMED, **ACCOUNTS, experience="classic")
    assert refused["failed"]
    for words in ("31 March 2026", "30 September 2026", "learn.microsoft.com", "migrate_accept_retired: classic"):
        assert words in refused["msg"]
    assert cloud.requests() == []


@pytest.mark.parametrize("options", [{"accept_retired": "classic"}, {"starts": False}])
def test_accepted_by_name_or_for_what_exists_the_classic_way_is_judged_as_any(options: JSON) -> None:
    found = ask(Cloud(worlds.healthy()), source="Physical", experience="classic", **ACCOUNTS, **options)
    assert found["passed"], found["message"]
    rows = [row["id"] for row in found["plan"]["checklist"]]
    assert rows == ["create-resources", "register-replication", "replicate", "finish"]


@pytest.mark.parametrize(
    ("sku", "role"), [("Standard_LRS", "Storage Blob Data Contributor"), ("Premium_LRS", "Storage Blob Data Owner")]
)
def test_roles_follow_the_tier(sku: str, role: str) -> None:
    cloud = Cloud(world_with(lambda world: entry(world, "storage_accounts", "lsa1234usa").update(sku=sku)))
    found = ask(cloud, **{**ACCOUNTS, "source": "Physical"})
    assert found["passed"], found["message"]
    assert found["plan"]["storage_roles"] == [{"scope": worlds.STORAGE, "role": name} for name in ("Contributor", role)]
    assert found["plan"]["vault_id"].lower() == worlds.VAULT.lower() and found["plan"]["vault_identity"]


def premium(world: JSON) -> None:
    world["storage_accounts"].append({"name": "premium", **worlds.PLACE, "sku": "Premium_LRS"})


PREMIUM = worlds.STORAGE.replace("lsa1234usa", "premium")


def test_hyperv_with_premium_replication_needs_a_standard_cache() -> None:
    cloud = Cloud(world_with(premium))
    alone = ask(cloud, stage="replication", accounts=[{"id": PREMIUM, "purpose": "replication"}])
    assert [name for name, _message in of(alone, "refused")] == ["cache_account"]
    wrong = ask(cloud, stage="replication", accounts=[{"id": PREMIUM, "purpose": "replication"}, {"id": PREMIUM}])
    assert {name for name, _message in of(wrong, "refused")} == {"cache_account"}
    right = ask(
        cloud, stage="replication", accounts=[{"id": PREMIUM, "purpose": "replication"}, {"id": worlds.STORAGE}]
    )
    assert right["passed"], right["message"]
    assert {row["scope"] for row in right["plan"]["storage_roles"]} == {PREMIUM, worlds.STORAGE}
    bare = ask(
        cloud,
        stage="replication",
        accounts=[{"id": PREMIUM, "purpose": "replication", "endpoint": False}, {"id": worlds.STORAGE}],
    )
    assert [name for name, _message in of(bare, "refused")] == ["accounts"]


@pytest.mark.parametrize(
    ("options", "gate"),
    [
        ({"accounts": []}, "accounts"),
        ({"accounts": [{"id": worlds.STORAGE + "x"}]}, "accounts"),
        ({"vault": worlds.VAULT + "x"}, "vault"),
    ],
)
def test_what_a_replication_lacks_is_told(options: JSON, gate: str) -> None:
    found = ask(Cloud(worlds.healthy()), **{**ACCOUNTS, **options, "source": "Physical"})
    assert gate in [name for name, _message in of(found, "refused")]


@pytest.mark.parametrize(
    "change",
    [
        lambda world: entry(world, "vaults", "contoso-MigrateVault-1").update(identity=None),
        without("private_endpoints", "contosovaultpe"),
        lambda world: entry(world, "migrate_projects", "contoso").update(solution_details={}),
    ],
)
def test_a_vault_without_identity_endpoint_or_project_is_told(change: t.Callable[[JSON], None]) -> None:
    found = ask(Cloud(world_with(change)), **{**ACCOUNTS, "source": "Physical"})
    assert [name for name, _message in of(found, "refused")] == ["vault"]


def test_an_old_kind_of_account_takes_no_endpoint() -> None:
    cloud = Cloud(world_with(lambda world: entry(world, "storage_accounts", "lsa1234usa").update(kind="Storage"),
                             without("private_endpoints", "lsa1234usape")))  # fmt: skip
    found = ask(cloud, **{**ACCOUNTS, "source": "Physical"})
    assert [name for name, _message in of(found, "refused")] == ["accounts"]


def backing(found: JSON) -> dict[str, JSON]:
    """The gates of key vault and storage account, by name of the resource."""
    return {gate["subject"].rsplit("/", 1)[-1]: gate for gate in found["gates"] if gate["name"] == "backing"}


BACKED: JSON = {"create": True, "key_vault": worlds.KEY_VAULT, "storage_account": worlds.STORAGE}


def test_what_is_there_stays_and_what_is_not_has_a_free_name() -> None:
    there = backing(ask(fresh(), **BACKED))
    assert [gate["verdict"] for gate in there.values()] == ["ok", "ok"]
    assert all("left as it is" in gate["message"] for gate in there.values())
    names = {"key_vault": worlds.KEY_VAULT + "2", "storage_account": worlds.STORAGE + "2"}
    new = backing(ask(fresh(), **{**BACKED, **names}))
    assert [gate["verdict"] for gate in new.values()] == ["ok", "ok"]
    assert all("its name is free" in gate["message"] for gate in new.values())
    assert backing(ask(fresh(), **{**BACKED, "create": False})) == {}, "the portal makes its own"


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
    gate = backing(ask(fresh(change), **{**BACKED, **options}))[name]
    assert gate["verdict"] == "refused"
    assert all(word in gate["message"] + gate["remedy"] for word in words), gate


def test_a_provider_that_is_not_registered_has_nothing() -> None:
    def unregistered(world: JSON) -> None:
        world.update(key_vaults=[], storage_accounts=[])
        world["subscriptions"][0]["providers"].update(
            dict.fromkeys(("Microsoft.KeyVault", "Microsoft.Storage"), "NotRegistered")
        )

    found = ask(fresh(unregistered), **BACKED)
    assert [gate["verdict"] for gate in backing(found).values()] == ["ok", "ok"] and found["passed"]


def peered(state: str) -> t.Callable[[JSON], None]:
    row = [{"virtual_network": "vnet-hub", "state": state}]
    return lambda world: entry(world, "virtual_networks", "vnet-spoke").update(peerings=row)


ELSEWHERE = worlds.SUBNET.replace("vnet-hub", "vnet-spoke")


@pytest.mark.parametrize(
    ("change", "subnet", "verdict", "words"),
    [
        (lambda world: None, worlds.SUBNET, "ok", "is in the project's network"),
        (peered("Connected"), ELSEWHERE, "ok", "is peered with the project's network"),
        (peered("Initiated"), ELSEWHERE, "refused", "is Initiated"),
        (lambda world: None, ELSEWHERE, "refused", "nor peered with it"),
        (lambda world: None, worlds.SUBNET + "x", "refused", "does not exist"),
    ],
)
def test_the_endpoint_of_an_account_comes_into_the_project_s_network_or_a_connected_one(
    change: t.Callable[[JSON], None], subnet: str, verdict: str, words: str
) -> None:
    options = {**ACCOUNTS, "accounts": [{"id": worlds.STORAGE, "subnet": subnet}]}
    found = ask(Cloud(world_with(change)), **options)
    (gate,) = [row for row in found["gates"] if row["name"] == "endpoint_network"]
    assert gate["verdict"] == verdict and words in gate["message"]
    assert found["passed"] is (verdict == "ok"), found["message"]


def test_a_project_that_names_no_network_is_a_warning_and_no_subnet_at_all_a_refusal() -> None:
    unknown = world_with(lambda world: entry(world, "migrate_projects", "contoso").pop("subnet"))
    assert ("endpoint_network",) in [(name,) for name, _message in of(ask(Cloud(unknown), **ACCOUNTS), "warning")]
    nowhere = ask(Cloud(unknown), **{**ACCOUNTS, "subnet": None})
    assert "endpoint_network" in dict(of(nowhere, "refused"))


def test_the_vault_of_agentless_vmware_needs_no_endpoint() -> None:
    """The portal gives it none: https://learn.microsoft.com/azure/migrate/how-to-delete-project."""
    cloud = Cloud(world_with(without("private_endpoints", "contosovaultpe")))
    assert "vault" in dict(of(ask(cloud, **ACCOUNTS), "refused"))
    agentless = {**ACCOUNTS, "source": "VMware", "public_control_plane": True}
    assert "vault" in dict(of(ask(cloud, **agentless), "ok"))

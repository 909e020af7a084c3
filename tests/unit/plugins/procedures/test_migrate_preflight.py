"""The ``migrate_preflight`` module: what is in the way is said before anything is made."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.migrate_preflight import MODULE

from ...conftest import Cloud
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

"""The classic experience of Backup as the role plays it: grants first, then the endpoint, then two more rounds of names."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT
from ansible_collections.privatelink.recovery.plugins.modules.role_assignment import MODULE as ROLE_ASSIGNMENT
from ansible_collections.privatelink.recovery.plugins.modules.role_definition import MODULE as ROLE_DEFINITION

from ..conftest import BACKUP_ZONES, ENDPOINT, GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT, WORLD, Cloud
from .conftest import Tell
from .sequence import Played, Sequence
from .support import DESIRED, ENDPOINT_WISH, Kill, Killed, killed_again_and_again, state

JSON = dict[str, t.Any]
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
OTHER = "99999999-9999-4999-8999-999999999999"
#: Endpoints in a group of their own, so that each of the three groups is another.
ENDPOINTS = f"{GROUPS}/rg-endpoints"
CLASSIC: JSON = {
    **DESIRED,
    "backup_experience": "v1",
    "backup_endpoints": [{**ENDPOINT_WISH, "resource_group": "rg-endpoints"}],
}
OURS = ENDPOINT.replace("/rg-backup/", "/rg-endpoints/")
#: What the article asks for, literally: role, its actions where it is a custom one, the scope it is given at.
LEAST: dict[str, tuple[list[str], str]] = {
    "PrivateEndpointContributor": (["Microsoft.Network/privateEndpoints/*"], ENDPOINTS),
    "NetworkInterfaceReader": (["Microsoft.Network/networkInterfaces/read"], ENDPOINTS),
    "PrivateEndpointSubnetContributor": (["Microsoft.Network/virtualNetworks/subnets/join/action"], NETWORK),
    "Private DNS Zone Contributor": ([], f"{GROUPS}/rg-dns"),
}
BUILT_IN = {
    "b12aa53e-6015-4669-85d0-8515ebb3ae7f": "Private DNS Zone Contributor",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
}
#: Steps whose difference has the id of an identity that is still to be made.
OF_THE_IDENTITY = (
    "Give the vault's identity what it needs to make its storage endpoints",
    "Create the vault, or bring it to the wanted state",
    "Set public network access as it is wanted at the end, and note that the vault was private from the start",
)
MACHINE = {"vault": "vault-backup", "machine": "sql01", "backup_management_type": "AzureWorkload"}


def azure(**settings: t.Any) -> Cloud:
    """An Azure that makes classic endpoints."""
    world = copy.deepcopy(WORLD)
    world["resource_groups"].append({"name": "rg-endpoints", "location": "westeurope"})
    return Cloud({**world, "settings": {"backup_experience": "v1", **settings}})


def principal(cloud: Cloud) -> str:
    return str(cloud.document(VAULT)["identity"]["principalId"])


def definitions(cloud: Cloud) -> dict[str, JSON]:
    """The custom roles by name."""
    found = cloud.arm.store.below("", "Microsoft.Authorization/roleDefinitions")
    return {one.properties["roleName"]: one.properties for one in found}


def given(cloud: Cloud) -> list[tuple[str, str]]:
    """What the vault's identity was given: role and scope."""
    names = {
        one.name: one.properties["roleName"]
        for one in cloud.arm.store.below("", "Microsoft.Authorization/roleDefinitions")
    }
    found = cloud.arm.store.below("", "Microsoft.Authorization/roleAssignments")
    return sorted(
        ({**names, **BUILT_IN}[one.properties["roleDefinitionId"].rsplit("/", 1)[-1]], one.properties["scope"])
        for one in found
        if one.properties["principalId"] == principal(cloud)
    )


def beside(cloud: Cloud) -> list[str]:
    """The storage endpoints that stand beside ours, without what Azure draws."""
    cloud.arm.scheduler.settle()
    names = [
        one.name
        for one in cloud.arm.store.below(ENDPOINTS, "Microsoft.Network/privateEndpoints")
        if one.name != "pe-backup"
    ]
    return sorted(f"{name.split('_')[1].rstrip('0123456789')}_{name.split('_')[-1]}" for name in names)


def records(cloud: Cloud, group: str = "/rg-dns/") -> list[str]:
    """The records of the two storage zones: the service and who wrote them."""
    cloud.arm.scheduler.settle()
    zones = [zone.replace("/rg-dns/", group) for zone in BACKUP_ZONES[1:]]
    found = [(zone.split(".")[-4], one) for zone in zones for one in cloud.arm.store.below(zone) if "/A/" in one.id]
    return sorted(f"{kind} by {'us' if one.properties.get('metadata') else 'the vault'}" for kind, one in found)


def once_more(cloud: Cloud, sequence: Sequence, *entries: str) -> None:
    """Nothing is left to do, and nothing is written."""
    cloud.mark()
    for entry in entries or ("main", "drift", "verify"):
        again = sequence.play(entry)
        assert not again.failure, (entry, again.failure)
        assert again.changes == {}, entry
    assert cloud.writes() == []


@pytest.mark.parametrize("dns_mode", ["zone_group", "records"])
@pytest.mark.parametrize("grants", ["least_privilege", "contributor"])
def test_four_runs(grants: str, dns_mode: str, tell: Tell) -> None:
    cloud = azure()
    sequence = tell(cloud, CLASSIC, backup_grants=grants, backup_dns_mode=dns_mode)
    cloud.mark()
    foreseen = sequence.play(check_mode=True)
    assert not foreseen.failure
    assert cloud.writes() == []
    done = sequence.play()
    assert not done.failure
    assert list(done.changes) == list(foreseen.changes)
    alike = [task for task in done.changes if "records" not in task[0].lower() and task[0] not in OF_THE_IDENTITY]
    assert [done.changes[task] for task in alike] == [foreseen.changes[task] for task in alike]
    rows = [played.changes[(OF_THE_IDENTITY[0], "")]["after"]["assignments"] for played in (foreseen, done)]
    assert [{**row, "principal_id": ""} for row in rows[0]] == [{**row, "principal_id": ""} for row in rows[1]]
    assert len(rows[0]) == (4 if grants == "least_privilege" else 3)
    assert done.report["ready_to_protect"] is True
    tags = cloud.document(VAULT)["tags"]
    assert (tags["privatelink-born-azurebackup"], tags["privatelink-backup-experience"]) == ("true", "v1")
    once_more(cloud, sequence)


def test_the_identity_and_its_grants_come_before_the_endpoint(tell: Tell) -> None:
    cloud = azure()
    cloud.mark()
    assert not tell(cloud, CLASSIC).play().failure
    order = [write.split(" ")[1] for write in cloud.writes()]
    made = order.index(OURS)
    assert order[0] == VAULT
    assert sum("/roleDefinitions/" in one for one in order[:made]) == 3
    assert sum("/roleAssignments/" in one for one in order[:made]) == 4


def test_the_grants_are_those_of_the_article(tell: Tell) -> None:
    cloud = azure()
    assert not tell(cloud, CLASSIC).play().failure
    assert given(cloud) == sorted((role, scope) for role, (_actions, scope) in LEAST.items())
    made = definitions(cloud)
    assert {name: one["permissions"] for name, one in made.items()} == {
        name: [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}]
        for name, (actions, _scope) in LEAST.items()
        if actions
    }
    assert {tuple(one["assignableScopes"]) for one in made.values()} == {(SCOPE,)}
    assert {name: one["description"] for name, one in made.items()} == {
        "PrivateEndpointContributor": "Allows management of Private Endpoint",
        "NetworkInterfaceReader": "Allows read on networkInterfaces",
        "PrivateEndpointSubnetContributor": "Allows adding of Private Endpoint connection to Virtual Networks",
    }


def test_contributor_on_the_three_groups(tell: Tell) -> None:
    cloud = azure()
    assert not tell(cloud, CLASSIC, backup_grants="contributor").play().failure
    assert given(cloud) == [("Contributor", f"{GROUPS}/{name}") for name in ("rg-dns", "rg-endpoints", "rg-network")]
    assert definitions(cloud) == {}


@pytest.mark.parametrize("when", ["registration", "approval"])
def test_with_the_four_grants_the_endpoint_comes_up_complete(when: str, tell: Tell) -> None:
    cloud = azure(classic_storage_endpoints=when)
    sequence = tell(cloud, CLASSIC)
    assert not sequence.play().failure
    assert beside(cloud) == ([] if when == "registration" else ["ecs_blob", "ecs_queue"])
    assert cloud.event("machine_registered", **MACHINE)["succeeded"]
    assert cloud.event("first_backup", **MACHINE)["succeeded"]
    assert beside(cloud) == ["ecs_blob", "ecs_queue", "prot_blob"]
    # With the approval they come before the zones are linked: what the vault could not write then, the role has written.
    writer = "the vault" if when == "registration" else "us"
    assert records(cloud) == sorted([f"blob by {writer}", "blob by the vault", f"queue by {writer}"])
    checked = sequence.play("verify")
    assert not checked.failure
    assert len(checked.report["names"]) == 11
    assert all(name["record"] == "ok" for name in checked.report["names"])
    kinds = [one["kind"] for one in checked.report["resources"]]
    assert kinds.count("storage endpoint of the vault") == 3
    once_more(cloud, sequence)


@pytest.mark.parametrize("role", LEAST)
def test_with_any_one_of_the_grants_missing_it_does_not_and_is_named(role: str, tell: Tell) -> None:
    cloud = azure()
    sequence = tell(cloud, CLASSIC)
    assert not sequence.play().failure
    scope = LEAST[role][1]
    taken = {"scope": scope, "role": role, "principal_id": principal(cloud), "principal_type": "ServicePrincipal"}
    assert cloud.run(ROLE_ASSIGNMENT, assignments=[taken], state="absent")["changed"]
    registered = cloud.event("machine_registered", **MACHINE)
    if role in ("PrivateEndpointContributor", "PrivateEndpointSubnetContributor"):
        assert not registered["succeeded"] and beside(cloud) == []
    else:
        assert beside(cloud) == ["ecs_blob", "ecs_queue"]
    assert records(cloud) == []
    cloud.mark()
    checked = sequence.play("verify")
    assert f"lacks {role} at {scope}" in checked.failure
    assert cloud.writes() == []
    mended = sequence.play()
    assert not mended.failure
    assert (role, scope) in given(cloud)
    assert cloud.event("machine_registered", **{**MACHINE, "machine": "sql02"})["succeeded"]
    assert not sequence.play("drift").failure
    assert len(records(cloud)) == 2
    once_more(cloud, sequence)


def names_failed(played: Played) -> list[str]:
    return [gate["name"] for gate in played.report["gates"] if gate["verdict"] == "refused"]


@pytest.mark.parametrize("dns_mode", ["zone_group", "records"])
def test_the_two_later_rounds_of_names(dns_mode: str, tell: Tell) -> None:
    """A vault that does not look for zones where they are: the role writes what it leaves out, twice."""
    cloud = azure(classic_zone_search="own_groups")
    sequence = tell(cloud, CLASSIC, backup_dns_mode=dns_mode)
    assert not sequence.play().failure
    for event, there in (("machine_registered", 2), ("first_backup", 3)):
        assert cloud.event(event, **MACHINE)["succeeded"]
        before = sequence.play("verify")
        assert names_failed(before) == ["names"]
        assert "drift" in next(gate["remedy"] for gate in before.report["gates"] if gate["name"] == "names")
        foreseen = sequence.play("drift", check_mode=True)
        drift = sequence.play("drift")
        assert not drift.failure
        assert drift.changes == foreseen.changes != {}
        assert len(records(cloud)) == there
        assert {text.split(" by ")[1] for text in records(cloud)} == {"us"}
        once_more(cloud, sequence)


def test_zones_in_another_subscription_get_their_records_from_the_role(tell: Tell) -> None:
    """Classic does not integrate those: no grant there, and the role writes the records after each round."""
    world = copy.deepcopy(WORLD)
    world["resource_groups"] += [
        {"name": "rg-endpoints", "location": "westeurope"},
        {"name": "rg-zones", "location": "westeurope", "subscription_id": OTHER},
    ]
    cloud = Cloud(
        {
            **world,
            "subscriptions": [{"id": SUBSCRIPTION}, {"id": OTHER}],
            "role_assignments": [{"scope": f"/subscriptions/{OTHER}", "role": "Owner", "principal_id": OBJECT}],
            "settings": {"backup_experience": "v1"},
        }
    )
    desired = {"backup_dns_zone_subscription_id": OTHER, "backup_dns_zone_resource_group": "rg-zones"}
    sequence = tell(cloud, CLASSIC, **desired)
    first = sequence.play()
    assert not first.failure
    assert any("another subscription" in text for text in first.warnings)
    assert "Private DNS Zone Contributor" not in dict(given(cloud))
    zones = f"/subscriptions/{OTHER}/resourceGroups/rg-zones/providers/Microsoft.Network/privateDnsZones"
    for event, there in (("machine_registered", 2), ("first_backup", 3)):
        assert cloud.event(event, **MACHINE)["succeeded"]
        assert not sequence.play("drift").failure
        found = [one for one in cloud.arm.store.below(zones) if "/A/" in one.id and "core.windows.net" in one.id]
        assert len(found) == there
        once_more(cloud, sequence)
    cloud.event("items_removed", vault="vault-backup", purge=True)
    assert not sequence.play("teardown", backup_teardown_confirm="vault-backup").failure
    assert cloud.arm.store.below(zones) == []


def test_teardown_leaves_nothing_and_nothing_of_others(tell: Tell) -> None:
    cloud = azure()
    before = set(state(cloud))
    sequence = tell(cloud, CLASSIC)
    assert not sequence.play().failure
    # Somebody else uses one of the custom roles.
    other = {"scope": f"{GROUPS}/rg-backup", "role": "NetworkInterfaceReader", "principal_id": OBJECT}
    assert cloud.run(ROLE_ASSIGNMENT, assignments=[{**other, "principal_type": "ServicePrincipal"}])["changed"]
    for event in ("machine_registered", "first_backup"):
        cloud.event(event, **MACHINE)
    cloud.event("items_removed", vault="vault-backup", purge=True)
    foreseen = sequence.play("teardown", check_mode=True, backup_teardown_confirm="vault-backup")
    cloud.mark()
    torn = sequence.play("teardown", backup_teardown_confirm="vault-backup")
    assert not foreseen.failure and not torn.failure
    after = [task for task in torn.changes if "what is left of the connections" not in task[0]]
    assert [task for task in foreseen.changes if "zones and links" not in task[0]] == [
        task for task in after if "zones and links" not in task[0]
    ]
    order = [write.split(" ")[1] for write in cloud.writes() if write.startswith("DELETE")]
    # The vault manages its storage endpoints to the end: they go first, then ours, the grants last.
    ours, roles = order.index(OURS), [at for at, one in enumerate(order) if "/roleAssignments/" in one]
    assert [one.startswith(f"{OURS}_") for one in order[ours - 3 : ours]] == [True] * 3
    assert min(roles) > ours
    left = set(state(cloud)) - before
    assert {one for one in left if "/roleAssignments/" not in one} == {
        VAULT, *(one for one in left if "/roleDefinitions/" in one)
    }  # fmt: skip
    assert given(cloud) == []
    assert set(definitions(cloud)) == {"NetworkInterfaceReader"}
    again = sequence.play("teardown", backup_teardown_confirm="vault-backup")
    assert not again.failure and again.changes == {}


def test_a_custom_role_of_somebody_else_is_used_and_left(tell: Tell) -> None:
    cloud = azure()
    made = cloud.run(
        ROLE_DEFINITION,
        role_name="PrivateEndpointContributor",
        actions=["Microsoft.Network/privateEndpoints/*", "Microsoft.Network/virtualNetworks/read"],
        scope=f"{GROUPS}/rg-dns",
        assignable_scopes=[SCOPE, f"{GROUPS}/rg-dns"],
    )
    assert made["changed"]
    theirs = copy.deepcopy(definitions(cloud)["PrivateEndpointContributor"])
    sequence = tell(cloud, CLASSIC)
    played = sequence.play()
    assert not played.failure
    assert any("allows more than" in text for text in played.warnings)
    assert definitions(cloud)["PrivateEndpointContributor"] == theirs
    assert not sequence.play("teardown", backup_teardown_confirm="vault-backup").failure
    assert set(definitions(cloud)) == {"PrivateEndpointContributor"}


@pytest.mark.parametrize("role", [name for name, (actions, _scope) in LEAST.items() if actions])
def test_a_custom_role_that_allows_less_is_refused_and_never_changed(role: str, tell: Tell) -> None:
    cloud = azure()
    cloud.run(ROLE_DEFINITION, role_name=role, actions=["Microsoft.Network/virtualNetworks/read"])
    cloud.mark()
    played = tell(cloud, CLASSIC).play()
    assert f"does not allow {LEAST[role][0][0]};" in played.failure
    assert "backup_grants: contributor" in played.failure
    assert cloud.writes() == []


def test_the_identity_is_asked_for(tell: Tell) -> None:
    cloud = azure()
    cloud.mark()
    played = tell(cloud, CLASSIC, backup_vault_identity=False).play("check_variables")
    assert "backup_vault_identity is false" in played.failure
    assert cloud.requests() == []


def test_current_endpoints_are_told_apart_and_classic_ones_refused(tell: Tell) -> None:
    cloud = azure(backup_experience="v2")
    current = tell(cloud, {**CLASSIC, "backup_experience": "v2"})
    assert not current.play().failure
    assert "privatelink-backup-experience" not in cloud.document(VAULT)["tags"]
    assert cloud.event("machine_registered", **MACHINE)["succeeded"]
    cloud.mark()
    refused = tell(cloud, CLASSIC).play()
    assert "publishes names of storage itself" in refused.failure
    assert "backup_experience: v2" in refused.failure
    assert cloud.writes() == []


@pytest.mark.parametrize("registered", [True, False])
def test_classic_endpoints_are_told_apart_and_current_ones_refused(registered: bool, tell: Tell) -> None:
    cloud = azure()
    assert not tell(cloud, CLASSIC).play().failure
    if registered:
        assert cloud.event("machine_registered", **MACHINE)["succeeded"]
    cloud.mark()
    refused = tell(cloud, {**CLASSIC, "backup_experience": "v2"}).play()
    assert "classic (v1) private endpoints" in refused.failure
    assert "backup_experience: v1" in refused.failure
    assert cloud.writes() == []


def test_an_endpoint_that_azure_made_a_current_one_is_said_to_be(tell: Tell) -> None:
    """Whether Azure still makes classic endpoints is not documented: what it made is looked at, not assumed."""
    cloud = azure(backup_experience="v2")
    sequence = tell(cloud, CLASSIC)
    assert not sequence.play().failure
    assert cloud.event("machine_registered", **MACHINE)["succeeded"]
    checked = sequence.play("verify")
    assert "storage_endpoints" in names_failed(checked)
    assert "backup_experience: v2" in checked.failure


def test_eleven_addresses_are_asked_for(tell: Tell) -> None:
    world = copy.deepcopy(WORLD)
    world["resource_groups"].append({"name": "rg-endpoints", "location": "westeurope"})
    small = {**CLASSIC["backup_endpoints"][0], "subnet": SUBNET.replace("/endpoints", "/small")}
    for taken, passes in ((0, True), (1, False)):
        world["virtual_networks"][0]["subnets"][1]["addresses_in_use"] = taken
        cloud = Cloud({**copy.deepcopy(world), "settings": {"backup_experience": "v1"}})
        played = tell(cloud, CLASSIC, backup_endpoints=[small]).play("preflight")
        assert bool(played.failure) is not passes
        if passes:
            (room,) = [
                gate for gate in played.report["gates"] if gate["name"] == "subnet" and gate["verdict"] == "warning"
            ]
            assert "25" in room["message"]
        else:
            assert "11 are needed" in played.failure


def test_a_storage_endpoint_that_fails_is_named(tell: Tell) -> None:
    cloud = azure()
    sequence = tell(cloud, CLASSIC)
    assert not sequence.play().failure
    cloud.event("machine_registered", **MACHINE)
    (queue,) = [
        one for one in cloud.arm.store.below(ENDPOINTS, "Microsoft.Network/privateEndpoints") if "queue" in one.name
    ]
    queue.properties["provisioningState"] = "Failed"
    checked = sequence.play("verify")
    assert f"{queue.name} is failed" in checked.failure


def registered(cloud: Cloud) -> None:
    """A server was registered and backed up, then removed again: its storage endpoints stay."""
    for event in ("machine_registered", "first_backup"):
        assert cloud.event(event, **MACHINE)["succeeded"]
    cloud.event("items_removed", vault="vault-backup", purge=True)


@pytest.mark.parametrize("part", range(3))
def test_killed_after_any_write_and_started_again(part: int, tell: Tell) -> None:
    goal = azure()
    goal.mark()
    assert not tell(goal, CLASSIC).play().failure
    writes, wanted = len(goal.writes()), state(goal)
    assert writes > 15
    for number in range(part + 1, writes + 1, 3):
        cloud = azure()
        sequence = tell(cloud, CLASSIC)
        with Kill(cloud, number) as kill, pytest.raises(Killed):
            sequence.play()
        again = sequence.play()
        assert not again.failure, (kill.last, again.failure)
        assert state(cloud) == wanted, kill.last


@pytest.mark.parametrize("settings", [{}, {"classic_zone_search": "own_groups"}])
def test_a_teardown_killed_after_every_write_ends_the_same(settings: JSON, tell: Tell) -> None:
    ends = []
    for killed in (False, True):
        cloud = azure(**settings)
        sequence = tell(cloud, CLASSIC)
        assert not sequence.play().failure
        registered(cloud)
        assert not sequence.play("drift").failure

        def tear(sequence: Sequence = sequence) -> Played:
            return sequence.play("teardown", backup_teardown_confirm="vault-backup")

        last = killed_again_and_again(cloud, tear, 80)[0] if killed else tear()
        assert not last.failure, last.failure
        ends.append(state(cloud))
    assert ends[0] == ends[1]
    assert not any("privateEndpoints" in one or "privateDnsZones" in one for one in ends[0])

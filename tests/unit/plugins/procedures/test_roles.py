"""Roles: what is granted, custom roles, and assignments that count."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import role_catalog
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.ids import assignment_name
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import (
    BUILT_IN,
    definition_name,
    granted,
    missing_actions,
    stated_guid,
)
from ansible_collections.privatelink.recovery.plugins.modules.role_assignment import MODULE as ASSIGNMENT
from ansible_collections.privatelink.recovery.plugins.modules.role_definition import MODULE as DEFINITION

from ...conftest import GROUPS, SUBSCRIPTION, Cloud, four_times
from ...stories.support import fault

OPERATOR = "44444444-4444-4444-8444-444444444444"
IDENTITY = "55555555-5555-4555-8555-555555555555"
SCOPE = f"{GROUPS}/rg-backup"
CONTRIBUTOR = BUILT_IN["Contributor"]
BASE = "/providers/Microsoft.Authorization/roleAssignments"
BASE_OF_ROLES = "/providers/Microsoft.Authorization/roleDefinitions/"
WRITE, DELETE = "Microsoft.Network/privateEndpoints/write", "Microsoft.Network/privateEndpoints/delete"
ROLE: dict[str, t.Any] = {
    "role_name": "PrivateEndpointContributor",
    "description": "Allows management of Private Endpoint",
    "actions": ["Microsoft.Network/privateEndpoints/*", "Microsoft.Network/networkInterfaces/read"],
}


def row(*actions: str, without: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> dict[str, t.Any]:
    return {"actions": list(actions), "notActions": list(without), "dataActions": list(data)}


@pytest.mark.parametrize(
    ("permissions", "wanted", "missing"),
    [
        ([], [WRITE], [WRITE]),
        ([row("*")], [WRITE, DELETE], []),
        ([row("*/read")], [WRITE, "Microsoft.Network/virtualNetworks/subnets/read"], [WRITE]),
        ([row("microsoft.network/PRIVATEENDPOINTS/*")], [WRITE], []),
        ([row("Microsoft.Network/privateEndpoints")], [WRITE], [WRITE]),
        ([row("Microsoft.Network/*", without=("Microsoft.Network/*/delete",))], [WRITE, DELETE], [DELETE]),
        ([row("*", without=("*/delete",)), row(DELETE)], [WRITE, DELETE], []),
        ([row("*", without=("*/delete",)), row("*/read")], [DELETE], [DELETE]),
        ([row("Microsoft.Network/*")], ["Microsoft.Network/privateEndpoints/*"], []),
        ([row("Microsoft.Network/privateEndpoints/*")], ["Microsoft.Network/*"], ["Microsoft.Network/*"]),
        ([{"actions": None}], [WRITE], [WRITE]),
    ],
)
def test_missing_actions(permissions: list[dict[str, t.Any]], wanted: list[str], missing: list[str]) -> None:
    assert missing_actions(permissions, wanted) == missing


def test_data_actions_are_looked_at_apart() -> None:
    assert missing_actions([row("*")], ["Microsoft.Storage/a/read"], data=True) == ["Microsoft.Storage/a/read"]
    assert missing_actions([row(data=("*",))], ["Microsoft.Storage/a/read"], data=True) == []


@pytest.mark.parametrize(
    ("role", "guid"),
    [
        ("contributor", CONTRIBUTOR),
        (CONTRIBUTOR.upper(), CONTRIBUTOR),
        (f"/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}", CONTRIBUTOR),
        (f"/subscriptions/{SUBSCRIPTION}/providers/microsoft.authorization/roledefinitions/{CONTRIBUTOR}", CONTRIBUTOR),
        ("A custom role", ""),
    ],
)
def test_stated_guid(role: str, guid: str) -> None:
    assert stated_guid(role) == guid


@pytest.mark.parametrize("role", [SCOPE, f"{SCOPE}/providers/Microsoft.X/roles/{CONTRIBUTOR}"])
def test_what_is_no_role(role: str) -> None:
    with pytest.raises(InputError, match="role definition"):
        stated_guid(role)


def test_built_in_roles_agree_with_the_emulated_azure() -> None:
    assert BUILT_IN.items() - role_catalog.guids().items() == set()


def test_granted(cloud: Cloud) -> None:
    assert missing_actions(granted(cloud.connection.azure, SCOPE), [WRITE, DELETE]) == []


def test_a_custom_role_is_made(cloud: Cloud) -> None:
    done = four_times(cloud, DEFINITION, **ROLE)
    scope = f"/subscriptions/{SUBSCRIPTION}"
    assert done["id"].endswith(definition_name(scope, ROLE["role_name"]))
    assert done["state"]["assignable_scopes"] == [scope]
    assert done["state"]["permissions"][0]["actions"] == ROLE["actions"]


def test_a_custom_role_is_changed_in_place(cloud: Cloud) -> None:
    first = cloud.run(DEFINITION, **ROLE)
    done = four_times(cloud, DEFINITION, role_name=ROLE["role_name"], not_actions=[DELETE])
    assert done["id"] == first["id"]
    assert done["state"]["description"] == ROLE["description"]
    assert done["state"]["permissions"][0] == {
        "actions": ROLE["actions"], "not_actions": [DELETE], "data_actions": [], "not_data_actions": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {"actions": [action.upper() for action in reversed(ROLE["actions"])]},
        {"assignable_scopes": [f"/SUBSCRIPTIONS/{SUBSCRIPTION}"]},
        {"not_actions": []},
        {},
    ],
)
def test_order_and_case_are_no_difference(cloud: Cloud, options: dict[str, t.Any]) -> None:
    cloud.run(DEFINITION, **ROLE)
    assert cloud.run(DEFINITION, role_name=ROLE["role_name"], **options)["changed"] is False


def test_a_role_is_deleted_unless_assigned(cloud: Cloud) -> None:
    cloud.run(DEFINITION, **ROLE)
    assigned: dict[str, t.Any] = {
        "assignments": [{"scope": SCOPE, "role": ROLE["role_name"], "principal_id": IDENTITY}]
    }
    done = cloud.run(ASSIGNMENT, settle_seconds=0, **assigned)
    cloud.mark()
    refused = cloud.run(DEFINITION, role_name=ROLE["role_name"], state="absent")
    assert refused["failed"] and done["assignments"][0]["id"] in refused["msg"]
    assert cloud.writes() == []
    cloud.run(ASSIGNMENT, state="absent", **assigned)
    four_times(cloud, DEFINITION, role_name=ROLE["role_name"], state="absent")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"role_name": "Reader", "actions": ["*"]}, "built into Azure"),
        ({"role_name": "Reader", "state": "absent"}, "built into Azure"),
        ({"role_name": "New"}, "without actions"),
        ({"role_name": "New", "actions": ["*"], "assignable_scopes": ["everywhere"]}, "assignable_scopes"),
        ({"role_name": "New", "actions": ["*"], "scope": "here"}, "scope"),
    ],
)
def test_what_a_role_definition_refuses(cloud: Cloud, options: dict[str, t.Any], words: str) -> None:
    cloud.mark()
    failed = cloud.run(DEFINITION, **options)
    assert failed["failed"] and words in failed["msg"]
    assert cloud.writes() == []


def wanted(principal: str = IDENTITY, role: str = "Contributor", scope: str = SCOPE) -> dict[str, t.Any]:
    return {"scope": scope, "role": role, "principal_id": principal}


def test_assignments_are_made_and_settle(cloud: Cloud) -> None:
    before = cloud.arm.clock.now()
    done = four_times(cloud, ASSIGNMENT, assignments=[wanted(), wanted(role="Private DNS Zone Contributor"), wanted()])
    assert [item["effective"] for item in done["assignments"]] == ["settled", "settled"]
    assert done["assignments"][0]["id"] == f"{SCOPE}{BASE}/{assignment_name(SCOPE, IDENTITY, CONTRIBUTOR)}"
    assert cloud.arm.clock.now() - before >= 60
    assert any("to spread" in line for line in cloud.progress)


def test_a_name_azure_does_not_take_is_replaced(cloud: Cloud) -> None:
    first, second = (assignment_name(SCOPE, IDENTITY, CONTRIBUTOR, attempt) for attempt in range(2))
    refusal = {"status": 400, "code": "HashConflictOnDifferentRoleAssignmentIds", "message": "Please use a new Guid."}
    fault(cloud, refusal, times=0, method="PUT", path=f"/roleAssignments/{first}$")
    four_times(cloud, ASSIGNMENT, assignments=[wanted()], settle_seconds=0)
    assert cloud.exists(f"{SCOPE}{BASE}/{second}")
    four_times(cloud, ASSIGNMENT, assignments=[wanted()], state="absent", only_made_here=True)
    assert not cloud.exists(f"{SCOPE}{BASE}/{second}")


def test_nothing_to_do_waits_for_nothing(cloud: Cloud) -> None:
    cloud.run(ASSIGNMENT, assignments=[wanted()], settle_seconds=0)
    before = cloud.arm.clock.now()
    again = cloud.run(ASSIGNMENT, assignments=[wanted(role=CONTRIBUTOR)])
    assert (again["changed"], again["assignments"][0]["effective"]) == (False, "present")
    assert cloud.arm.clock.now() == before


@pytest.mark.parametrize("form", ["subscription", "tenant"])
def test_an_assignment_under_another_name_counts_as_done(make_cloud: t.Callable[..., Cloud], form: str) -> None:
    cloud = make_cloud(role_assignments=[{**wanted(), "scope": SCOPE}], settings={"role_definition_ids": form})
    cloud.mark()
    done = cloud.run(ASSIGNMENT, assignments=[wanted()])
    assert done["changed"] is False and cloud.writes() == []
    assert done["assignments"][0]["id"].startswith(f"{SCOPE}{BASE}/")


def test_an_assignment_above_or_below_is_another(make_cloud: t.Callable[..., Cloud]) -> None:
    above = wanted(scope=f"/subscriptions/{SUBSCRIPTION}")
    cloud = make_cloud(role_assignments=[above])
    four_times(cloud, ASSIGNMENT, assignments=[wanted()], settle_seconds=0)
    held = [item for item in cloud.arm.store.all() if item.document["type"].endswith("/roleAssignments")]
    scopes = {item.properties["scope"] for item in held if item.properties["principalId"] == IDENTITY}
    assert scopes == {above["scope"], SCOPE}


def test_one_made_by_someone_else_meanwhile_is_taken(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(role_assignments=[wanted()])
    hidden = cloud.arm.store.below(SCOPE, "Microsoft.Authorization/roleAssignments")
    other = next(item for item in hidden if item.properties["principalId"] == IDENTITY)
    principal, lists = other.properties["principalId"], 0

    def hide_once(request: t.Any, entry: t.Any, proceed: t.Any) -> t.Any:
        nonlocal lists
        answer = proceed(request, entry)
        if request.method == "GET" and request.path.lower().endswith("roleassignments"):
            lists += 1
            if lists == 1:
                answer.document = {"value": []}
        return answer

    cloud.arm.around.append(hide_once)
    done = cloud.run(ASSIGNMENT, assignments=[wanted(principal)], settle_seconds=0)
    assert not done.get("failed"), done
    assert done["assignments"][0]["id"] == other.id and lists == 2


def test_a_young_identity_is_waited_for(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(settings={"principal_replication_delay": 120})
    authorization = next(item for item in cloud.arm.services if hasattr(item, "announce_principal"))
    cloud.run(ASSIGNMENT, check_mode=True, assignments=[wanted()])
    authorization.announce_principal(IDENTITY)
    done = cloud.run(ASSIGNMENT, assignments=[wanted()], settle_seconds=0)
    assert done["changed"] is True
    assert any("the directory to know" in line for line in cloud.progress)


def test_patience_ends(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(settings={"principal_replication_delay": 120})
    authorization = next(item for item in cloud.arm.services if hasattr(item, "announce_principal"))
    cloud.run(ASSIGNMENT, check_mode=True, assignments=[wanted()])
    authorization.announce_principal(IDENTITY)
    failed = cloud.run(ASSIGNMENT, assignments=[wanted()], wait_timeout=30)
    assert failed["failed"] and "Gave up waiting for the directory" in failed["msg"]


def test_a_role_of_the_signed_in_identity_is_proved(make_cloud: t.Callable[..., Cloud]) -> None:
    admin = {"role": "User Access Administrator", "scope": f"/subscriptions/{SUBSCRIPTION}"}
    cloud = make_cloud(principals=[{"object_id": OPERATOR, "roles": [admin]}], settings={"role_assignment_delay": 200})
    before = cloud.arm.clock.now()
    done = cloud.run(ASSIGNMENT, assignments=[wanted(OPERATOR, "Network Contributor")])
    assert done["assignments"][0]["effective"] == "proven", done
    assert cloud.arm.clock.now() - before >= 200
    assert missing_actions(granted(cloud.connection.azure, SCOPE), [WRITE]) == []


def test_exactly_what_is_named_is_removed(make_cloud: t.Callable[..., Cloud]) -> None:
    others = [wanted(role="Reader"), wanted(OPERATOR), wanted(scope=f"{GROUPS}/rg-network")]
    cloud = make_cloud(role_assignments=[wanted(), *others])
    four_times(cloud, ASSIGNMENT, state="absent", assignments=[wanted()])
    assert cloud.run(ASSIGNMENT, check_mode=True, assignments=others)["changed"] is False
    assert cloud.run(ASSIGNMENT, check_mode=True, assignments=[wanted()])["changed"] is True


@pytest.mark.parametrize(
    "scope", [SCOPE, f"{GROUPS}/rg-gone", f"{SCOPE}/providers/Microsoft.Network/privateEndpoints/gone"]
)
@pytest.mark.parametrize("role", ["No such role", "Reader"])
def test_of_what_is_gone_nothing_is_removed(cloud: Cloud, scope: str, role: str) -> None:
    rows = [{"scope": scope, "role": role, "principal_id": IDENTITY}]
    for check_mode in (True, False):
        done = cloud.run(ASSIGNMENT, check_mode=check_mode, assignments=rows, state="absent")
        assert not done.get("failed"), done
        assert (done["changed"], done["assignments"][0]["effective"]) == (False, "absent")
        assert "warnings" not in done


def test_what_was_assigned_before_an_error_is_told(cloud: Cloud) -> None:
    rows = [
        {"scope": f"{GROUPS}/{group}", "role": "Reader", "principal_id": IDENTITY} for group in ("rg-backup", "rg-dns")
    ]
    first, second = (f"Reader to {IDENTITY} at {row['scope']}" for row in rows)
    for state, words, method in (("present", "assign", "PUT"), ("absent", "remove", "DELETE")):
        fault(cloud, {"status": 403, "code": "AuthorizationFailed", "message": "No."}, method=method, path="/rg-dns/")
        result = cloud.run(ASSIGNMENT, assignments=rows, state=state, settle_seconds=0)
        assert (result["failed"], result["changed"], result["code"]) == (True, True, "AuthorizationFailed")
        assert (result["done"], result["left"]) == ([f"{words} {first}"], [f"{words} {second}"])
        assert cloud.run(ASSIGNMENT, assignments=rows, state=state, settle_seconds=0)["changed"] is True


def test_what_was_assigned_is_told_when_it_does_not_come_to_count(make_cloud: t.Callable[..., Cloud]) -> None:
    admin = {"role": "User Access Administrator", "scope": f"/subscriptions/{SUBSCRIPTION}"}
    cloud = make_cloud(principals=[{"object_id": OPERATOR, "roles": [admin]}], settings={"role_assignment_delay": 200})
    result = cloud.run(ASSIGNMENT, assignments=[wanted(OPERATOR, "Network Contributor")], wait_timeout=60)
    assert "Gave up waiting" in result["msg"]
    assert (result["changed"], len(result["done"]), result["left"]) == (True, 1, [])


def test_what_somebody_else_made_may_be_left(make_cloud: t.Callable[..., Cloud]) -> None:
    theirs, ours = wanted(), wanted(scope=f"{GROUPS}/rg-network")
    cloud = make_cloud(role_assignments=[theirs])
    assert cloud.run(ASSIGNMENT, assignments=[ours], settle_seconds=0)["changed"]
    done = four_times(cloud, ASSIGNMENT, state="absent", only_made_here=True, assignments=[theirs, ours])
    assert [row["effective"] for row in done["assignments"]] == ["present", "removed"]
    assert cloud.run(ASSIGNMENT, check_mode=True, assignments=[theirs])["changed"] is False


def test_check_mode_takes_a_custom_role_of_an_earlier_task_as_made(cloud: Cloud) -> None:
    options: dict[str, t.Any] = {"assignments": [wanted(role=ROLE["role_name"])], "settle_seconds": 0}
    predicted = cloud.run(ASSIGNMENT, check_mode=True, **options)
    assert (
        predicted["changed"] is True
        and "the real run refuses unless an earlier task makes it" in predicted["warnings"][0]
    )
    cloud.run(DEFINITION, **ROLE)
    assert cloud.run(ASSIGNMENT, **options)["assignments"][0]["id"] == predicted["assignments"][0]["id"]


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        (wanted(principal="vault-backup"), "object id"),
        (wanted(scope="rg-backup"), "scope"),
        (wanted(role="/subscriptions/x"), "role definition"),
    ],
)
def test_what_an_assignment_refuses_before_any_request(cloud: Cloud, assignment: dict[str, t.Any], words: str) -> None:
    cloud.mark()
    failed = cloud.run(ASSIGNMENT, assignments=[assignment])
    assert failed["failed"] and words in failed["msg"]
    assert cloud.requests() == []


def test_an_unknown_role_is_an_error(cloud: Cloud) -> None:
    failed = cloud.run(ASSIGNMENT, assignments=[wanted(role="Nonsense")])
    assert failed["failed"] and "No role named 'Nonsense'" in failed["msg"]
    assert cloud.writes() == []


def test_check_mode_foresees_the_roles_of_an_identity_that_is_still_to_be_made(cloud: Cloud) -> None:
    asked = {"scope": SCOPE, "role": CONTRIBUTOR}
    foreseen = cloud.run(ASSIGNMENT, check_mode=True, assignments=[asked], principal_id="")
    assert foreseen["changed"] is True and cloud.writes() == []
    assert foreseen["diff"]["after"]["assignments"][0]["principal_id"] == "known once the identity exists"
    assert "is not an object id" in cloud.run(ASSIGNMENT, assignments=[asked], principal_id="")["msg"]


def test_a_role_that_is_not_ours_or_not_free_is_left_when_asked(cloud: Cloud) -> None:
    name = ROLE["role_name"]
    leaving = {"role_name": name, "state": "absent", "only_made_here": True, "keep_assigned": True}
    # Made for another scope, so its GUID is not the one that the subscription gives it.
    theirs = cloud.run(DEFINITION, **ROLE, scope=SCOPE, assignable_scopes=[SCOPE])
    assert theirs["changed"]
    left = cloud.run(DEFINITION, **leaving)
    assert (left.get("failed"), left["changed"]) == (None, False) and cloud.exists(
        BASE_OF_ROLES + theirs["state"]["name"]
    )
    assert cloud.run(DEFINITION, role_name=name, state="absent")["changed"]
    assert cloud.run(DEFINITION, **ROLE)["changed"]
    row = {"scope": SCOPE, "role": name, "principal_id": IDENTITY, "principal_type": "ServicePrincipal"}
    assert cloud.run(ASSIGNMENT, assignments=[row])["changed"]
    cloud.mark()
    assert cloud.run(DEFINITION, **leaving)["changed"] is False
    # In check mode an assignment that an earlier task takes back does not keep it; one of somebody else does.
    assert cloud.run(DEFINITION, check_mode=True, **leaving, taken_back_from=IDENTITY)["changed"] is True
    assert cloud.run(DEFINITION, check_mode=True, **leaving, taken_back_from=OPERATOR)["changed"] is False
    assert cloud.run(DEFINITION, **leaving, taken_back_from=IDENTITY)["changed"] is False
    assert cloud.writes() == []
    assert cloud.run(ASSIGNMENT, assignments=[row], state="absent")["changed"]
    four_times(cloud, DEFINITION, **leaving)

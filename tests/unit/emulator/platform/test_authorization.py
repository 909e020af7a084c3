"""Who may do what: roles, scopes, the time assignments take to spread, and new principals."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process, permission
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, ArmError, Call
from ansible_collections.privatelink.recovery.extensions.emulator.role_catalog import guids
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import Authorization
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import CLIENT, OBJECT, SUBSCRIPTION, TENANT
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    GUEST,
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
    world_with_guest,
)

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-backup"
OTHER = f"{SUBSCRIPTION_ID}/resourceGroups/rg-network"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
SUBNET = f"{OTHER}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
FIRST, SECOND = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
RBAC_ADMINISTRATOR = "Role Based Access Control Administrator"
STRANGER = "99999999-9999-4999-8999-999999999999"


@pytest.mark.parametrize(
    ("method", "path", "action", "scope"),
    [
        ("GET", GROUP, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP),
        ("HEAD", GROUP.lower(), "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP.lower()),
        (
            "GET",
            f"{SUBSCRIPTION_ID}/resourceGroups",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            SUBSCRIPTION_ID,
        ),
        ("GET", SUBSCRIPTION_ID, "Microsoft.Resources/subscriptions/read", SUBSCRIPTION_ID),
        ("PUT", VAULT, "Microsoft.RecoveryServices/vaults/write", VAULT),
        ("PATCH", VAULT, "Microsoft.RecoveryServices/vaults/write", VAULT),
        ("DELETE", VAULT, "Microsoft.RecoveryServices/vaults/delete", VAULT),
        ("GET", VAULT.rpartition("/")[0], "Microsoft.RecoveryServices/vaults/read", GROUP),
        ("GET", SUBNET, "Microsoft.Network/virtualNetworks/subnets/read", SUBNET),
        ("POST", f"{VAULT}/listKeys", "Microsoft.RecoveryServices/vaults/listKeys/action", VAULT),
        (
            "POST",
            f"{SUBSCRIPTION_ID}/providers/Microsoft.Network/register",
            "Microsoft.Network/register/action",
            SUBSCRIPTION_ID,
        ),
        ("GET", f"{SUBSCRIPTION_ID}/providers", "Microsoft.Resources/subscriptions/providers/read", SUBSCRIPTION_ID),
        (
            "PUT",
            f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/x",
            "Microsoft.Authorization/roleAssignments/write",
            f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/x",
        ),
    ],
)
def test_action_and_scope_of_a_request(method: str, path: str, action: str, scope: str) -> None:
    assert permission.action_of(method, path) == action
    assert permission.scope_of(path) == scope


@pytest.mark.parametrize(
    ("role", "at", "action", "scope", "expected"),
    [
        ("Owner", SUBSCRIPTION_ID, "Microsoft.Authorization/roleAssignments/write", GROUP, True),
        ("Contributor", SUBSCRIPTION_ID, "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        ("Contributor", SUBSCRIPTION_ID, "Microsoft.Authorization/roleAssignments/write", GROUP, False),
        ("Contributor", SUBSCRIPTION_ID, "Microsoft.Authorization/roleAssignments/read", GROUP, True),
        ("Contributor", GROUP, "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        ("Contributor", GROUP.upper(), "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        ("Contributor", GROUP, "Microsoft.Network/privateEndpoints/write", OTHER, False),
        ("Contributor", GROUP, "Microsoft.Network/privateEndpoints/write", GROUP + "-2", False),
        ("Contributor", GROUP, "Microsoft.Resources/subscriptions/read", SUBSCRIPTION_ID, False),
        ("Contributor", VAULT, "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        ("Contributor", "/", "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        (
            "Contributor",
            "/providers/Microsoft.Management/managementGroups/top",
            "Microsoft.RecoveryServices/vaults/write",
            VAULT,
            True,
        ),
        ("Reader", SUBSCRIPTION_ID, "Microsoft.Network/privateEndpoints/read", ENDPOINT, True),
        ("Reader", SUBSCRIPTION_ID, "Microsoft.Network/privateEndpoints/write", ENDPOINT, False),
        ("Network Contributor", OTHER, "Microsoft.Network/virtualNetworks/subnets/join/action", SUBNET, True),
        ("Network Contributor", OTHER, "Microsoft.RecoveryServices/vaults/read", OTHER, False),
        ("Private DNS Zone Contributor", GROUP, "Microsoft.Network/privateDnsZones/A/write", GROUP, True),
        ("Private DNS Zone Contributor", GROUP, "Microsoft.Network/privateEndpoints/write", GROUP, False),
        ("Backup Contributor", GROUP, "Microsoft.RecoveryServices/vaults/write", VAULT, True),
        ("Backup Contributor", GROUP, "Microsoft.RecoveryServices/vaults/delete", VAULT, False),
        ("Backup Reader", GROUP, "Microsoft.RecoveryServices/vaults/backupJobs/read", VAULT, True),
        ("Site Recovery Contributor", GROUP, "Microsoft.RecoveryServices/vaults/replicationFabrics/write", VAULT, True),
        *(
            (role, GROUP, f"Microsoft.RecoveryServices/vaults/{action}", VAULT, False)
            for role, action in (
                ("Backup Contributor", "privateEndpointConnections/write"),
                ("Backup Contributor", "privateEndpointConnectionsApproval/action"),
                ("Backup Contributor", "privateLinkResources/read"),
                ("Backup Contributor", "replicationFabrics/read"),
                ("Backup Operator", "privateEndpointConnections/read"),
                ("Backup Operator", "operationResults/read"),
                ("Backup Reader", "operationStatus/read"),
                ("Site Recovery Operator", "backupProtectedItems/read"),
                ("Site Recovery Reader", "privateEndpointConnections/read"),
                ("Site Recovery Contributor", "replicationUsages/read"),
            )
        ),
        ("Backup Operator", GROUP, "Microsoft.RecoveryServices/vaults/backupstorageconfig/write", VAULT, True),
        (
            "Site Recovery Contributor",
            GROUP,
            "Microsoft.RecoveryServices/vaults/replicationOperationStatus/read",
            VAULT,
            True,
        ),
        ("User Access Administrator", GROUP, "Microsoft.Authorization/roleAssignments/write", GROUP, True),
        ("User Access Administrator", GROUP, "Microsoft.RecoveryServices/vaults/write", VAULT, False),
        (RBAC_ADMINISTRATOR, GROUP, "Microsoft.Authorization/roleAssignments/delete", GROUP, True),
        (RBAC_ADMINISTRATOR, GROUP, "Microsoft.Authorization/roleDefinitions/write", GROUP, False),
    ],
)
def test_what_a_role_allows(role: str, at: str, action: str, scope: str, expected: bool) -> None:
    arm = emulator(world_with_guest((role, at)))
    assert arm.service(Authorization).allowed(GUEST, action, scope) is expected


def test_refusals_name_client_action_and_scope() -> None:
    arm = emulator(world_with_guest(("Reader", GROUP)))
    answer = ask(arm, "PUT", GROUP, {"location": "westeurope"}, who=GUEST)
    assert (answer.status, code(answer)) == (403, "AuthorizationFailed")
    message = answer.document["error"]["message"]
    assert f"with object id '{GUEST}' does not have authorization to perform action" in message
    assert f"'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '{GROUP}'" in message


def test_linked_refusal_names_both_actions() -> None:
    arm = emulator()
    call = Call(arm, Request("PUT", ENDPOINT), {}, {"object_id": GUEST, "client_id": CLIENT})
    with pytest.raises(ArmError) as caught:
        arm.service(Authorization).require_linked(call, "primary/write", ENDPOINT, "linked/join/action", SUBNET)
    assert (caught.value.status, caught.value.code) == (403, "LinkedAuthorizationFailed")
    for part in ("'primary/write'", f"'{ENDPOINT}'", "'linked/join/action'", f"'{SUBNET}'"):
        assert part in caught.value.message


def test_lists_leave_out_what_the_caller_may_not_read() -> None:
    arm = emulator(world_with_guest(("Reader", GROUP)))
    groups = ask(arm, "GET", f"{SUBSCRIPTION_ID}/resourceGroups", who=GUEST).document["value"]
    assert [group["name"] for group in groups] == ["rg-backup"]
    assert len(ask(arm, "GET", "/subscriptions", who=GUEST).document["value"]) == 1
    assert code(ask(arm, "GET", SUBSCRIPTION_ID, who=GUEST)) == "AuthorizationFailed"
    without = emulator(world_with_guest())
    assert ask(without, "GET", "/subscriptions", who=GUEST).document["value"] == []


def test_effective_permissions_follow_the_scope() -> None:
    arm = emulator(world_with_guest(("Reader", SUBSCRIPTION_ID), ("Network Contributor", OTHER)))
    path = "/providers/Microsoft.Authorization/permissions"
    here = ask(arm, "GET", GROUP + path, who=GUEST).document["value"]
    there = ask(arm, "GET", OTHER + path, who=GUEST).document["value"]
    assert [one["actions"] for one in here] == [["*/read"]]
    assert len(there) == 2
    assert "Microsoft.Network/*" in there[1]["actions"]


def role_id(name: str) -> str:
    return f"{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{guids()[name]}"


def test_every_built_in_role_is_there() -> None:
    arm = emulator()
    listed = ask(
        arm, "GET", f"{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'BuiltInRole'"
    ).document["value"]
    assert len(listed) >= 430
    assert {"Key Vault Administrator", "Azure Migrate Decide and Plan Expert"} <= {
        one["properties"]["roleName"] for one in listed
    }


def assign(
    arm: Arm, scope: str = GROUP, name: str = FIRST, role: str = "Contributor", principal: str = GUEST, **more: t.Any
) -> Response:
    properties: JSON = {"roleDefinitionId": role_id(role), "principalId": principal, **more}
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return ask(arm, "PUT", path, {"properties": properties})


def test_assignment_and_definition_carry_the_same_id() -> None:
    arm = emulator(world_with_guest())
    made = assign(arm)
    query = "/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq 'Contributor'"
    (definition,) = ask(arm, "GET", GROUP + query).document["value"]
    assert made.status == 201
    assert made.document["properties"]["roleDefinitionId"] == definition["id"] == role_id("Contributor")
    assert made.document["properties"]["principalType"] == "ServicePrincipal"
    assert made.document["properties"]["scope"] == GROUP
    assert made.document["properties"]["createdOn"] == made.document["properties"]["updatedOn"]
    # Who made it is told by GET only.
    shown = ask(arm, "GET", made.document["id"]).document
    assert made.document["properties"]["createdBy"] is None
    assert shown["properties"]["createdBy"] == shown["properties"]["updatedBy"] == OBJECT
    assert {**shown, "properties": {**shown["properties"], "createdBy": None}} == made.document


def test_tenant_form_of_definition_ids_is_a_setting() -> None:
    arm = emulator(world_with_guest(role_definition_ids="tenant"))
    properties = assign(arm).document["properties"]
    assert properties["roleDefinitionId"].startswith("/providers/Microsoft.Authorization/")


@pytest.mark.parametrize(
    ("again", "status", "expected"),
    [
        ({}, 201, ""),
        ({"description": "why"}, 201, ""),
        ({"name": SECOND}, 409, "RoleAssignmentExists"),
        ({"role": "Reader"}, 409, "RoleAssignmentUpdateNotPermitted"),
        ({"principal": STRANGER}, 409, "RoleAssignmentUpdateNotPermitted"),
        ({"scope": OTHER}, 409, "RoleAssignmentUpdateNotPermitted"),
        ({"name": SECOND, "scope": OTHER}, 201, ""),
        ({"name": SECOND, "role": "Reader"}, 201, ""),
        ({"name": "not-a-guid"}, 400, "InvalidRoleAssignmentId"),
        ({"name": SECOND, "principal": "nobody"}, 400, "BadRequestFormat"),
    ],
)
def test_second_assignment(again: dict[str, t.Any], status: int, expected: str) -> None:
    arm = emulator(world_with_guest())
    assert assign(arm).status == 201
    answer = assign(arm, **again)
    assert (answer.status, code(answer)) == (status, expected)


def test_unknown_role_is_refused() -> None:
    arm = emulator(world_with_guest())
    properties = {"roleDefinitionId": role_id("Owner").replace("8e3a", "0000"), "principalId": GUEST}
    path = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{FIRST}"
    assert code(ask(arm, "PUT", path, {"properties": properties})) == "RoleDefinitionDoesNotExist"


@pytest.mark.parametrize(
    ("scope", "condition", "expected"),
    [
        (SUBSCRIPTION_ID, "", {"Owner", "Contributor", "Reader"}),
        (SUBSCRIPTION_ID, "atScope()", {"Owner"}),
        (GROUP, "atScope()", {"Owner", "Contributor"}),
        (GROUP, f"principalId eq '{GUEST}'", {"Contributor"}),
        (SUBSCRIPTION_ID, f"assignedTo('{GUEST}')", {"Contributor", "Reader"}),
        (OTHER, f"principalId eq '{STRANGER}'", set()),
    ],
)
def test_list_of_assignments(scope: str, condition: str, expected: set[str]) -> None:
    arm = emulator(world_with_guest(("Contributor", GROUP), ("Reader", OTHER)))
    query = f"?$filter={condition}" if condition else ""
    listed = ask(arm, "GET", f"{scope}/providers/Microsoft.Authorization/roleAssignments{query}").document["value"]
    names = {guid: name for name, guid in guids().items()}
    assert {names[one["properties"]["roleDefinitionId"].rsplit("/", 1)[-1]] for one in listed} == expected


def test_deleted_assignment_is_answered_and_takes_the_permission_away() -> None:
    arm = emulator(world_with_guest())
    made = assign(arm)
    assert ask(arm, "GET", GROUP, who=GUEST).status == 200
    shown = ask(arm, "GET", made.document["id"]).document
    gone = ask(arm, "DELETE", made.document["id"])
    assert (gone.status, gone.document) == (200, shown)
    assert ask(arm, "DELETE", made.document["id"]).status == 204
    assert ask(arm, "GET", GROUP, who=GUEST).status == 403


def test_assignment_counts_once_it_has_spread() -> None:
    arm = emulator(world_with_guest(role_assignment_delay=120))
    assign(arm)
    arm.clock.advance(119)
    assert ask(arm, "GET", GROUP, who=GUEST).status == 403
    arm.clock.advance(1)
    assert ask(arm, "GET", GROUP, who=GUEST).status == 200


def test_the_worlds_own_assignments_can_be_late_too() -> None:
    arm = emulator(world_with_guest(("Reader", GROUP), world_roles_delay=60))
    assert ask(arm, "GET", GROUP, who=GUEST).status == 403
    arm.clock.advance(60)
    assert ask(arm, "GET", GROUP, who=GUEST).status == 200


@pytest.mark.parametrize(
    ("settings", "age", "more", "expected"),
    [
        ({}, None, {}, "PrincipalNotFound"),
        ({}, None, {"principalType": "User"}, ""),
        ({}, 0, {}, ""),
        ({"principal_replication_delay": 30}, None, {}, "PrincipalNotFound"),
        ({"principal_replication_delay": 30}, 29, {}, "PrincipalNotFound"),
        ({"principal_replication_delay": 30}, 30, {}, ""),
        ({"principal_replication_delay": 30}, 29, {"principalType": "ServicePrincipal"}, "PrincipalNotFound"),
        (
            {"principal_replication_delay": 30, "principal_not_found_always": False},
            29,
            {"principalType": "ServicePrincipal"},
            "",
        ),
        ({"principal_replication_delay": 30, "principal_not_found_always": False}, 29, {}, "PrincipalNotFound"),
    ],
)
def test_new_principals(settings: JSON, age: float | None, more: JSON, expected: str) -> None:
    arm = emulator(world_with_guest(**settings))
    ask(arm, "GET", GROUP)
    if age is not None:
        arm.service(Authorization).announce_principal(STRANGER, "ServicePrincipal")
        arm.clock.advance(age)
    answer = assign(arm, principal=STRANGER, **more)
    assert code(answer) == expected
    if expected:
        assert (
            f"Principal {STRANGER.replace('-', '')} does not exist in the directory {TENANT}."
            in (answer.document["error"]["message"])
        )


def test_principals_of_the_world_have_long_been_known() -> None:
    assert assign(emulator(world_with_guest(principal_replication_delay=30))).status == 201


CUSTOM = f"{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{SECOND}"
CUSTOM_BODY = {
    "properties": {
        "roleName": "Endpoint Joiner",
        "assignableScopes": [SUBSCRIPTION_ID],
        "permissions": [{"actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"]}],
    }
}


def test_custom_role_keeps_when_and_by_whom_it_was_made() -> None:
    arm = emulator(world_with_guest(("Owner", SUBSCRIPTION_ID)))
    first = ask(arm, "PUT", CUSTOM, CUSTOM_BODY).document["properties"]
    arm.clock.advance(60)
    assert (first["createdBy"], first["updatedBy"]) == (None, OBJECT)
    assert ask(arm, "PUT", CUSTOM, CUSTOM_BODY, who=GUEST).status == 201
    second = ask(arm, "GET", CUSTOM).document["properties"]
    assert (second["createdOn"], second["createdBy"]) == (first["createdOn"], OBJECT)
    assert (second["updatedOn"] > first["updatedOn"], second["updatedBy"]) == (True, GUEST)


def test_custom_role_from_creation_to_deletion() -> None:
    arm = emulator(world_with_guest())
    made = ask(arm, "PUT", CUSTOM, CUSTOM_BODY)
    assert (made.status, made.document["properties"]["type"], made.document["id"]) == (201, "CustomRole", CUSTOM)
    properties = {"roleDefinitionId": CUSTOM, "principalId": GUEST}
    path = f"{OTHER}/providers/Microsoft.Authorization/roleAssignments/{FIRST}"
    assert ask(arm, "PUT", path, {"properties": properties}).status == 201
    action = "Microsoft.Network/virtualNetworks/subnets/join/action"
    assert arm.service(Authorization).allowed(GUEST, action, SUBNET)
    assert code(ask(arm, "DELETE", CUSTOM)) == "RoleDefinitionHasAssignments"
    ask(arm, "DELETE", path)
    assert ask(arm, "DELETE", CUSTOM).status == 200
    assert ask(arm, "DELETE", CUSTOM).status == 204


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (CUSTOM.replace(SECOND, FIRST), CUSTOM_BODY, "RoleDefinitionWithSameNameExists"),
        (CUSTOM.replace(SECOND, guids()["Reader"]), CUSTOM_BODY, "RoleDefinitionIsBuiltIn"),
        (CUSTOM, {"properties": {"roleName": "x"}}, "InvalidRoleDefinition"),
    ],
)
def test_custom_role_refused(path: str, body: JSON, expected: str) -> None:
    arm = emulator()
    ask(arm, "PUT", CUSTOM, CUSTOM_BODY)
    assert code(ask(arm, "PUT", path, body)) == expected


@pytest.mark.parametrize("code_of_the_world", [None, "InvalidRoleScope"])
def test_a_custom_role_is_assigned_within_its_scopes_only(code_of_the_world: str | None) -> None:
    settings = {"unassignable_role_code": code_of_the_world} if code_of_the_world else {}
    arm = emulator(world_with_guest(**settings))
    body = {"properties": {**CUSTOM_BODY["properties"], "assignableScopes": [GROUP]}}
    assert ask(arm, "PUT", CUSTOM, body).status == 201
    properties = {"properties": {"roleDefinitionId": CUSTOM, "principalId": GUEST}}
    paths = [f"{scope}/providers/Microsoft.Authorization/roleAssignments/{FIRST}" for scope in (SUBSCRIPTION_ID, GROUP)]
    refused, made = (ask(arm, "PUT", path, properties) for path in paths)
    assert (code(refused), made.status) == (code_of_the_world or "RoleDefinitionDoesNotExist", 201)


@pytest.mark.parametrize(("asked_on", "status"), [("resource", 200), ("path", 403)])
def test_polling_an_operation_needs_the_right_its_path_names(asked_on: str, status: int) -> None:
    """Who has it on the group only can follow what he began, unless the world asks for it on the path."""
    world = world_with_guest(("Network Contributor", GROUP), operation_poll_scope=asked_on)
    arm = emulator(world, "realistic")
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}}
    started = ask(arm, "PUT", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v", body, who=GUEST)
    assert started.status == 201
    path = started.headers["Azure-AsyncOperation"].removeprefix(in_process.BASE_URL)
    sent = {"Authorization": f"Bearer {in_process.token(arm, GUEST)}"}
    answer = arm.answer(Request.parse("GET", in_process.BASE_URL + path, sent, b""))
    assert answer.status == status


def test_assignments_vanish_with_their_scope() -> None:
    arm = emulator(world_with_guest(("Contributor", GROUP)))
    ask(arm, "DELETE", GROUP)
    path = f"{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{GUEST}'"
    assert ask(arm, "GET", path).document["value"] == []


def test_the_default_principal_owns_the_default_subscription() -> None:
    assert emulator().service(Authorization).allowed(OBJECT, "Any.Thing/write", f"/subscriptions/{SUBSCRIPTION}")

"""azure-mgmt-authorization: definitions and assignments of roles, and what the caller may do."""

from __future__ import annotations

import uuid

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.mgmt.authorization.models import Permission, RoleDefinition, RoleDefinitionProperties

from ..evidence import GROUPS, SCOPE
from .clients import Clients

GROUP = f"{GROUPS}/rg-used"


def test_an_assignment_from_beginning_to_end(clients: Clients) -> None:
    assignments = clients.authorization.role_assignments
    wanted = "roleName eq 'Contributor'"
    (role,) = clients.fits(list(clients.authorization.role_definitions.list(SCOPE, filter=wanted)))
    assert role.name == "b24988ac-6180-42a0-ab88-20f7382dd24c"
    vault = clients.vaults.vaults.get("rg-used", "vault-used")
    body = {
        "properties": {
            "roleDefinitionId": role.id,
            "principalId": vault.identity.principal_id,
            "principalType": "ServicePrincipal",
        }
    }
    made = clients.fits(assignments.create(GROUP, str(uuid.uuid4()), body))
    assert (made.scope, made.principal_type, made.role_definition_id) == (GROUP, "ServicePrincipal", role.id)
    with pytest.raises(ResourceExistsError) as caught:
        assignments.create(GROUP, str(uuid.uuid4()), body)
    assert (caught.value.status_code, caught.value.error.code) == (409, "RoleAssignmentExists")

    assert made.id in [one.id for one in clients.fits(list(assignments.list_for_scope(GROUP)))]
    of_principal = f"principalId eq '{vault.identity.principal_id}'"
    found = clients.fits(list(assignments.list_for_subscription(filter=of_principal)))
    assert [one.id for one in found] == [made.id]
    assert clients.fits(assignments.get_by_id(made.id)).principal_id == vault.identity.principal_id
    assert clients.fits(assignments.delete_by_id(made.id)).id == made.id
    assert assignments.delete_by_id(made.id) is None
    with pytest.raises(ResourceNotFoundError):
        assignments.get_by_id(made.id)


def test_a_role_of_ones_own(clients: Clients) -> None:
    definitions, name = clients.authorization.role_definitions, str(uuid.uuid4())
    for actions in (["*/read"], ["*/read", "Microsoft.Network/virtualNetworks/subnets/join/action"]):
        properties = RoleDefinitionProperties(
            role_name="Reader who joins",
            description="Reads, and joins subnets.",
            role_type="CustomRole",
            assignable_scopes=[SCOPE],
            permissions=[Permission(actions=actions, not_actions=[])],
        )
        made = clients.fits(definitions.create_or_update(SCOPE, name, RoleDefinition(properties=properties)))
        assert (made.role_name, made.permissions[0].actions) == ("Reader who joins", actions)
    assert clients.fits(definitions.get(SCOPE, name)).permissions[0].actions == actions
    clients.fits(definitions.delete(SCOPE, name))
    with pytest.raises(ResourceNotFoundError) as caught:
        definitions.get(SCOPE, name)
    assert caught.value.error.code == "RoleDefinitionDoesNotExist"


def test_what_the_caller_may_do(clients: Clients, guest: Clients) -> None:
    for caller, group, actions in ((clients, "rg-used", ["*"]), (guest, "rg-network", ["*/read"])):
        found = caller.fits(list(caller.authorization.permissions.list_for_resource_group(group)))
        assert [one.actions for one in found] == [actions]

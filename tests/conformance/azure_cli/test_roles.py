"""Role assignments and definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.plugins.module_utils.report.sheets import role_definitions

from ..evidence import GROUPS, SCOPE, Evidence
from .cli import AzureCli

GROUP = f"{GROUPS}/rg-roles"
SOMEBODY = "99999999-9999-4999-8999-999999999999"


@pytest.fixture(scope="module", autouse=True)
def group(az: AzureCli) -> None:
    az("group create --name rg-roles --location westeurope")


def test_an_assignment_from_beginning_to_end(az: AzureCli, evidence: Evidence) -> None:
    who = f"--assignee-object-id {SOMEBODY} --assignee-principal-type ServicePrincipal"
    create = f"role assignment create {who} --role Contributor --scope {GROUP}"
    made = az(create)
    assert az.sent() == ["GET roleDefinitions 2022-05-01-preview 200", "PUT roleAssignments 2022-04-01 201"]
    assert (made["principalId"], made["principalType"], made["scope"]) == (SOMEBODY, "ServicePrincipal", GROUP)
    assert az(create)["id"] == made["id"]
    assert "PUT roleAssignments 2022-04-01 409" in az.sent()
    (listed,) = az(f"role assignment list --scope {GROUP}")
    assert (listed["id"], listed["roleDefinitionName"]) == (made["id"], "Contributor")
    az(f"role assignment delete --ids {made['id']}")
    assert evidence.document(made["id"]) is None
    assert az(f"role assignment list --scope {GROUP}") == []


def test_a_vault_is_found_by_its_identity(az: AzureCli, emulated: EmulatorProcess) -> None:
    az("backup vault create --resource-group rg-roles --name vault-known --location westeurope")
    identity = az("backup vault identity assign --resource-group rg-roles --name vault-known --system-assigned")[
        "identity"
    ]
    made = az(f"role assignment create --assignee {identity['principalId']} --role Reader --scope {GROUP}")
    assert (made["principalId"], made["principalType"]) == (identity["principalId"], "ServicePrincipal")
    (listed,) = az(f"role assignment list --assignee {identity['principalId']} --scope {GROUP}")
    assert (listed["id"], listed["roleDefinitionName"]) == (made["id"], "Reader")
    operator = emulated.ready["client_id"]
    (own,) = az(f"role assignment list --assignee {operator} --scope {SCOPE}")
    assert (own["principalName"], own["roleDefinitionName"]) == (operator, "Owner")
    ended = az.run(f"role assignment create --assignee {SOMEBODY} --role Reader --scope {GROUP}")
    assert (ended.code, "Cannot find user or service principal" in ended.said) == (1, True)


def test_a_role_of_ones_own(az: AzureCli) -> None:
    role = {"Name": "Reader of all", "Actions": ["*/read"], "NotActions": [], "AssignableScopes": [SCOPE]}
    made = az("role definition create --role-definition", json.dumps(role))
    (listed,) = az("role definition list --name", "Reader of all")
    assert (listed["id"], listed["permissions"][0]["actions"]) == (made["id"], ["*/read"])
    az("role definition delete --name", "Reader of all")
    assert az("role definition list --custom-role-only true") == []


def test_the_roles_of_the_access_sheet(az: AzureCli, tmp_path: Path) -> None:
    """The files that a report hands over, as they are."""
    rows = [
        {"scope": GROUP, "principal": "who runs", "actions": ["Microsoft.Network/privateEndpoints/write", "*/read"]}
    ]
    ((name, role),) = role_definitions(rows, "vault-backup").items()
    path = tmp_path / "role-1.json"
    path.write_text(json.dumps(role), encoding="utf-8")
    made = az("role definition create --role-definition", f"@{path}")
    assert (made["roleName"], made["roleType"], made["assignableScopes"]) == (name, "CustomRole", [SCOPE])
    assert made["permissions"][0]["actions"] == role["Actions"] and made["description"] == role["Description"]
    az("role definition delete --name", name)

"""Sheets for other teams: rows, files, and that no cell does anything."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.sections import Section
from ansible_collections.privatelink.recovery.plugins.module_utils.report.sheets import (
    as_csv,
    dns_rows,
    firewall_rows,
    named_roles,
    role_definitions,
    use_of_sheet,
)
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.role_definition import MODULE as ROLE

from ...conftest import GROUPS, NETWORK, SUBSCRIPTION, VAULT, Cloud

JSON = dict[str, t.Any]
ZONE = "privatelink.we.backup.windowsazure.com"
HUB = NETWORK.replace("vnet-app", "vnet-hub")
NAMES = [
    {"endpoint": "pe", "fqdn": f"a.{ZONE}", "ip_addresses": ["10.1.1.4", "10.1.1.5"], "zone": ZONE, "record_name": "a"},
    {
        "endpoint": "pe",
        "fqdn": "x'; Remove-Item C:\\ ;'",
        "ip_addresses": ["10.1.1.6"],
        "zone": ZONE,
        "record_name": "x",
    },
    {"endpoint": "other", "fqdn": f"b.{ZONE}", "ip_addresses": ["10.2.1.4", "=1+1"], "zone": ZONE, "record_name": "b"},
]
ENDPOINTS = [
    {"name": "pe", "virtual_networks": [NETWORK, HUB], "dns_server": "10.1.9.9", "dns_port": 53},
    {"name": "other", "virtual_networks": [HUB.upper()], "dns_server": ""},
]
ACCESS: list[JSON] = [
    {"role": "Reader", "scope": VAULT, "principal": "identity of the vault v", "principal_id": "1", "reason": "r"},
    {
        "scope": f"{GROUPS}/rg-a",
        "principal": "who runs",
        "principal_id": "2",
        "actions": ["B/write", "A/read"],
        "reason": "r",
    },
    {
        "scope": f"{GROUPS}/rg-b",
        "principal": "who runs",
        "principal_id": "2",
        "actions": ["A/read", "B/write"],
        "reason": "r",
    },
    {"scope": NETWORK, "principal": "who runs", "principal_id": "2", "actions": ["C/join/action"], "reason": "r"},
]


def test_a_firewall_lets_each_network_to_each_address_and_to_sign_in() -> None:
    rows = [
        (
            row["source_network"].rsplit("/", 1)[-1],
            row["destination_name"],
            row["destination_address"],
            row["protocol"],
            row["port"],
        )
        for row in firewall_rows(NAMES, ENDPOINTS)
    ]
    a, b, entra = f"a.{ZONE}", f"b.{ZONE}", "service tag AzureActiveDirectory"
    assert rows == [
        *(("vnet-app", a, address, "TCP", 443) for address in ("10.1.1.4", "10.1.1.5")),
        *(("vnet-hub", a, address, "TCP", 443) for address in ("10.1.1.4", "10.1.1.5")),
        ("VNET-HUB", b, "10.2.1.4", "TCP", 443),
        ("vnet-app", entra, "", "TCP", 443), ("vnet-hub", entra, "", "TCP", 443),
        ("vnet-app", "", "10.1.9.9", "UDP and TCP", 53), ("vnet-hub", "", "10.1.9.9", "UDP and TCP", 53),
    ]  # fmt: skip
    assert firewall_rows([], ENDPOINTS) == []
    reasons = {row["reason"] for row in firewall_rows(NAMES, ENDPOINTS)}
    assert "Private endpoint pe" in reasons and any("Azure Firewall" in reason for reason in reasons)


def test_records_one_for_each_address() -> None:
    rows = dns_rows(NAMES, ENDPOINTS, 60)
    assert [(row["record_name"], row["address"], row["time_to_live"], row["networks"]) for row in rows] == [
        ("a", "10.1.1.4", 60, ["vnet-app", "vnet-hub"]), ("a", "10.1.1.5", 60, ["vnet-app", "vnet-hub"]), ("b", "10.2.1.4", 60, ["VNET-HUB"]),
    ]  # fmt: skip


def test_a_role_for_each_set_of_actions() -> None:
    made = role_definitions(ACCESS, "v")
    assert [role["Actions"] for role in made.values()] == [["A/read", "B/write"], ["C/join/action"]]
    assert {tuple(role["AssignableScopes"]) for role in made.values()} == {(f"/subscriptions/{SUBSCRIPTION}",)}
    first, second = made
    assert [row["role"] for row in named_roles(ACCESS, made)] == ["Reader", first, first, second]


def sent_by_the_cli(role: JSON) -> JSON:
    """What ``az role definition create`` sends for a file, and that it refuses none: a name and assignable scopes must be there.

    Names of properties begin small; without ``permissions`` the four lists are those of one permission, and nothing else is read.
    https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/role/custom.py and _multi_api_adaptor.py.
    """
    given = {name[:1].lower() + name[1:]: value for name, value in role.items()}
    assert given["name"] and given["assignableScopes"] and "permissions" not in given
    lists = ("actions", "notActions", "dataActions", "notDataActions")
    assert {*given} == {"name", "description", "assignableScopes", "isCustom", *lists}
    assert all(isinstance(text, str) for name in ("assignableScopes", *lists) for text in given[name])
    return {
        "roleName": given["name"],
        "description": given["description"],
        "type": "CustomRole",
        "assignableScopes": given["assignableScopes"],
        "permissions": [{name: given[name] for name in lists}],
    }


def test_the_azure_cli_and_azure_take_the_roles_as_they_are(cloud: Cloud) -> None:
    for number, role in enumerate(role_definitions(ACCESS, "v").values()):
        properties = sent_by_the_cli(json.loads(json.dumps(role)))
        name = f"aaaaaaaa-0000-4000-8000-00000000000{number}"
        scope = properties["assignableScopes"][0]
        made = cloud.connection.azure.put(
            f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}",
            "2022-04-01",
            {"properties": properties},
        )
        assert {key: made["properties"][key] for key in properties} == properties
        # The module finds it as it would have made it.
        found = cloud.run(
            ROLE,
            role_name=role["Name"],
            scope=scope,
            description=role["Description"],
            actions=role["Actions"],
            assignable_scopes=role["AssignableScopes"],
        )
        assert found["changed"] is False, found


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "=1\n=2", "\r=1"])
def test_no_cell_is_a_formula_or_a_line_of_its_own(evil: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(Section("", (("A", "a"), ("B", "b")), [{"a": evil, "b": 'x","y'}])))))
    assert len(rows) == 2 and rows[1][1] == 'x","y'
    assert rows[1][0][0] not in "=+-@\t\r\n"


def handed(cloud: Cloud, directory: Path, **options: t.Any) -> JSON:
    plan = {
        "all_endpoints": ENDPOINTS,
        "vault_id": VAULT,
        "principal_id": "1",
        "operator": "2",
        "required_actions": [ACCESS[1], ACCESS[3]],
    }
    sequence = {
        "name": "backup",
        "vault": {"name": "v"},
        "role_assignments": [{"scope": VAULT, "role": "Reader"}],
        "dns_mode": "records",
    }
    return cloud.run(
        MODULE, directory=str(directory), scenario="backup", sequence=sequence, preflight={"plan": plan}, verification={"names": NAMES}, **options
    )  # fmt: skip


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_sheets_are_files_and_sections(cloud: Cloud, tmp_path: Path, check_mode: bool) -> None:
    done = handed(cloud, tmp_path, check_mode=check_mode, time_to_live=60)
    names = [f"{kind}.{ending}" for kind in ("access", "dns", "firewall") for ending in ("csv", "md")]
    assert [Path(path).name for path in done["sheets"]] == [*names, "role-1.json", "role-2.json"]
    assert all(use_of_sheet(Path(path).name) for path in done["sheets"])
    reported: JSON = json.loads(Path(done["json_path"]).read_text())
    assert [row["path"] for row in reported["sheets"]] == [f"sheets/{Path(path).name}" for path in done["sheets"]]
    assert (len(reported["firewall"]), len(reported["dns"]), len(reported["access"])) == (9, 3, 3)
    for form in ("markdown_path", "html_path"):
        text = Path(done[form]).read_text()
        assert all(title in text for title in ("Firewall sheet", "DNS sheet", "Access sheet"))
    folder = Path(done["sheets"][0]).parent
    rows = list(csv.DictReader((folder / "access.csv").open()))
    assert [(row["Role"], row["Object id"]) for row in rows] == [
        ("Reader", "1"), ("Private Link of vault-backup, part 1", "2"), ("Private Link of vault-backup, part 2", "2"),
    ]  # fmt: skip
    assert json.loads((folder / "role-1.json").read_text())["Actions"] == ["A/read", "B/write"]
    assert not [path for path in done["sheets"] if "Remove-Item" in Path(path).read_text()]


def test_no_sheet_of_nothing(cloud: Cloud, tmp_path: Path) -> None:
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup")
    assert done["sheets"] == [] and not (tmp_path / done["run"] / "sheets").exists()
    assert [use_of_sheet(name) for name in ("notes.md", "role-x.json", "firewall.txt", "role-1.csv")] == [""] * 4


def test_folders_with_sheets_are_ours(cloud: Cloud, tmp_path: Path) -> None:
    first = handed(cloud, tmp_path, keep=1)
    second = handed(cloud, tmp_path, keep=1)
    assert not (tmp_path / first["run"]).exists() and (tmp_path / second["run"]).exists()

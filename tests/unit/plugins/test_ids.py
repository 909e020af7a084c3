"""Azure ids, regions and deterministic names."""

from __future__ import annotations

import re

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils import ids
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError

from ..conftest import ENDPOINT, GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT

ASSIGNMENT = f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{SUBSCRIPTION}"


@pytest.mark.parametrize(
    ("text", "group", "kind", "names"),
    [
        (VAULT, "rg-backup", "Microsoft.RecoveryServices/vaults", ("vault-backup",)),
        (f" {VAULT}/ ", "rg-backup", "Microsoft.RecoveryServices/vaults", ("vault-backup",)),
        (VAULT[1:], "rg-backup", "Microsoft.RecoveryServices/vaults", ("vault-backup",)),
        (SUBNET, "rg-network", "Microsoft.Network/virtualNetworks/subnets", ("vnet-app", "endpoints")),
        (SUBNET.upper(), "RG-NETWORK", "MICROSOFT.NETWORK/VIRTUALNETWORKS/SUBNETS", ("VNET-APP", "ENDPOINTS")),
        (f"{GROUPS}/rg", "rg", "", ()),
        (f"/subscriptions/{SUBSCRIPTION}", "", "", ()),
        (ASSIGNMENT, "rg-backup", "Microsoft.Authorization/roleAssignments", (SUBSCRIPTION,)),
        (
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage",
            "",
            "Microsoft.Resources/providers",
            ("Microsoft.Storage",),
        ),
        (f"{GROUPS}/providers/providers/Microsoft.X/y/z", "providers", "Microsoft.X/y", ("z",)),
        (f"{GROUPS}/rg/providers/Microsoft.X/y/providers", "rg", "Microsoft.X/y", ("providers",)),
    ],
)
def test_ids_are_parsed(text: str, group: str, kind: str, names: tuple[str, ...]) -> None:
    found = ids.parse_id(text)
    assert (found.resource_group, found.kind, found.names) == (group, kind, names)
    assert found.subscription_id == SUBSCRIPTION
    assert found.type == kind.lower()
    assert found.text == "/" + text.strip().strip("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vault-backup",
        "/subscriptions",
        "/subscriptions/one",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups",
        f"{GROUPS}/rg/providers",
        f"{GROUPS}/rg/providers/Microsoft.X",
        f"{GROUPS}/rg/providers/Microsoft.X/y",
        f"{VAULT}/backupJobs",
        VAULT.replace("rg-backup", ""),
        VAULT.replace("rg-backup", "rg backup"),
        VAULT + "?api-version=1",
        VAULT + "#",
        f"https://management.azure.com{VAULT}",
        f"/providers{VAULT}",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="target is not an Azure resource id") as caught:
        ids.parse_id(text, option="target")
    assert "looks like /subscriptions/" in caught.value.remedy


def test_an_id_of_another_type_is_refused() -> None:
    assert ids.parse_id(VAULT, "microsoft.recoveryservices/VAULTS").text == VAULT
    with pytest.raises(
        InputError, match=r"subnet must be the id of a Microsoft\.Network/virtualNetworks/subnets, got one"
    ):
        ids.parse_id(VAULT, "Microsoft.Network/virtualNetworks/subnets", option="subnet")
    with pytest.raises(InputError, match="got one of a resource group"):
        ids.parse_id(f"{GROUPS}/rg", "Microsoft.Network/virtualNetworks")


@pytest.mark.parametrize("text", [VAULT, SUBNET, NETWORK, f"{VAULT}/backupJobs/one"])
def test_what_lives_in_a_resource_group_must_name_it(text: str) -> None:
    without = re.sub("/resourceGroups/[^/]+", "", text)
    kind = ids.parse_id(text).kind
    for expected in ("", kind):
        with pytest.raises(InputError, match=f"subnet is not the id of a {kind}") as caught:
            ids.parse_id(without.upper() if expected else without, expected, option="subnet")
        assert "/resourceGroups/<name>/" in caught.value.remedy


def test_parts_of_an_id() -> None:
    found = ids.parse_id(SUBNET)
    assert found.name == "endpoints"
    assert found.ancestor() == NETWORK
    assert found.group_id == f"{GROUPS}/rg-network"
    assert ids.parse_id(f"{GROUPS}/rg").name == "rg"
    assert ids.parse_id(f"/subscriptions/{SUBSCRIPTION}").name == SUBSCRIPTION


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{VAULT}/backupJobs", ("rg-backup", "microsoft.recoveryservices/vaults/backupjobs", ("vault-backup",))),
        (f"{GROUPS}/rg/providers/Microsoft.X/y", ("rg", "microsoft.x/y", ())),
        (f"{GROUPS}/providers/providers/Microsoft.X/y", ("providers", "microsoft.x/y", ())),
        (f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.X/y", ("", "microsoft.x/y", ())),
        (
            f"{NETWORK}/subnets/providers/things",
            ("rg-network", "microsoft.network/virtualnetworks/subnets/things", ("vnet-app", "providers")),
        ),
        (f"{GROUPS}/rg/resources", ("", "", ())),
        ("/tenants", ("", "", ())),
    ],
)
def test_collections_are_parsed(path: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = ids.parse_collection(path)
    assert (found.resource_group, found.type, found.names) == expected


def test_ids_are_built() -> None:
    assert ids.build_id(SUBSCRIPTION, "rg-backup", "Microsoft.RecoveryServices/vaults", "vault-backup") == VAULT
    built = ids.build_id(
        SUBSCRIPTION, "rg-network", "Microsoft.Network/virtualNetworks/subnets", "vnet-app", "endpoints"
    )
    assert built == SUBNET
    assert ids.parse_id(built).text == built


@pytest.mark.parametrize(
    ("subscription", "group", "name", "words"),
    [
        ("x", "rg", "v", "must be a GUID"),
        ("", "rg", "v", "must be a GUID"),
        (SUBSCRIPTION, "", "v", "not a valid resource group name"),
        (SUBSCRIPTION, "rg/x", "v", "not a valid resource group name"),
        (SUBSCRIPTION, "rg.", "v", "not a valid resource group name"),
        (SUBSCRIPTION, "r" * 91, "v", "not a valid resource group name"),
        (SUBSCRIPTION, "rg", "", "not a valid name"),
        (SUBSCRIPTION, "rg", "a/b", "not a valid name"),
        (SUBSCRIPTION, "rg", " v", "not a valid name"),
    ],
)
def test_what_cannot_be_an_id_is_not_built(subscription: str, group: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ids.build_id(subscription, group, "Microsoft.X/y", name)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "Microsoft.RecoveryServices/vaults",
            ["ab", "a-", "Vault-1", "v" * 50],
            ["a", "1v", "-v", "a_b", "v.", "v" * 51, "vä"],
        ),
        (
            "Microsoft.Network/privateEndpoints",
            ["a", "1", "p_", "a.b-c_d", "p" * 80],
            ["", "_p", ".p", "p-", "p.", "a b", "a!", "p" * 81, "pé"],
        ),
    ],
)
def test_names_of_what_is_created(kind: str, good: list[str], bad: list[str]) -> None:
    for name in good:
        assert ids.build_id(SUBSCRIPTION, "rg", kind, name).endswith(f"/{kind.rsplit('/', 1)[-1]}/{name}")
    for name in bad:
        with pytest.raises(InputError, match="not a valid name"):
            ids.build_id(SUBSCRIPTION, "rg", kind, name)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (VAULT, VAULT.upper(), True),
        (VAULT, VAULT + "/", True),
        (VAULT, f" {VAULT} ", True),
        (VAULT, ENDPOINT, False),
        (VAULT, VAULT + "2", False),
        (None, "", True),
        (None, VAULT, False),
    ],
)
def test_same_id(one: str | None, other: str | None, same: bool) -> None:
    assert ids.same_id(one, other) is same


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("West Europe", "westeurope"),
        ("westeurope", "westeurope"),
        ("US Gov Virginia", "usgovvirginia"),
        ("East US 2 (Stage)", "eastus2stage"),
        ("", ""),
        (None, ""),
    ],
)
def test_regions(name: str | None, expected: str) -> None:
    assert ids.region(name) == expected


def test_names_of_assignments_never_change() -> None:
    role = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/ABCDEF00-0000-4000-8000-000000000000"
    made = ids.assignment_name(VAULT, "55555555-5555-4555-8555-555555555555", role)
    # Pinned: another name would make a second assignment beside one made by an earlier release.
    assert made == "626ad6d5-2a38-52fe-aa9c-7f4c1b046ec1"
    same = ids.assignment_name(
        VAULT.upper() + "/", "55555555-5555-4555-8555-555555555555", role.rsplit("/", 1)[1].lower()
    )
    assert same == made
    assert ids.assignment_name(NETWORK, "55555555-5555-4555-8555-555555555555", role) != made


def test_unique_ids() -> None:
    assert ids.unique_ids([VAULT, NETWORK, VAULT.upper(), NETWORK + "/"]) == [VAULT, NETWORK]

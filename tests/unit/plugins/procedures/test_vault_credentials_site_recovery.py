"""The registration key of Site Recovery: the same certificate in another XML, with the Hyper-V site of the hosts."""

from __future__ import annotations

import datetime as dt
import json
import logging
import stat
import typing as t
import xml.etree.ElementTree as tree
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.admin import Admin
from ansible_collections.privatelink.recovery.plugins.module_utils.resources import vault_credentials as credentials
from ansible_collections.privatelink.recovery.plugins.modules.vault_credentials import MODULE

from ...conftest import SUBSCRIPTION, VAULT, Cloud, four_times

JSON = dict[str, t.Any]
SITE = "site-berlin"
WORLD: JSON = {
    "resource_groups": [{"name": "rg-backup", "location": "westeurope"}],
    "vaults": [
        {
            "name": "vault-backup",
            "resource_group": "rg-backup",
            "history": {"fabrics": [{"name": SITE, "kind": "HyperVSite"}, {"name": "northeurope"}]},
        }
    ],
}
EXTENDED = f"GET {VAULT}/extendedInformation/vaultExtendedInfo"
FABRIC = f"GET {VAULT}/replicationFabrics/{SITE}"


@pytest.fixture
def azure() -> Cloud:
    """An Azure with a vault that has a Hyper-V site and the fabric of a region."""
    return Cloud(WORLD)


@pytest.fixture
def options(tmp_path: Path) -> JSON:
    """What is asked for: the key for the hosts of the site."""
    return {"vault": VAULT, "agent": "site_recovery", "hyperv_site": SITE, "path": str(tmp_path / "key")}


def shape(content: bytes) -> list[t.Any]:
    """The names of the elements, in their order."""

    def names(node: tree.Element) -> t.Any:
        name = node.tag.rpartition("}")[2]
        return (name, [names(inner) for inner in node]) if len(node) else name

    return [names(node) for node in tree.fromstring(content)]


def parts(options: JSON) -> dict[str, str]:
    """The elements of the file that hold text."""
    root = tree.fromstring(Path(options["path"]).read_bytes())
    return {node.tag.rpartition("}")[2]: node.text or "" for node in root.iter() if not len(node)}


def asked(azure: Cloud) -> list[str]:
    return [f"{one['method']} {one['path']}" for one in azure.requests()]


def test_fetched_once_and_used_again(azure: Cloud, options: JSON) -> None:
    done = four_times(azure, MODULE, **options)
    assert (done["fetched"], done["reason"]) == (True, "there is no file that can be used")
    assert done["vault_number"] == parts(options)["ResourceId"] != ""
    assert stat.S_IMODE(Path(options["path"]).stat().st_mode) == 0o600
    azure.mark()
    assert azure.run(MODULE, **options)["fetched"] is False
    assert azure.run(MODULE, **{**options, "hyperv_site": SITE.upper()})["fetched"] is False
    assert azure.requests() == []


def test_the_shape_is_that_of_microsofts_own_tools(azure: Cloud, options: JSON) -> None:
    azure.run(MODULE, **options)
    content = Path(options["path"]).read_bytes()
    root = tree.fromstring(content)
    assert root.tag == f"{{{credentials.NAMESPACE}}}RSVaultAsrCreds"
    assert {node.tag.partition("}")[0] for node in root.iter()} == {f"{{{credentials.NAMESPACE}"}
    vault = ["SubscriptionId", "ResourceGroup", "ResourceName", "ResourceId", "Location", "ResourceType"]
    sign_in = ["AadAuthority", "AadTenantId", "ServicePrincipalClientId", "AadVaultAudience", "ArmManagementEndpoint"]
    assert shape(content) == [
        ("VaultDetails", [*vault, "ProviderNamespace"]),
        *("ManagementCert", "Version", ("AadDetails", sign_in), "ChannelIntegrityKey", "SiteId", "SiteName"),
        "PrivateEndpointStateForSiteRecovery",
    ]
    reported = parts(options)
    assert (reported["SubscriptionId"], reported["ResourceGroup"]) == (SUBSCRIPTION, "rg-backup")
    assert (reported["ResourceName"], reported["Location"]) == ("vault-backup", "westeurope")
    assert (reported["Version"], reported["ResourceType"]) == ("2.0", "Vaults")
    audience = f"https://RecoveryServiceVault/westeurope/vault-backup/{reported['ResourceId']}"
    assert reported["AadVaultAudience"] == audience
    state = azure.document(VAULT)["properties"]["privateEndpointStateForSiteRecovery"]
    assert reported["PrivateEndpointStateForSiteRecovery"] == state


def test_the_site_and_the_key_are_azures(azure: Cloud, options: JSON) -> None:
    azure.run(MODULE, **options)
    task = azure.task().azure
    site = task.get(f"{VAULT}/replicationFabrics/{SITE}", "2025-08-01")["properties"]["internalIdentifier"]
    key = task.get(f"{VAULT}/extendedInformation/vaultExtendedInfo", "2024-04-01")["properties"]["integrityKey"]
    reported = parts(options)
    assert (reported["SiteId"], reported["SiteName"], reported["ChannelIntegrityKey"]) == (site, SITE, key)


def test_one_certificate_is_put_after_everything_was_read(azure: Cloud, options: JSON) -> None:
    azure.run(MODULE, **options)
    seen = asked(azure)
    assert seen[:3] == [f"GET {VAULT}", FABRIC, EXTENDED]
    assert [one.split(" ")[0] for one in seen[3:]] == ["PUT"] and "/certificates/CN=" in seen[3]


def test_servers_of_vmm_have_no_site(azure: Cloud, options: JSON) -> None:
    azure.run(MODULE, **{**options, "hyperv_site": None})
    assert (parts(options)["SiteId"], parts(options)["SiteName"]) == ("", "")
    assert FABRIC not in asked(azure)
    azure.mark()
    assert azure.run(MODULE, **options)["reason"] == "the file is for another Hyper-V site"


def test_a_file_of_backup_is_replaced(azure: Cloud, options: JSON) -> None:
    azure.run(MODULE, vault=VAULT, path=options["path"])
    assert EXTENDED not in asked(azure)
    assert azure.run(MODULE, **options)["reason"] == "the file is for another agent"
    assert azure.run(MODULE, vault=VAULT, path=options["path"])["reason"] == "the file is for another agent"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hyperv_site": "site-elsewhere"}, "has no Hyper-V site site-elsewhere; no certificate was asked for"),
        ({"hyperv_site": "asr-a2a-default-northeurope"}, "is Azure, with the identifier"),
        ({"hyperv_site": f"{VAULT}/replicationFabrics/{SITE}"}, "is no name of a site"),
        ({"agent": "backup"}, "which know no sites"),
    ],
)
def test_what_is_refused_before_a_certificate(azure: Cloud, options: JSON, change: JSON, says: str) -> None:
    failed = azure.run(MODULE, **{**options, **change})
    assert failed["failed"] and says in failed["msg"]
    assert azure.writes() == [] and not Path(options["path"]).exists()


def test_what_it_holds_is_shown_nowhere(azure: Cloud, options: JSON, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done = azure.run(MODULE, **options)
    shown = json.dumps(done) + caplog.text + " ".join(azure.progress)
    reported = parts(options)
    for secret in ("ManagementCert", "ChannelIntegrityKey", "ServicePrincipalClientId"):
        assert reported[secret] and reported[secret][:40] not in shown
    assert reported["ChannelIntegrityKey"] not in repr(credentials.SiteRecovery(reported["ChannelIntegrityKey"]))


def test_a_vault_without_a_key_is_given_none(options: JSON) -> None:
    details = {
        "aadAuthority": "https://login.microsoftonline.com",
        "aadTenantId": "11111111-1111-4111-8111-111111111111",
        "servicePrincipalClientId": "44444444-4444-4444-8444-444444444444",
        "azureManagementEndpointAudience": "https://management.core.windows.net/",
        "resourceId": 4611686018427387905,
    }
    identity = credentials.own_identity("vault-backup", dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC), 1)
    content = credentials.document(VAULT, {}, {"properties": details}, identity, credentials.SiteRecovery())
    assert b"  <ChannelIntegrityKey></ChannelIntegrityKey>\n" in content
    found = credentials.read(content)
    assert found is not None and (found.agent, found.site, found.vault) == (credentials.REPLICATION, "", VAULT.lower())


def test_a_key_that_may_not_be_read_is_no_absent_key(azure: Cloud, options: JSON) -> None:
    answer = {"status": 403, "body": {"error": {"code": "AuthorizationFailed", "message": "No."}}}
    match = {"method": "GET", "path": ".*/extendedInformation/.*"}
    azure.arm.service(Admin).faults.add({"match": match, "nth": 1, "times": 0, "action": answer})
    failed = azure.run(MODULE, **options)
    assert failed["failed"] and azure.writes() == [] and not Path(options["path"]).exists()

"""The registration file: fetched when it is needed, readable by its owner only, shown nowhere, shredded afterwards."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import os
import stat
import typing as t
import xml.etree.ElementTree as tree
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils import secret_files
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError, Refusal
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.vault_credentials import Wanted, stale
from ansible_collections.privatelink.recovery.plugins.module_utils.resources import vault_credentials as credentials
from ansible_collections.privatelink.recovery.plugins.modules import vault
from ansible_collections.privatelink.recovery.plugins.modules.vault_credentials import MODULE
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from ...conftest import SUBSCRIPTION, VAULT, Cloud, four_times

NOW = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
ANSWER = {
    "properties": {
        "aadAuthority": "https://login.microsoftonline.com",
        "aadTenantId": "11111111-1111-4111-8111-111111111111",
        "servicePrincipalClientId": "44444444-4444-4444-8444-444444444444",
        "azureManagementEndpointAudience": "https://management.core.windows.net/",
        "resourceId": 4611686018427387905,
    }
}


@pytest.fixture
def with_vault(cloud: Cloud) -> Cloud:
    """An Azure with a vault."""
    made = cloud.run(vault.MODULE, name="vault-backup", resource_group="rg-backup", location="westeurope")
    assert not made.get("failed"), made
    cloud.mark()
    return cloud


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the file goes."""
    return tmp_path / "vault-backup.VaultCredentials"


def parts(place: Path) -> dict[str, str]:
    """The elements of the file."""
    return {node.tag.rpartition("}")[2]: node.text or "" for node in tree.fromstring(place.read_bytes())}


def test_fetched_once_and_used_again(with_vault: Cloud, place: Path) -> None:
    done = four_times(with_vault, MODULE, vault=VAULT, path=str(place))
    assert (done["fetched"], done["reason"]) == (True, "there is no file that can be used")
    assert done["vault_number"] == parts(place)["ResourceId"] != ""
    kept = with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert (kept["fetched"], kept["valid_to"], kept["vault_number"]) == (False, done["valid_to"], done["vault_number"])


def test_one_certificate_is_put_and_no_more_asked_for(with_vault: Cloud, place: Path) -> None:
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    today = dt.datetime.now(dt.UTC)
    name = f"CN=vault-backup{SUBSCRIPTION}-{today.month}-{today.day}-{today.year}-vaultcredentials"
    assert with_vault.writes() == [f"PUT {VAULT}/certificates/{name}"]
    with_vault.mark()
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert with_vault.requests() == []


def test_only_its_owner_may_read_it(with_vault: Cloud, place: Path) -> None:
    os.umask(0)
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [each.name for each in place.parent.iterdir()] == [place.name]


def test_the_shape_is_that_of_microsofts_own_tools(with_vault: Cloud, place: Path) -> None:
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    text = place.read_text()
    assert text.startswith(
        '<?xml version="1.0" encoding="utf-8"?>\n<RSBackupVaultAADCreds\n  xmlns:i="http://www.w3.org/2001/XMLSchema-instance"\n'
    )
    root = tree.fromstring(text)
    assert root.tag == f"{{{credentials.NAMESPACE}}}RSBackupVaultAADCreds"
    assert [node.tag.rpartition("}")[2] for node in root] == [
        *("Version", "SubscriptionId", "ResourceType", "ResourceName", "ManagementCert", "ResourceId", "ResourceGroup"),
        *("Location", "ProviderNamespace", "AadAuthority", "AadTenantId", "AadAudience", "ServicePrincipalClientId"),
        *("IdMgmtRestEndpoint", "AgentLinks", "PrivateEndpointStateForBackup"),
    ]
    reported = parts(place)
    assert (reported["SubscriptionId"], reported["ResourceGroup"], reported["ResourceName"]) == (
        SUBSCRIPTION,
        "rg-backup",
        "vault-backup",
    )
    assert (reported["Version"], reported["ResourceType"], reported["Location"]) == ("2.0", "Vaults", "westeurope")
    assert reported["AadAudience"] == f"https://RecoveryServiceVault/westeurope/vault-backup/{reported['ResourceId']}"
    assert (
        reported["PrivateEndpointStateForBackup"]
        == with_vault.document(VAULT)["properties"]["privateEndpointStateForBackup"]
    )


def test_the_certificate_in_it_is_the_one_azure_was_told(with_vault: Cloud, place: Path) -> None:
    done = with_vault.run(MODULE, vault=VAULT, path=str(place), validity_hours=3)
    key, kept, _more = pkcs12.load_key_and_certificates(base64.b64decode(parts(place)["ManagementCert"]), None)
    assert key is not None and kept is not None
    sent = credentials.own_identity("vault-backup", NOW, 3)
    assert x509.load_der_x509_certificate(base64.b64decode(sent.sent)).fingerprint(hashes.SHA256()) == (
        pkcs12.load_key_and_certificates(base64.b64decode(sent.kept), None)[1] or kept
    ).fingerprint(hashes.SHA256())
    use = kept.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [each.dotted_string for each in use] == ["1.3.6.1.5.5.7.3.2"]
    assert kept.not_valid_after_utc - kept.not_valid_before_utc == dt.timedelta(hours=3)
    assert done["valid_to"] == kept.not_valid_after_utc.isoformat()


def test_what_it_holds_is_shown_nowhere(with_vault: Cloud, place: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done = with_vault.run(MODULE, vault=VAULT, path=str(place))
    reported = parts(place)
    shown = json.dumps(done) + caplog.text + " ".join(with_vault.progress)
    assert reported["ManagementCert"][:40] not in shown
    assert reported["ServicePrincipalClientId"] not in shown
    assert done["diff"]["after"] == {"file": "registration file, content not shown"}
    assert reported["ManagementCert"] not in repr(credentials.own_identity("vault-backup", NOW, 1))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, "there is no file that can be used"),
        (credentials.Found(VAULT.lower(), "1", NOW, NOW + dt.timedelta(hours=1)), ""),
        (
            credentials.Found(VAULT.lower() + "-other", "1", NOW, NOW + dt.timedelta(hours=1)),
            "the file is for another vault",
        ),
        (credentials.Found(VAULT.lower(), "1", NOW - dt.timedelta(hours=2), NOW), "its certificate has expired"),
        (
            credentials.Found(VAULT.lower(), "1", NOW - dt.timedelta(hours=2), NOW + dt.timedelta(hours=9)),
            "its certificate was not made in the last 60 minutes",
        ),
        (
            credentials.Found(VAULT.lower(), "1", NOW + dt.timedelta(hours=2), NOW + dt.timedelta(hours=9)),
            "its certificate was not made in the last 60 minutes",
        ),
        (
            credentials.Found(VAULT.lower(), "1", NOW, NOW + dt.timedelta(hours=1), credentials.REPLICATION),
            "the file is for another agent",
        ),
        (
            credentials.Found(VAULT.lower(), "1", NOW, NOW + dt.timedelta(hours=1), site="site-berlin"),
            "the file is for another Hyper-V site",
        ),
    ],
)
def test_when_a_file_is_stale(found: credentials.Found | None, reason: str) -> None:
    assert stale(found, Wanted(VAULT), NOW) == reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<RSBackupVaultAADCreds/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        b"<a>" + b"b" * 70000 + b"</a>",
    ],
)
def test_what_is_no_registration_file(content: bytes) -> None:
    assert credentials.read(content) is None


def test_a_file_others_may_read_is_not_used_again(with_vault: Cloud, place: Path) -> None:
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    place.chmod(0o644)
    again = with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert again["fetched"] is True
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_file_for_another_vault_is_replaced(with_vault: Cloud, place: Path) -> None:
    other = VAULT.replace("vault-backup", "vault-other")
    with_vault.run(vault.MODULE, name="vault-other", resource_group="rg-backup", location="westeurope")
    with_vault.run(MODULE, vault=other, path=str(place))
    assert with_vault.run(MODULE, vault=VAULT, path=str(place))["reason"] == "the file is for another vault"
    assert parts(place)["ResourceName"] == "vault-backup"


def test_force_fetches_each_time(with_vault: Cloud, place: Path) -> None:
    first = with_vault.run(MODULE, vault=VAULT, path=str(place)) and place.read_bytes()
    assert with_vault.run(MODULE, vault=VAULT, path=str(place), force=True)["reason"] == "force is set"
    assert place.read_bytes() != first


def test_shredded_and_then_nothing_to_do(with_vault: Cloud, place: Path) -> None:
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    Path(f"{place}.part").write_text("half a credential")
    with_vault.mark()
    predicted = with_vault.run(MODULE, vault=VAULT, path=str(place), state="absent", check_mode=True)
    assert predicted["changed"] is True and place.exists()
    done = with_vault.run(MODULE, vault=VAULT, path=str(place), state="absent")
    assert (done["changed"], done["diff"]) == (True, predicted["diff"])
    assert list(place.parent.iterdir()) == []
    assert with_vault.run(MODULE, vault=VAULT, path=str(place), state="absent")["changed"] is False
    assert with_vault.requests() == []


def test_shredding_overwrites(tmp_path: Path) -> None:
    file, twin = tmp_path / "file", tmp_path / "twin"
    file.write_bytes(b"secret" * 10)
    os.link(file, twin)
    secret_files.shred(str(file))
    assert not file.exists()
    assert len(twin.read_bytes()) == 60 and b"secret" not in twin.read_bytes()


def test_a_killed_runs_part_does_not_stay(with_vault: Cloud, place: Path) -> None:
    Path(f"{place}.part").write_text("half a credential")
    with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert [each.name for each in place.parent.iterdir()] == [place.name]


def test_a_disk_that_refuses_leaves_nothing(with_vault: Cloud, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: t.Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    failed = with_vault.run(MODULE, vault=VAULT, path=str(place))
    assert failed["failed"] and "No space left on device" in failed["msg"]
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("relative.VaultCredentials", "must be absolute"),
        ("/dev/null/at/all/file", "cannot be written to"),
        ("/dev/null", "is no ordinary file"),
    ],
)
def test_where_it_cannot_be(with_vault: Cloud, path: str, says: str) -> None:
    failed = with_vault.run(MODULE, vault=VAULT, path=path)
    assert failed["failed"] and says in failed["msg"]
    assert with_vault.requests() == []


def test_a_missing_directory_is_made_for_its_owner_only(with_vault: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "file"
    assert with_vault.run(MODULE, vault=VAULT, path=str(path), state="absent")["changed"] is False
    assert not (tmp_path / "one").exists()
    assert with_vault.run(MODULE, vault=VAULT, path=str(path))["fetched"] is True
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_link_in_its_place_is_refused(with_vault: Cloud, place: Path, tmp_path: Path) -> None:
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="no ordinary file"):
        secret_files.check_place(str(place))


def test_without_a_vault_no_certificate_is_asked_for(cloud: Cloud, place: Path) -> None:
    failed = cloud.run(MODULE, vault=VAULT, path=str(place))
    assert failed["failed"] and "does not exist; no certificate was asked for" in failed["msg"]
    assert cloud.writes() == [] and not place.exists()


def test_a_certificate_of_the_service_without_its_key_is_refused(with_vault: Cloud, place: Path) -> None:
    failed = with_vault.run(MODULE, vault=VAULT, path=str(place), certificate="service")
    assert failed["failed"] and "without its private key" in failed["msg"]
    assert not place.exists()


def test_a_certificate_of_the_service_with_its_key_is_used() -> None:
    issued = credentials.own_identity("vault-backup", NOW, 240).kept
    answer = {"properties": {**ANSWER["properties"], "certificate": issued}}
    content = credentials.document(VAULT, {"location": "westeurope"}, answer, None)
    found = credentials.read(content)
    assert found is not None and found.ends == NOW + dt.timedelta(hours=240)
    assert b'<PrivateEndpointStateForBackup\n    i:nil="true" />' in content
    assert credentials.request(None) == {"properties": {}}


@pytest.mark.parametrize("missing", sorted(ANSWER["properties"]))
def test_an_answer_that_lacks_something_makes_no_file(missing: str) -> None:
    rest = {key: value for key, value in ANSWER["properties"].items() if key != missing}
    with pytest.raises(Refusal, match=missing):
        credentials.document(VAULT, {}, {"properties": rest}, credentials.own_identity("vault-backup", NOW, 1))


def test_what_azure_answers_cannot_break_the_file() -> None:
    answer = {"properties": {**ANSWER["properties"], "aadAuthority": "https://a/<b>&amp;"}}
    content = credentials.document(VAULT, {"location": "westeurope"}, answer, credentials.own_identity("v", NOW, 1))
    reported = {node.tag.rpartition("}")[2]: node.text for node in tree.fromstring(content)}
    assert reported["AadAuthority"] == "https://a/<b>&amp;"

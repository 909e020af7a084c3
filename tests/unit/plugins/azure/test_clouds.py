"""Which cloud: by name, or by asking an endpoint."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import cloud_discovery, clouds
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    CredentialError,
    InputError,
    Unreachable,
)
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE

from ...conftest import CREDENTIALS, Cloud

URL = "https://arm.example"


@pytest.mark.parametrize("name", ["AzureCloud", "azurecloud", "AzureUSGovernment", "AzureChinaCloud"])
def test_known_clouds(name: str) -> None:
    found = clouds.known_cloud(name)
    assert found is not None
    assert found.name.lower() == name.lower()
    assert found.resource_manager.startswith("https://management.")
    assert found.scope.endswith("/.default") and "//.default" not in found.scope


@pytest.mark.parametrize("url", ["https://127.0.0.1:4443", "https://arm.example/"])
def test_an_endpoint_must_be_asked(url: str) -> None:
    assert clouds.known_cloud(url) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("http://127.0.0.1", "is not https; tokens are never sent in the clear"),
        ("AzureGermanCloud", "retired"),
        ("Azure", "neither a known cloud"),
        ("https://", "neither a known cloud"),
        ("ftp://x", "neither a known cloud"),
    ],
)
def test_what_is_no_cloud(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        clouds.known_cloud(name)


METADATA = {
    "name": "AzureChinaCloud",
    "authentication": {"loginEndpoint": "https://login.example/", "audiences": ["https://one/", "https://two"]},
    "suffixes": {"storage": "core.example"},
}


def test_metadata_describe_the_cloud() -> None:
    found = cloud_discovery.from_metadata(URL, METADATA)
    assert found == clouds.Cloud(
        "AzureChinaCloud", URL, "https://login.example", "https://one/.default", "", "", "core.example"
    )
    assert cloud_discovery.from_metadata(f"{URL}/", [METADATA]) == found
    assert clouds.Cloud(**found.as_dict()) == found


@pytest.mark.parametrize(
    ("document", "name", "backup", "storage"),
    [
        ({"name": "AzureCloud"}, "AzureCloud", "backup.windowsazure.com", "core.windows.net"),
        ({}, "Custom", "", ""),
        ({"name": "Stack"}, "Stack", "", ""),
    ],
)
def test_what_metadata_leave_out(document: dict[str, t.Any], name: str, backup: str, storage: str) -> None:
    found = cloud_discovery.from_metadata(
        URL, {"authentication": {"loginEndpoint": "https://login.example"}, **document}
    )
    assert (found.name, found.backup_suffix, found.storage_suffix) == (name, backup, storage)
    assert found.scope == f"{URL}/.default"


@pytest.mark.parametrize("document", [None, [], {}, {"name": "x"}, "text", [1]])
def test_what_does_not_describe_a_cloud(document: t.Any) -> None:
    with pytest.raises(Unreachable, match=r"is https://arm\.example an Azure Resource Manager"):
        cloud_discovery.from_metadata(URL, document)


def test_the_emulator_is_asked_once_per_connection(cloud: Cloud) -> None:
    connection = cloud.connection
    assert connection.cloud.resource_manager == CREDENTIALS["cloud_environment"]
    assert connection.cloud.authority == CREDENTIALS["cloud_environment"]
    assert connection.cloud.backup_suffix == "backup.windowsazure.com"
    asked = [entry for entry in cloud.arm.log if entry["path"] == "/metadata/endpoints"]
    assert len(asked) == 1
    # It is asked before any sign-in, so no token goes along.
    assert cloud.arm.log[0] == asked[0]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_endpoint_that_refuses(cloud: Cloud, status: int) -> None:
    service = next(one for one in cloud.arm.services if hasattr(one, "faults"))
    service.faults.add({"match": {"path": "/metadata/"}, "nth": "every", "action": {"status": status}})
    with pytest.raises(CredentialError, match=f"answered {status}; is it an Azure Resource Manager"):
        assert cloud.connection


def test_a_module_says_so(cloud: Cloud) -> None:
    result = cloud.run(MODULE, resource_group="rg-backup", cloud_environment="http://127.0.0.1")
    assert result["failed"] and "never sent in the clear" in result["msg"]
    assert cloud.arm.log == []

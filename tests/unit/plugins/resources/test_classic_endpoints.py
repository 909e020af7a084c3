"""How a classic vault's storage endpoints are known: by their names, and told from those of another endpoint."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.classic_endpoints import (
    is_storage_endpoint,
    publishes_storage,
    storage_endpoints,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_names import PublishedName


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("pe_ecs114_blob", True),
        ("pe_ecs114_queue", True),
        ("PE_PROT120_BLOB", True),
        ("pe_ecs_blob", True),
        ("pe", False),
        ("pe_blob", False),
        ("pe_ecs114_table", False),
        ("ecs114_blob", False),
        ("pe_ecs114_blob_old", False),
    ],
)
def test_names_of_storage_endpoints(name: str, is_one: bool) -> None:
    assert is_storage_endpoint(name) is is_one


def test_those_beside_an_endpoint() -> None:
    names = ("pe", "pe_prot1_blob", "PE_ecs1_queue", "pe-two_ecs1_blob", "pe_mine_blob", "other_ecs1_blob")
    found = storage_endpoints("Pe", [{"name": name} for name in names])
    assert [item["name"] for item in found] == ["PE_ecs1_queue", "pe_prot1_blob"]


@pytest.mark.parametrize(
    ("fqdn", "storage"),
    [
        ("abcpod01ecs114.blob.core.windows.net", True),
        ("abcpod01ecs114.privatelink.queue.core.usgovcloudapi.net", True),
        ("1234-ab-pod01-ecs1.privatelink.we.backup.windowsazure.com", False),
    ],
)
def test_names_of_storage_on_an_endpoint(fqdn: str, storage: bool) -> None:
    name = PublishedName(fqdn=fqdn, ip_addresses=[], group_id="", member="")
    assert publishes_storage([name]) is storage

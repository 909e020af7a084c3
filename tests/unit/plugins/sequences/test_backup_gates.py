"""Gates of the Backup sequence whose world is too large, or too quiet, for the tables of ``test_preflight``."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates import endpoints as endpoint_gates
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE

from ...conftest import SUBNET, VAULT, Cloud

WANTED: dict[str, t.Any] = {
    "vault": {"name": "vault-backup", "resource_group": "rg-backup"},
    "endpoints": [{"name": "pe-backup", "subnet": SUBNET}],
    "dns_zones": {"resource_group": "rg-dns"},
    "enforce": False,
}
OTHER = VAULT.replace("vault-backup", "vault-other")
NEIGHBOUR = {
    "name": "pe-other", "resource_group": "rg-backup", "virtual_network": "vnet-app", "subnet": "endpoints", "target": OTHER,
}  # fmt: skip


def gate(result: dict[str, t.Any], name: str) -> list[dict[str, t.Any]]:
    assert not result.get("failed"), result
    return [row for row in result["gates"] if row["name"] == name]


@pytest.mark.parametrize(("limit", "verdicts"), [(1, ["ok", "refused"]), (2, ["ok"])])
def test_a_full_network_takes_no_endpoint(
    make_cloud: t.Callable[..., Cloud], monkeypatch: pytest.MonkeyPatch, limit: int, verdicts: list[str]
) -> None:
    assert endpoint_gates.ENDPOINTS_PER_NETWORK == 1000
    monkeypatch.setattr(endpoint_gates, "ENDPOINTS_PER_NETWORK", limit)
    cloud = make_cloud(vaults=[{"name": "vault-other", "resource_group": "rg-backup"}], private_endpoints=[NEIGHBOUR])
    assert [row["verdict"] for row in gate(cloud.run(MODULE, **WANTED), "quota")] == verdicts


@pytest.mark.parametrize(("key", "verdict"), [("https://keys.vault.azure.net/keys/k/1", "warning"), ("", "ok")])
def test_a_key_of_the_customers_is_warned_of(make_cloud: t.Callable[..., Cloud], key: str, verdict: str) -> None:
    vault = {"name": "vault-backup", "resource_group": "rg-backup", "encryption_key_vault": key}
    cloud = make_cloud(vaults=[{**vault, "created_days_ago": 0.04}])
    result = cloud.run(MODULE, **WANTED)
    assert [row["verdict"] for row in gate(result, "encryption")] == [verdict]
    assert result["passed"], result["message"]
    assert any(key in text for text in result.get("warnings", [])) is (verdict == "warning")

"""The emulator's geo codes and the collection's are the same facts."""

from __future__ import annotations

import re

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import geo_codes
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.geo_codes import GEO_CODES


def test_both_copies_agree() -> None:
    assert {name: tuple(region) for name, region in geo_codes.regions().items()} == {
        name: (entry.code, entry.cloud) for name, entry in GEO_CODES.items()
    }


def test_codes_are_labels_and_unique() -> None:
    codes = [entry.code for entry in GEO_CODES.values()]
    assert len(set(codes)) == len(codes) == 91
    assert all(re.fullmatch(r"[a-z0-9]+", code) for code in codes)


def test_regions_of_one_source_are_provisional() -> None:
    assert sum(entry.provisional for entry in GEO_CODES.values()) == 13


@pytest.mark.parametrize(
    ("region", "cloud", "settings", "code"),
    [
        ("West Europe", "AzureCloud", {}, "we"),
        ("West Europe", "AzureUSGovernment", {}, None),
        ("usgovvirginia", "AzureUSGovernment", {}, "ugv"),
        ("usgovvirginia", "AzureChinaCloud", {}, None),
        ("atlantis", "AzureCloud", {}, None),
        ("atlantis", "AzureCloud", {"geo_codes": {"Atlantis": "at"}}, "at"),
    ],
)
def test_lookup(region: str, cloud: str, settings: dict[str, dict[str, str]], code: str | None) -> None:
    assert geo_codes.geo_code(region, cloud, settings) == code

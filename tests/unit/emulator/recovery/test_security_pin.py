"""The PIN that changing a passphrase takes."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import VAULT, Azure

BODY = {"location": "West Europe", "sku": {"name": "Standard"}, "properties": {}}
YEAR_ONE = 62135596800


def test_each_pin_is_new_and_ends_after_five_minutes() -> None:
    azure = Azure()
    assert azure.refused("POST", f"{VAULT}/backupSecurityPIN", {}, api="2025-02-01")[0] == 404
    assert azure.send("PUT", VAULT, BODY, api="2024-04-01").status == 201
    first, second = (
        azure.send("POST", f"{VAULT}/backupSecurityPIN", {}, api="2025-02-01").document for _time in range(2)
    )
    assert first["securityPIN"].isdigit() and len(first["securityPIN"]) == 6
    assert first["securityPIN"] != second["securityPIN"]
    assert first["expiryTimeInUtcTicks"] / 10_000_000 - YEAR_ONE - azure.arm.clock.now() == 300

"""What is not verified about key vaults: one setting each, overridden by the world file's ``settings``."""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...wire import JSON, ArmError

DEFAULTS: JSON = {
    # Microsoft Learn "Azure Key Vault soft-delete overview": 7 to 90 days, 90 unless said otherwise.
    "key_vault_retention_days": 90,
    # azure-cli recording ``test_keyvault_private_endpoint_connection.yaml``: a rejected connection was approved again.
    "key_vault_rejected_can_be_approved": True,
    # Codes of refusals that no public recording shows.
    "key_vault_refusal_codes": {
        "group_unknown": "BadRequest",
        "connection_state": "BadRequest",
        "name_invalid": "VaultNameNotValid",
        "retention_days": "BadRequest",
    },
}


def setting(arm: Arm, name: str) -> t.Any:
    """A setting of the world, or its default."""
    return arm.settings.get(name, DEFAULTS[name])


def refusal(arm: Arm, name: str, message: str) -> ArmError:
    """A refusal (400) whose code no public source shows: the world's ``key_vault_refusal_codes`` decide it."""
    codes = {**DEFAULTS["key_vault_refusal_codes"], **arm.settings.get("key_vault_refusal_codes", {})}
    return ArmError(400, codes[name], message)

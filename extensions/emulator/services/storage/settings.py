"""What is not verified about storage accounts: one setting each, overridden by the world file's ``settings``.

A code under ``storage_refusal_codes`` is the emulator's own guess: public sources describe the refusal, none shows its
body.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...wire import JSON, ArmError

DEFAULTS: JSON = {
    # `accepted`: 202 and ``Location``, as azure-cli's recordings of new accounts have it; `done`: 200 with the account.
    "storage_account_put": "accepted",
    # Microsoft Learn "Replicate machines with private endpoints" speaks of General Purpose v2 only.
    "storage_endpoint_kinds": ["StorageV2"],
    # The second label of a static website's name differs from region to region.
    "storage_web_label": "z6",
    # Whether a rejection can be taken back is not documented.
    "storage_rejected_can_be_approved": False,
    "storage_refusal_codes": {
        "endpoint_kind": "BadRequest",
        "group_unknown": "BadRequest",
        "connection_state": "BadRequest",
        "network_rules": "InvalidRequestPropertyValue",
        "kind_change": "InvalidAccountKindChange",
        "retention_days": "InvalidRequestPropertyValue",
    },
}


def setting(arm: Arm, name: str) -> t.Any:
    """A setting of the world, or its default."""
    return arm.settings.get(name, DEFAULTS[name])


def refusal(arm: Arm, name: str, message: str) -> ArmError:
    """A refusal (400) whose code no public source shows: the world's ``storage_refusal_codes`` decide it."""
    codes = {**DEFAULTS["storage_refusal_codes"], **arm.settings.get("storage_refusal_codes", {})}
    return ArmError(400, codes[name], message)

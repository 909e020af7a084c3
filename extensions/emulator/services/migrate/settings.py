"""What is not verified about Azure Migrate: one setting each, overridden by the world file's ``settings``.

No recording of a PUT of a project, an assessment project or a master site is public, nor one of their private endpoint
connections: statuses follow azure-rest-api-specs, codes marked so are the emulator's own.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...wire import JSON, ArmError

DEFAULTS: JSON = {
    # The geo code in names is not that of the project's region (a public export of a project in centralus has wus2, one in
    # westus2 has cus): by region, and for every other one.
    "migrate_geo_codes": {"centralus": "wus2", "westus2": "cus", "westeurope": "neu", "usgovvirginia": "uga"},
    "migrate_geo_code": "cus",
    # Whether a rejection can be taken back is not documented for Migrate.
    "migrate_rejected_can_be_approved": False,
    # Names of deleted assessment projects are taken for some time; how long is not documented.
    "assessment_project_deleted_days": 30,
    # Whether a second endpoint of the same name is refused: third-party templates report the code, the condition is theirs.
    "migrate_connection_exists": "refuse",
    "migrate_refusal_codes": {
        "group_unknown": "BadRequest",
        "connection_state": "BadRequest",
        "public_project": "BadRequest",
        "name_invalid": "InvalidResourceName",
    },
    # 412: Microsoft's own code word, its status is not shown anywhere.
    "assessment_project_deleted_status": 412,
}


def setting(arm: Arm, name: str) -> t.Any:
    """A setting of the world, or its default."""
    return arm.settings.get(name, DEFAULTS[name])


def refusal(arm: Arm, name: str, message: str) -> ArmError:
    """A refusal (400) whose code no public source shows: the world's ``migrate_refusal_codes`` decide it."""
    codes = {**DEFAULTS["migrate_refusal_codes"], **arm.settings.get("migrate_refusal_codes", {})}
    return ArmError(400, codes[name], message)

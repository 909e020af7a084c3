"""The sequences there are."""

from __future__ import annotations

from .backup import BACKUP_GATES
from .gates.locks import teardown_locks
from .gates.replication import replication
from .gates.teardown import in_use, permissions
from .inspection import Check
from .site_recovery import SITE_RECOVERY_GATES

GATES: dict[str, tuple[tuple[str, Check], ...]] = {"backup": BACKUP_GATES, "site_recovery": SITE_RECOVERY_GATES}
TEARDOWN_GATES: dict[str, tuple[tuple[str, Check], ...]] = {
    "backup": (("permissions", permissions), ("in_use", in_use), ("locks", teardown_locks)),
    "site_recovery": (("permissions", permissions), ("replication", replication), ("locks", teardown_locks)),
}

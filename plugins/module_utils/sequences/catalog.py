"""The sequences there are: a sequence is added by its table and a line here."""

from __future__ import annotations

from .backup import BACKUP
from .dpm_mabs import DPM_MABS
from .migrate import MIGRATE
from .sequence import Sequence
from .site_recovery import SITE_RECOVERY

SEQUENCES: dict[str, Sequence] = {sequence.name: sequence for sequence in (BACKUP, SITE_RECOVERY, DPM_MABS, MIGRATE)}

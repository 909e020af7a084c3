"""What a person has to do or decide in a sequence, as rows of its report: what no API can do is never left unsaid."""

from __future__ import annotations

from ..wire import JSON
from .backup import BACKUP_ARTICLE
from .catalog import SEQUENCES
from .sequence import Row

CHECKLISTS: dict[str, tuple[Row, ...]] = {
    name: rows for sequence in SEQUENCES.values() for name, rows in sequence.checklists.items()
}
#: What a report shows of a row.
SHOWN = ("id", "what", "who", "why", "evidence")
#: In place of what must wait, while a report does not prove that the vault is ready.
NOT_YET = Row(
    "not-yet",
    "Protect nothing with this vault yet; register no server and no machine.",
    "everyone who may protect something",
    "This report does not prove that the vault is reached privately; an attempt before its endpoint exists would close the "
    f"vault to private endpoints for good. {BACKUP_ARTICLE}",
    "a later report that says: ready to protect",
)


def rows(name: str, *, ready: bool = True, made: bool = False) -> list[JSON]:
    """The rows of a checklist as the report takes them; unless everything is ready, what must wait is not among them.

    ``made``: the target is there, or the run makes it.
    """
    left = [row for row in CHECKLISTS[name] if not (made and row.until_made)]
    found = [row if ready or not row.after_proof else NOT_YET for row in left]
    return [{**{key: getattr(row, key) for key in SHOWN}, "done": False} for row in found]

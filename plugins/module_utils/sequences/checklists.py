"""What a person has to do or decide in a sequence, as rows of its report: what no API can do is never left unsaid."""

from __future__ import annotations

from ..wire import JSON
from .backup import BACKUP_ARTICLE
from .catalog import SEQUENCES
from .sequence import Row

CHECKLISTS: dict[str, tuple[Row, ...]] = {
    name: rows for sequence in SEQUENCES.values() for name, rows in sequence.checklists.items()
}
#: In place of what must wait, while a report does not prove that the vault is ready.
NOT_YET = Row(
    "not-yet",
    "Protect nothing with this vault yet; register no server and no machine.",
    "everyone who may protect something",
    "This report does not prove that the vault is reached privately; an attempt before its endpoint exists would close the "
    f"vault to private endpoints for good. {BACKUP_ARTICLE}",
    "a later report that says: ready to protect",
)


def rows(name: str, *, ready: bool = True) -> list[JSON]:
    """The rows of a checklist as the report takes them; unless everything is ready, what must wait is not among them."""
    found = [row if ready or not row.after_proof else NOT_YET for row in CHECKLISTS[name]]
    return [
        {**{key: value for key, value in row._asdict().items() if key != "after_proof"}, "done": False} for row in found
    ]

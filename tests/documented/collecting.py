"""What the documentation tells a reader to type: commands, and whole playbooks."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Where a reader meets a command. In playbooks only the comment at their head is read.
PAGES = ("README.md", "docs/*.md", "roles/*/README.md", "extensions/*/README.md")
HEADERS = "playbooks/*.yml"
#: The first word of a command in running text; in a console block every line is a command, whatever it begins with.
PROGRAMS = (
    *("ansible-playbook", "ansible-doc", "ansible-galaxy", "ansible-vault", "ansible-lint", "ansible-test"),
    *("make", "pip", "python", "curl", "jq", "az", "armclient", "apt-get", "npm"),
)
_CONSOLE = ("console", "sh", "bash", "shell")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
# A playbook with its options is half a command.
_IN_TEXT = re.compile(rf"(?:[A-Z]+=\S+ )*(?:\S*/)?(?:{'|'.join(PROGRAMS)}) \S|privatelink\.recovery\.\w+ -")
#: The five fields of a line of cron before the command.
_SCHEDULE = re.compile(r"^(?:[\d*/,-]+ ){5}")
_OPTION = re.compile(r" \[([^\]]+)\]")


@dataclass(frozen=True)
class Shown:
    """A command or a whole playbook that ``page`` shows at ``line``.

    ``name`` is what a table calls it: the command in one line, without its comment; of a playbook the page and the name of
    its first play. ``text`` is the playbook, empty for a command.
    """

    page: str
    line: int
    name: str
    text: str = ""

    @property
    def place(self) -> str:
        """Page and line, as an editor opens them."""
        return f"{self.page}:{self.line}"


def collect(root: Path) -> list[Shown]:
    """All commands and playbooks that the documentation below ``root`` shows, page by page in their order."""
    found: list[Shown] = []
    for pattern in PAGES:
        for path in sorted(root.glob(pattern)):
            found += _of_page(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    for path in sorted(root.glob(HEADERS)):
        found += _of_header(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    return found


def typed(command: str, *, options: bool) -> str:
    """What is typed of a command: without the schedule of cron, and with or without what stands in ``[brackets]``."""
    return _OPTION.sub(r" \1" if options else "", _SCHEDULE.sub("", command))


def _of_page(page: str, text: str) -> t.Iterator[Shown]:
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block[1] in _CONSOLE:
            yield from _of_block(page, line, block[2])
        elif block[1] in ("yaml", "yml"):
            yield from _of_yaml(page, line, block[2])
    # Blocks are emptied, not removed: lines keep their numbers.
    prose = _BLOCK.sub(lambda block: re.sub(r"[^\n]", "", block[0]), text)
    for span in _INLINE.finditer(prose):
        command = " ".join(span[1].split())
        if _IN_TEXT.match(command):
            yield Shown(page, prose.count("\n", 0, span.start()) + 1, command)


def _of_block(page: str, line: int, block: str) -> t.Iterator[Shown]:
    """Each line is a command; one that ends with a backslash goes on in the next."""
    begun, waiting = line, ""
    for number, row in enumerate(block.splitlines(), line):
        begun = begun if waiting else number
        waiting += row.removesuffix("\\")
        if not row.endswith("\\"):
            command = " ".join(re.sub(r"(^|\s)#\s.*$", "", waiting).split())
            waiting = ""
            if command:
                yield Shown(page, begun, command)


def _of_yaml(page: str, line: int, block: str) -> t.Iterator[Shown]:
    plays = yaml.safe_load(block)
    if isinstance(plays, list) and all(isinstance(play, dict) and "hosts" in play for play in plays):
        yield Shown(page, line, f"{page}: {plays[0].get('name', '')}", block)


def _of_header(page: str, text: str) -> t.Iterator[Shown]:
    for number, row in enumerate(text.splitlines(), 1):
        if row.startswith("# ") and _IN_TEXT.match(row[2:]):
            yield Shown(page, number, " ".join(row[2:].split()))
        elif row and not row.startswith(("#", "---")):
            return

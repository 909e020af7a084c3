"""The topology of a report as a drawing: networks, zones, endpoints and what they lead to, as one SVG element."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from html import escape

from .wire import JSON

# Pixels of the drawing; it is scaled to the page.
BOX_WIDTH, LINE_HEIGHT, PADDING = 250, 17, 10
COLUMN_GAP, ROW_GAP, HEADING = 110, 24, 30
LONGEST_TEXT = 34
COLUMNS = ("Virtual networks", "Private DNS zones", "Private endpoints", "Reached privately")


@dataclass(frozen=True)
class Box:
    """Something that exists: its id, its name and what is to be said of it. ``good`` None: nobody has judged it."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    good: bool | None = None

    @property
    def height(self) -> int:
        """Pixels."""
        return 2 * PADDING + LINE_HEIGHT * (1 + len(self.lines))


@dataclass(frozen=True)
class Line:
    """A relation of two boxes, told in a word."""

    start: str
    end: str
    label: str
    good: bool | None = None


@dataclass
class Topology:
    """Boxes by column, and the lines between them."""

    columns: tuple[dict[str, Box], ...] = field(default_factory=lambda: tuple({} for _title in COLUMNS))
    lines: list[Line] = field(default_factory=list)

    def add(self, column: int, box: Box) -> None:
        """Keep a box once."""
        self.columns[column].setdefault(box.key, box)


def topology(report: t.Mapping[str, t.Any]) -> Topology:
    """What a report's resources, names and links say of the way from a network to the vault."""
    made = Topology()
    names = report.get("names") or []
    for row in report.get("resources") or []:
        key = _key(row.get("id"))
        if row.get("kind") == "vault":
            made.add(3, Box(key, str(row.get("name")), _details(row), _succeeded(row)))
    for row in report.get("resources") or []:
        if row.get("target"):
            _add_endpoint(made, row, [name for name in names if name.get("endpoint") == row.get("name")])
    for row in report.get("links") or []:
        zone, network = _key(row.get("zone")), _key(row.get("virtual_network"))
        if zone in made.columns[1]:
            made.add(0, Box(network, _last(row.get("virtual_network"))))
            state = str(row.get("state") or "")
            made.lines.append(Line(network, zone, "linked" if state == "Completed" else state, state == "Completed"))
    return made


def _add_endpoint(made: Topology, row: JSON, names: t.Sequence[JSON]) -> None:
    """An endpoint between its zones (or, where nobody's zones are known, its network) and what it leads to."""
    key, target, network = _key(row.get("id")), _key(row["target"]), _key(row.get("virtual_network"))
    addresses = sorted({str(text) for name in names for text in name.get("ip_addresses") or []})
    shown = f"{addresses[0]} and {len(addresses) - 1} more" if len(addresses) > 1 else "".join(addresses)
    place = f"in {_last(row.get('virtual_network'))}" if network else ""
    made.add(2, Box(key, str(row.get("name")), tuple(text for text in (place, shown) if text), _succeeded(row)))
    made.add(3, Box(target, _last(row["target"])))
    made.lines.append(Line(key, target, str(row.get("connection") or ""), row.get("connection") == "Approved"))
    zones = [str(zone) for zone in row.get("zones") or []]
    for zone in zones:
        made.add(1, Box(_key(zone), _last(zone), (f"in {_group(zone)}",)))
        mine = [name for name in names if str(name.get("zone") or "").lower() == _last(zone).lower()]
        made.lines.append(Line(_key(zone), key, *_told(mine)))
    if not zones and network:
        made.add(0, Box(network, _last(row["virtual_network"])))
        made.lines.append(Line(network, key, *_told(names)))


def _told(names: t.Sequence[JSON]) -> tuple[str, bool | None]:
    """How many names there are and whether they resolve; None while nobody asked."""
    asked = [name for name in names if name.get("resolved") is not None]
    count = f"{len(names)} name{'' if len(names) == 1 else 's'}"
    if not asked:
        return count, None
    wrong = sum(not name["resolved"] for name in asked)
    return (f"{wrong} of {count} wrong", False) if wrong else (f"{count}, proved", True)


def draw(made: Topology) -> str:
    """The drawing; empty when there is nothing to draw. Everything in it is escaped."""
    if not made.columns[2]:
        return ""
    places: dict[str, tuple[int, int, Box]] = {}
    height = 0
    for number, column in enumerate(made.columns):
        top = HEADING
        for box in column.values():
            places[box.key] = (number * (BOX_WIDTH + COLUMN_GAP), top, box)
            top += box.height + ROW_GAP
        height = max(height, top)
    width = len(COLUMNS) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP
    parts = [
        f'<svg class="topology" viewBox="0 0 {width} {height}" role="img" aria-label="The way from each network to the vault">'
    ]
    for number, title in enumerate(COLUMNS):
        if made.columns[number]:
            parts.append(_text(number * (BOX_WIDTH + COLUMN_GAP), 14, title, "heading"))
    parts += [_line(line, places) for line in made.lines if line.start in places and line.end in places]
    parts += [_box(left, top, box) for left, top, box in places.values()]
    return "\n".join([*parts, "</svg>"])


def _line(line: Line, places: t.Mapping[str, tuple[int, int, Box]]) -> str:
    (left, top, start), (right, bottom, end) = places[line.start], places[line.end]
    x1, y1 = left + BOX_WIDTH, top + start.height // 2
    x2, y2 = right, bottom + end.height // 2
    middle = (x1 + x2) // 2
    path = f'<path class="{_class(line.good)}" d="M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"/>'
    # Just before the end, where lines that begin at one box have parted.
    return path + _text(x2 - 6, y2 - 6, line.label, "label")


def _box(left: int, top: int, box: Box) -> str:
    texts = [_text(left + PADDING, top + PADDING + 13, box.title, "title")]
    texts += [
        _text(left + PADDING, top + PADDING + 13 + LINE_HEIGHT * number, text, "")
        for number, text in enumerate(box.lines, 1)
    ]
    frame = f'<rect class="{_class(box.good)}" x="{left}" y="{top}" width="{BOX_WIDTH}" height="{box.height}" rx="6"/>'
    return frame + "".join(texts)


def _text(x: int, y: int, text: str, kind: str) -> str:
    short = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return f'<text class="{kind}" x="{x}" y="{y}"><title>{escape(text)}</title>{escape(short)}</text>'


def _class(good: bool | None) -> str:
    return "unjudged" if good is None else "good" if good else "bad"


def _details(row: JSON) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(row.get("detail") or "").split(",") if part.strip())


def _succeeded(row: JSON) -> bool:
    return str(row.get("state") or "").lower() == "succeeded"


def _key(resource_id: t.Any) -> str:
    return str(resource_id or "").lower()


def _last(resource_id: t.Any) -> str:
    return str(resource_id or "").rsplit("/", 1)[-1]


def _group(resource_id: str) -> str:
    parts = resource_id.split("/")
    return parts[4] if len(parts) > 4 else ""

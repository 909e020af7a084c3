"""The topology of a report as a drawing: networks, zones, endpoints and what they lead to, as one SVG element."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from html import escape

from ..ids import fold_id
from ..texts import on_one_line
from ..wire import JSON

# Pixels of the drawing; it is scaled to the page.
LEAST_WIDTH, LINE_HEIGHT, PADDING = 160, 17, 10
COLUMN_GAP, ROW_GAP, HEADING = 150, 24, 30
# The widest a letter of the page's fonts is on average, in bold and not.
BOLD_LETTER, LETTER = 8.8, 7.9
# Longer than any name Azure gives; only such a text is shortened.
LONGEST_TEXT, LONGEST_LABEL = 90, 20
COLUMNS = ("Virtual networks", "Private DNS zones", "Private endpoints", "Reached privately")


@dataclass(frozen=True)
class Box:
    """Something that exists: its name and what is to be said of it. ``good`` None: nobody has judged it."""

    title: str
    lines: tuple[str, ...] = ()
    good: bool | None = None

    @property
    def width(self) -> int:
        """Pixels: room for its longest text."""
        widest = max(
            [BOLD_LETTER * len(_shortened(self.title)), *(LETTER * len(_shortened(text)) for text in self.lines)]
        )
        return max(LEAST_WIDTH, round(widest) + 2 * PADDING)

    def height(self, arriving: int) -> int:
        """Pixels: room for its texts, and for the words of so many lines that end at it."""
        return max(2 * PADDING + LINE_HEIGHT * (1 + len(self.lines)), LINE_HEIGHT * (1 + arriving))


@dataclass(frozen=True)
class Line:
    """A relation of two boxes, named in a word."""

    start: str
    end: str
    label: str
    good: bool | None = None


class Place(t.NamedTuple):
    """Where a box is drawn, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass
class Topology:
    """Boxes by the folded id of what they stand for, column by column, and the lines between them."""

    columns: tuple[dict[str, Box], ...] = field(default_factory=lambda: tuple({} for _title in COLUMNS))
    lines: list[Line] = field(default_factory=list)

    def add(self, column: int, key: str, box: Box) -> None:
        """Keep what is first said of a thing."""
        self.columns[column].setdefault(key, box)


def topology(report: t.Mapping[str, t.Any]) -> Topology:
    """What a report's resources, names and links say of the way from a network to the vault."""
    made = Topology()
    names = report.get("names") or []
    for row in report.get("resources") or []:
        if row.get("kind") == "vault":
            # This knows more of it than an endpoint that leads there.
            made.columns[3][_key(row.get("id"))] = Box(str(row.get("name")), _details(row), _succeeded(row))
        elif row.get("target"):
            _add_endpoint(made, row, [name for name in names if name.get("endpoint") == row.get("name")])
    for row in report.get("links") or []:
        zone, network = _key(row.get("zone")), _key(row.get("virtual_network"))
        if zone in made.columns[1]:
            made.add(0, network, Box(_last(row.get("virtual_network"))))
            state = str(row.get("state") or "")
            made.lines.append(Line(network, zone, "linked" if state == "Completed" else state, state == "Completed"))
    return made


def _add_endpoint(made: Topology, row: JSON, names: t.Sequence[JSON]) -> None:
    """An endpoint between its zones (or, where nobody's zones are known, its network) and what it leads to."""
    key, target, network = _key(row.get("id")), _key(row["target"]), _key(row.get("virtual_network"))
    texts = {str(text) for name in names for text in name.get("ip_addresses") or []}
    addresses = sorted(texts, key=lambda text: [part.rjust(3) for part in text.split(".")])
    shown = f"{addresses[0]} and {len(addresses) - 1} more" if len(addresses) > 1 else "".join(addresses)
    place = f"in {_last(row.get('virtual_network'))}" if network else ""
    made.add(2, key, Box(str(row.get("name")), tuple(text for text in (place, shown) if text), _succeeded(row)))
    made.add(3, target, Box(_last(row["target"])))
    made.lines.append(Line(key, target, str(row.get("connection") or ""), row.get("connection") == "Approved"))
    zones = [str(zone) for zone in row.get("zones") or []]
    for zone in zones:
        made.add(1, _key(zone), Box(_last(zone), (f"in {_group(zone)}",)))
        mine = [name for name in names if str(name.get("zone") or "").lower() == _last(zone).lower()]
        made.lines.append(Line(_key(zone), key, *_told(mine)))
    if not zones and network:
        made.add(0, network, Box(_last(row["virtual_network"])))
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
    arriving = {key: [line for line in made.lines if line.end == key] for column in made.columns for key in column}
    heights = [[box.height(len(arriving[key])) for key, box in column.items()] for column in made.columns]
    tallest = max(sum(tall) + ROW_GAP * len(tall) for tall in heights)
    places: dict[str, Place] = {}
    headings: list[str] = []
    labels: list[str] = []
    left = 0
    for name, column, tall in zip(COLUMNS, made.columns, heights):
        if not column:
            continue
        wide = max([round(LETTER * len(name)), *(box.width for box in column.values())])
        headings.append(_text(left, 14, name, "heading"))
        top = HEADING + (tallest - sum(tall) - ROW_GAP * len(tall)) // 2
        for key, height in zip(column, tall):
            places[key] = Place(left, top, wide, height)
            top += height + ROW_GAP
        left += wide + COLUMN_GAP
    size = f"{left - COLUMN_GAP} {HEADING + tallest}"
    label = "The way from each network to what it reaches privately"
    parts = [f'<svg class="topology" viewBox="0 0 {size}" role="img" aria-label="{label}">', *headings]
    for key, lines in arriving.items():
        for number, line in enumerate(lines, 1):
            if line.start in places:
                way, label = _line(line, places[line.start], places[key], number / (len(lines) + 1))
                parts.append(way)
                labels.append(label)
    # Labels cover what crosses them.
    parts += [*labels, *(_box(places[key], box) for column in made.columns for key, box in column.items())]
    return "\n".join([*parts, "</svg>"])


def _line(line: Line, start: Place, end: Place, share: float) -> tuple[str, str]:
    """A curve that ends at a share of the box's height, so that the words of several do not cover one another."""
    x1, y1 = start.left + start.width, start.top + start.height // 2
    x2, y2 = end.left, end.top + int(end.height * share)
    middle = (x1 + x2) // 2
    path = f'<path class="{_class(line.good)}" d="M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"/>'
    return path, _text(x2 - 6, y2 - 4, line.label, "label", LONGEST_LABEL)


def _box(place: Place, box: Box) -> str:
    left, top = place.left + PADDING, place.top + PADDING + 13
    texts = [_text(left, top, box.title, "title")]
    texts += [_text(left, top + LINE_HEIGHT * number, text, "") for number, text in enumerate(box.lines, 1)]
    size = f'x="{place.left}" y="{place.top}" width="{place.width}" height="{place.height}"'
    return f'<rect class="{_class(box.good)}" {size} rx="6"/>' + "".join(texts)


def _text(x: int, y: int, text: str, kind: str, longest: int = LONGEST_TEXT) -> str:
    whole, short = on_one_line(text), _shortened(text, longest)
    named = f"<title>{escape(whole)}</title>" if short != whole else ""
    return f'<text class="{kind}" x="{x}" y="{y}">{named}{escape(short)}</text>'


def _shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    shown = on_one_line(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _class(good: bool | None) -> str:
    return "unjudged" if good is None else "good" if good else "bad"


def _details(row: JSON) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(row.get("detail") or "").split(",") if part.strip())


def _succeeded(row: JSON) -> bool:
    return str(row.get("state") or "").lower() == "succeeded"


def _key(resource_id: t.Any) -> str:
    return fold_id(str(resource_id or ""))


def _last(resource_id: t.Any) -> str:
    return str(resource_id or "").rsplit("/", 1)[-1]


def _group(resource_id: str) -> str:
    parts = resource_id.split("/")
    return parts[4] if len(parts) > 4 else ""

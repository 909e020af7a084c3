"""The report as one HTML page: nothing is loaded, nothing runs, everything given is escaped."""

from __future__ import annotations

import re
from html import escape

from ..texts import on_one_line
from .markdown import PAGES
from .sections import Section, Words, plain, used

_COLORS = """--back: {0}; --text: {1}; --line: {2}; --good: {3}; --bad: {4}; --muted: {5}; --shade: {6};"""
LIGHT = _COLORS.format("#ffffff", "#1c1f23", "#c4c9d0", "#1a6e2e", "#b3261e", "#586069", "#f3f5f7")
DARK = _COLORS.format("#15181c", "#e3e7ec", "#454c55", "#5fd07a", "#ff8a80", "#a3acb8", "#1f242a")
STYLE = (
    f":root {{ color-scheme: light dark; {LIGHT} }}\n"
    f"@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}\n"
    """
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; color: var(--text); background: var(--back); margin: 1.5rem auto;
  max-width: 1500px; padding: 0 1rem; hyphens: manual; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 1.4rem 0 .4rem; }
p.verdict { font-size: 1.1rem; margin: .2rem 0 .8rem; } .good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
ul.reasons { border-left: 4px solid var(--bad); margin: 0; padding: .2rem 0 .2rem 1.6rem; }
table { border-collapse: collapse; font-size: 13px; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: var(--shade); }
.w { white-space: nowrap; } .long { overflow-wrap: anywhere; }
svg.topology { display: block; width: 100%; height: auto; margin: 1rem 0; font: 13px system-ui, "DejaVu Sans", sans-serif; }
svg text { fill: var(--text); } svg .title { font-weight: bold; } svg .heading { fill: var(--muted); }
svg .label { font-size: 12px; text-anchor: end; paint-order: stroke; stroke: var(--back); stroke-width: 4px; }
svg rect { fill: none; stroke-width: 1.5; } svg path { fill: none; stroke-width: 1.5; }
svg .good { stroke: var(--good); } svg .bad { stroke: var(--bad); stroke-width: 2.5; } svg .unjudged { stroke: var(--muted); }
ol.sources { font-size: 12px; }
@page { size: A4 landscape; margin: 10mm; }
@media print {
"""
    f"  :root {{ color-scheme: light; {LIGHT} }}\n"
    """  body { font-size: 9.5px; line-height: 1.3; margin: 0; max-width: none; padding: 0; }
  h1 { font-size: 15px; } h2 { font-size: 11px; margin: 8px 0 3px; break-after: avoid; } p.verdict { font-size: 11px; margin: 2px 0 5px; }
  table { font-size: 7.5px; } th, td { padding: 1px 3px; } tr { break-inside: avoid; } thead { display: table-header-group; }
  svg.topology { margin: 4px 0; max-height: 120mm; break-inside: avoid; } ol.sources { font-size: 7.5px; }
}
"""
)
GOOD, BAD = frozenset({"ok", "yes", "completed", "succeeded"}), frozenset({"refused", "unknown", "failed", "no"})
#: Columns whose words are verdicts.
JUDGED = frozenset({"verdict", "state", "resolved", "record", "met"})
# An Azure resource id, and where it ends in a sentence.
_ID = re.compile(r"/subscriptions/[^\s,;()\"'<>]*[^\s,;()\"'<>.:]", re.IGNORECASE)
# Behind other characters than these a browser may break a line: https://www.unicode.org/reports/tr14/
_BREAKS = re.compile(r"[^\w.,:;!'\"()\[\]]|[^\x00-\x7f]")
# Longer than any name Azure gives: only such a text may be broken anywhere.
LONGEST_WORD = 90


class Page:
    """One page while it is written: texts refer to the handbook by number, and its addresses stand at the end."""

    def __init__(self) -> None:
        self.sources: dict[str, int] = {}

    def text(self, value: object) -> str:
        """A value as HTML. No word, name or address is broken inside; an id is shown by its end, the whole as its title."""
        return "<br>".join(self._line(line) for line in plain(value).split("\n"))

    def table(self, section: Section) -> str:
        """An HTML table. Columns without a value in any row are left out."""
        columns = used(section)
        head = "".join(f"<th>{self.text(heading)}</th>" for heading, _key in columns)
        body = "\n".join(
            "<tr>" + "".join(self._cell(key, plain(row.get(key))) for _heading, key in columns) + "</tr>"
            for row in section.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"

    def _cell(self, key: str, text: str) -> str:
        word = text.lower() if key in JUDGED else ""
        kind = ' class="good"' if word in GOOD else ' class="bad"' if word in BAD else ""
        return f"<td{kind}>{self.text(text)}</td>"

    def _line(self, line: str) -> str:
        return "".join(part if part.isspace() else self._word(part) for part in re.split(r"(\s+)", line))

    def _word(self, word: str) -> str:
        if word.startswith(PAGES):
            return f"[{self.sources.setdefault(word, len(self.sources) + 1)}]"
        found = _ID.search(word)
        if found:
            before, after = word[: found.start()], word[found.end() :]
            shown = f'<span title="{escape(found[0])}">{_whole(short(found[0]))}</span>'
            return f"{_whole(before)}{shown}{_whole(after)}"
        return _whole(word)


def as_html(words: Words, drawing: str) -> str:
    """The page of a report: verdict, reasons, duties, a drawing (markup, or nothing), then its sections as tables."""
    page = Page()
    kind = {True: " good", False: " bad", None: ""}[words.good]
    headline = f"{words.title}: {words.result}"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        # No script, picture or font is needed, so none may be loaded, whatever a name or message holds.
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(on_one_line(headline))}</title><style>{STYLE}</style></head><body>",
        f"<h1>{page.text(headline)}</h1>",
        f'<p class="verdict{kind}">{page.text(words.sentence)}</p>',
    ]
    if words.reasons:
        listed = "\n".join(f"<li>{page.text(reason)}</li>" for reason in words.reasons)
        parts.append(f'<h2>Why it stopped</h2>\n<ul class="reasons">\n{listed}\n</ul>')
    if words.duties.rows:
        parts += [f"<h2>{page.text(words.duties.title)}</h2>", page.table(words.duties)]
    parts += [drawing, f"<h2>{page.text(words.about.title)}</h2>", page.table(words.about)]
    for section in words.sections:
        parts += [f"<h2>{page.text(section.title)}</h2>", page.table(section)]
    if words.closing:
        parts.append(f"<p>{page.text(words.closing)}</p>")
    if page.sources:
        listed = "\n".join(f"<li>{_whole(address)}</li>" for address in page.sources)
        parts.append(f'<h2>Sources</h2>\n<ol class="sources">\n{listed}\n</ol>')
    return "\n".join([*(part for part in parts if part), "</body></html>"]) + "\n"


def short(resource_id: str) -> str:
    """An Azure id by its end: ``virtualNetworks/vnet-app/subnets/endpoints``, ``resourceGroups/rg-backup``."""
    parts = resource_id.strip("/").split("/")
    folded = [part.lower() for part in parts]
    if "providers" in folded:
        last = len(folded) - 1 - folded[::-1].index("providers")
        return "/".join(parts[last + 2 :]) or resource_id
    return "/".join(parts[2:] or parts)


def _whole(word: str) -> str:
    """A word that is broken nowhere but behind a slash."""
    shown = []
    for piece in re.findall(r"[^/]*/+|[^/]+", word):
        if len(piece) > LONGEST_WORD:
            shown.append(f'<span class="long">{escape(piece)}</span>')
        elif _BREAKS.search(piece):
            shown.append(f'<span class="w">{escape(piece)}</span>')
        else:
            shown.append(escape(piece))
    return "<wbr>".join(shown)

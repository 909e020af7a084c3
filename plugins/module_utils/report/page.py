"""The report as one HTML page: nothing is loaded, nothing runs, everything given is escaped."""

from __future__ import annotations

from html import escape

from .sections import Section, Words, plain, used

STYLE = """
:root { color-scheme: light dark; --line: #8888; --good: #2a8a3e; --bad: #c8322b; --muted: #888; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1340px; padding: 0 1rem; }
h1 small { font-weight: normal; color: var(--muted); }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: bold; }
svg.topology { width: 100%; height: auto; margin: 1rem 0; font: 13px system-ui, sans-serif; }
svg text { fill: currentColor; } svg .title { font-weight: bold; } svg .heading { fill: var(--muted); }
svg .label { font-size: 12px; text-anchor: end; }
svg rect { fill: none; stroke-width: 1.5; } svg path { fill: none; stroke-width: 1.5; }
svg .good { stroke: var(--good); } svg .bad { stroke: var(--bad); stroke-width: 2.5; } svg .unjudged { stroke: var(--muted); }
"""
GOOD, BAD = frozenset({"ok", "yes", "completed", "succeeded"}), frozenset({"refused", "unknown", "failed", "no"})
#: Columns whose words are verdicts.
JUDGED = frozenset({"verdict", "state", "resolved", "record"})


def as_html(words: Words, drawing: str) -> str:
    """The page of a report: its result, a drawing (markup, or nothing), then its sections as tables."""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        # No script, picture or font is needed, so none may be loaded, whatever a name or message holds.
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(plain(f'{words.scenario}: {words.result}'))}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(plain(words.scenario))} <small>{escape(plain(words.result))}</small></h1>",
        f"<p>{_lines(words.sentence)}</p>",
        table(words.about),
        drawing,
    ]
    for section in words.sections:
        parts += [f"<h2>{escape(plain(section.title))}</h2>", table(section)]
    if words.closing:
        parts.append(f"<p>{_lines(words.closing)}</p>")
    return "\n".join([*(part for part in parts if part), "</body></html>"]) + "\n"


def table(section: Section) -> str:
    """An HTML table. Columns without a value in any row are left out."""
    columns = used(section)
    head = "".join(f"<th>{_lines(heading)}</th>" for heading, _key in columns)
    body = "\n".join(
        "<tr>" + "".join(_cell(key, plain(row.get(key))) for _heading, key in columns) + "</tr>" for row in section.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _cell(key: str, text: str) -> str:
    word = text.lower() if key in JUDGED else ""
    kind = ' class="good"' if word in GOOD else ' class="bad"' if word in BAD else ""
    return f"<td{kind}>{_lines(text)}</td>"


def _lines(text: str) -> str:
    return escape(plain(text)).replace("\n", "<br>")

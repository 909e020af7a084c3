"""The report as one HTML page: nothing is loaded, nothing runs, everything given is escaped."""

from __future__ import annotations

import typing as t
from html import escape

from .report_topology import draw, topology

Columns = t.Sequence[tuple[str, str]]
Section = tuple[str, Columns, t.Sequence[t.Mapping[str, t.Any]]]

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


def as_html(report: t.Mapping[str, t.Any], sentence: str, sections: t.Iterable[Section]) -> str:
    """The page of a report: its result in a ``sentence``, the topology drawn, then its sections as tables."""
    title = f"{report['scenario']}: {report['result']}"
    about = [{"key": "written", "value": report["written"]}]
    about += [{"key": key, "value": value} for key, value in report["subject"].items()]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        # No script, picture or font is needed, so none may be loaded, whatever a name or message holds.
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(str(report['scenario']))} <small>{escape(str(report['result']))}</small></h1>",
        f"<p>{escape(sentence)}</p>",
        table((("About", "key"), ("", "value")), about),
        draw(topology(report)),
    ]
    for heading, columns, rows in sections:
        parts += [f"<h2>{escape(heading)}</h2>", table(columns, rows)]
    if report.get("left_out"):
        parts.append(f"<p>Left out because it looks like a secret: {escape(', '.join(report['left_out']))}.</p>")
    return "\n".join([*(part for part in parts if part), "</body></html>"]) + "\n"


def table(columns: Columns, rows: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """An HTML table. Columns without a value in any row are left out."""
    listed = list(rows)
    used = [(heading, key) for heading, key in columns if any(plain(row.get(key)) for row in listed)]
    head = "".join(f"<th>{escape(heading)}</th>" for heading, _key in used)
    body = "\n".join(
        "<tr>" + "".join(_cell(key, plain(row.get(key))) for _heading, key in used) + "</tr>" for row in listed
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def plain(value: t.Any) -> str:
    """A value as text, not escaped yet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    return str(value).strip()


def _cell(key: str, text: str) -> str:
    word = text.lower() if key in JUDGED else ""
    kind = ' class="good"' if word in GOOD else ' class="bad"' if word in BAD else ""
    return f"<td{kind}>{'<br>'.join(escape(line.strip()) for line in text.splitlines())}</td>"

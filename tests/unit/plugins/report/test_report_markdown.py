"""The report as Markdown, read by a Markdown parser: what others named or said is text in it and nothing else."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import FORMS, build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.markdown import cell, paragraph
from markdown_it import MarkdownIt
from markdown_it.token import Token

JSON = dict[str, t.Any]
EVIL = [
    "# heading", "x\n# heading", "x\n\n# heading", "x\n===", "---", "- item", "1. item", "+ item", "> quote", "~~~\ncode", "```\ncode```",
    "![p](https://evil.example/p.png)", "[l](https://evil.example)", "[l]: https://evil.example", "<https://evil.example>",
    "<b>bold</b>", "<!-- gone", "&lt;b>", "**bold**", "_emphasis_", "`code`", "~~gone~~", "a|b", "\\", "\\|", "a\\\n", "$x$",
    "| a |\n| --- |", "    code", "\tcode", "\x1b[2J", "\u202egnp.x",
]  # fmt: skip


def tokens(text: str) -> t.Iterator[Token]:
    """All tokens of a document, those within lines too."""
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("evil", EVIL)
def test_a_paragraph_stays_one(evil: str) -> None:
    found = list(tokens(paragraph(evil)))
    assert {one.type for one in found} <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
        "html_inline",
    }
    assert {one.content for one in found if one.type == "html_inline"} <= {"<br>"}


@pytest.mark.parametrize("evil", EVIL)
def test_everything_is_shown_as_it_is(evil: str) -> None:
    shown = "".join(
        one.content if one.type != "html_inline" else "\n"
        for one in tokens(paragraph(evil))
        if one.type in ("text", "text_special", "html_inline")
    )
    visible = {"\x1b[2J": "\\x1b[2J", "\u202egnp.x": "\\u202egnp.x"}.get(evil, evil)
    assert shown == "\n".join(line.strip() for line in visible.strip().split("\n"))


def test_addresses_of_others_are_no_links_and_those_of_the_handbook_are() -> None:
    """GitHub's readers make links of bare addresses (https://github.github.com/gfm/#autolinks-extension-)."""
    assert cell("see https://evil.example/x or www.evil.example or a@evil.example") == (
        "see https&#58;//evil.example/x or www&#46;evil.example or a&#64;evil.example"
    )
    assert cell("see https://learn.microsoft.com/azure/backup") == "see https://learn.microsoft.com/azure/backup"
    assert cell("https://learn.microsoft.com.evil.example/") == "https&#58;//learn.microsoft.com.evil.example/"
    assert cell("https://learn.microsoft.com@evil.example/") == "https&#58;//learn.microsoft.com&#64;evil.example/"


def test_ids_and_names_stay_readable() -> None:
    for text in (
        "/subscriptions/a-b/resourceGroups/rg_x/providers/Microsoft.Network/privateEndpoints/pe",
        "ab1_ecs.we.example.com",
    ):
        assert cell(text) == text


def test_a_whole_report_has_only_the_headings_and_tables_it_is_made_of() -> None:
    def given(value: str) -> JSON:
        row = {"name": value, "kind": value, "id": value, "state": value, "detail": value}
        return {
            "scenario": value, "result": "failed", "failure": value, "subject": {value: value}, "resources": [row],
            "gates": [{"name": value, "verdict": "refused", "message": value, "remedy": value, "evidence": [value]}],
            "names": [{"fqdn": value, "zone": value, "ip_addresses": [value], "resolved": False, "endpoint": value}],
            "records": [{"zone": value, "name": value}], "links": [{value: value}],
            "manual_steps": [{"id": value, "what": value, "who": value, "why": value}], "extra": {value: value},
        }  # fmt: skip

    def shape(value: str) -> list[str]:
        text = FORMS["report.md"](build(given(value), "now"))
        kinds = [one.type for one in tokens(text) if one.type not in ("text", "text_special", "html_inline", "inline")]
        return [kind for kind in kinds if kind != "softbreak"]

    plain = shape("plain")
    assert plain.count("heading_open") > 5
    for evil in EVIL:
        assert shape(evil) == plain, evil


def test_hidden_characters_are_escaped_in_every_form() -> None:
    hidden = "\x1b[2J\u202e\u200b\x9b\u2028\ud800\U000e0041"
    given = build({"scenario": hidden, "result": "failed", "failure": hidden, "extra": {hidden: hidden}}, "now")
    for form, text in ((name, make(given)) for name, make in FORMS.items()):
        text.encode()
        assert [one for one in text if one in hidden and one not in "[2J"] == [], form
    assert FORMS["report.json"](given).count("\\u001b") == 4

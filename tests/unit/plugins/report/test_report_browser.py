"""The page in a real browser: nothing overlaps, nothing is cut, no word is broken, in light, dark and print."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import FORMS

from . import browser
from .samples import sample

JSON = dict[str, t.Any]
pytestmark = [
    pytest.mark.skipif(
        not browser.CHROMIUM, reason="no Chromium on this machine: apt-get install chromium, then again"
    ),
    # One browser at a time: it takes as much as both processors have.
    pytest.mark.xdist_group("browser"),
]
COMPLAINTS = ("broken", "cut", "overlapping", "pale", "outside")
#: A4 in landscape without its margins, in pixels.
PAPER = 1047


def complaints(found: JSON) -> JSON:
    return {name: found[name] for name in COMPLAINTS if found[name]}


@pytest.mark.parametrize("endpoints", [2, 12])
def test_a_page_is_whole_on_the_screen(tmp_path: Path, endpoints: int) -> None:
    page = FORMS["report.html"](sample(endpoints))
    light = browser.measured(tmp_path, page, width=1280)
    assert complaints(light) == {}
    assert (light["width"], light["boxes"]) == (1280, 3 * endpoints + 1)
    assert light["words"] > 300
    assert light["background"] == "rgb(255, 255, 255)"
    # The first screen: title, verdict, reasons, what to do; then the drawing; then tables.
    assert light["order"][:5] == ["h1", "p", "ul", "table", "svg"]
    assert light["top"]["h1"] < light["top"]["p"] < light["top"]["ul"] < light["top"]["table"] < 500


@pytest.mark.parametrize("endpoints", [2, 12])
def test_a_page_is_whole_in_print(tmp_path: Path, endpoints: int) -> None:
    page = FORMS["report.html"](sample(endpoints))
    assert complaints(browser.measured(tmp_path, page, width=PAPER, scheme="dark", printed=True)) == {}
    assert browser.printed_pages(tmp_path, page) <= {2: 4, 12: 12}[endpoints]


def test_a_page_is_readable_in_the_dark(tmp_path: Path) -> None:
    found = browser.measured(tmp_path, FORMS["report.html"](sample(2)), width=1280, scheme="dark")
    assert complaints(found) == {}
    assert found["background"] == "rgb(21, 24, 28)"


@pytest.mark.parametrize(
    ("style", "complaint"),
    [
        (".w { white-space: normal; } td { max-width: 60px; }", "broken"),
        ("td { max-width: 60px; white-space: nowrap; overflow: hidden; }", "cut"),
        ("td { line-height: .3; }", "overlapping"),
        ("td { color: #ddd; }", "pale"),
        ("svg.topology { font-size: 30px; }", "outside"),
    ],
)
def test_what_is_wrong_would_be_seen(tmp_path: Path, style: str, complaint: str) -> None:
    page = FORMS["report.html"](sample(2)).replace("</style>", f"{style}</style>")
    assert complaint in complaints(browser.measured(tmp_path, page, width=1280))

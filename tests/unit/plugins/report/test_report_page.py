"""The report as a page: what is drawn, what is said, and that nothing in it can do anything."""

from __future__ import annotations

import typing as t
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import FORMS, build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.drawing import draw, topology
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE as REPORT
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ...conftest import Cloud
from ...worlds.site_recovery import (
    CACHE,
    RECOVERY,
    RECOVERY_ENDPOINT,
    RECOVERY_ZONES,
    SOURCE,
    SOURCE_ENDPOINT,
    SOURCE_ZONES,
    VAULT,
    WANTED,
    ZONE,
    cache_account,
    endpoint,
    make,
    private_world,
)

JSON = dict[str, t.Any]


def verified(cloud: Cloud, **more: t.Any) -> JSON:
    """What verification finds, as a report is given it."""
    found = cloud.run(VERIFICATION, **{**WANTED, **more})
    assert not found.get("failed"), found
    return {key: found[key] for key in ("resources", "names", "links", "records")}


def lines(given: JSON) -> set[tuple[str, str, str, bool | None]]:
    return {(line.start, line.end, line.label, line.good) for line in topology(given).lines}


def test_both_sides_are_drawn_from_their_network_to_the_vault() -> None:
    given = verified(make(**private_world()))
    source, recovery = f"{SOURCE_ZONES}/{ZONE}".lower(), f"{RECOVERY_ZONES}/{ZONE}".lower()
    assert [set(column) for column in topology(given).columns] == [
        {SOURCE.lower(), RECOVERY.lower()},
        {source, recovery},
        {SOURCE_ENDPOINT.lower(), RECOVERY_ENDPOINT.lower()},
        {VAULT.lower()},
    ]
    assert lines(given) == {
        (SOURCE.lower(), source, "linked", True),
        (RECOVERY.lower(), recovery, "linked", True),
        (source, SOURCE_ENDPOINT.lower(), "5 names", None),
        (recovery, RECOVERY_ENDPOINT.lower(), "5 names", None),
        (SOURCE_ENDPOINT.lower(), VAULT.lower(), "Approved", True),
        (RECOVERY_ENDPOINT.lower(), VAULT.lower(), "Approved", True),
    }


def test_an_account_is_drawn_beside_the_vault() -> None:
    world = private_world()
    world["private_endpoints"].append(endpoint("pe-cache", target=CACHE, group_id="blob"))
    given = verified(make(**world), storage_accounts=[cache_account()], enforce=False)
    assert CACHE.lower() in topology(given).columns[3]
    assert (f"{SOURCE_ENDPOINT}".lower().replace("pe-source", "pe-cache"), CACHE.lower(), "Approved", True) in lines(
        given
    )


def test_what_is_wrong_is_drawn_as_wrong() -> None:
    world = private_world(links=False)
    world["private_endpoints"][1]["status"] = "Pending"
    given = verified(make(**world), enforce=False)
    assert {(label, good) for _start, _end, label, good in lines(given)} >= {
        ("missing", False),
        ("Pending", False),
        ("Approved", True),
    }
    proved = {**given, "names": [{**name, "resolved": number > 0} for number, name in enumerate(given["names"])]}
    assert ("1 of 5 names wrong", False) in {(label, good) for _start, _end, label, good in lines(proved)}
    assert 'class="bad"' in draw(topology(proved))


def test_without_zones_of_ours_a_network_leads_to_its_endpoint() -> None:
    plain = [{**item, "zone_group": None} for item in private_world()["private_endpoints"]]
    plain = [{key: value for key, value in item.items() if value is not None} for item in plain]
    given = verified(
        make(**{**private_world(), "private_endpoints": plain, "private_dns_zones": []}), dns_mode="custom"
    )
    assert topology(given).columns[1] == {}
    assert (SOURCE.lower(), SOURCE_ENDPOINT.lower(), "5 names", None) in lines(given)


def test_the_drawing_is_well_formed_and_has_every_box_once() -> None:
    drawing = ElementTree.fromstring(draw(topology(verified(make(**private_world())))))
    assert len(drawing.findall("rect")) == 7
    assert len(drawing.findall("path")) == 6
    titles = [text.text for text in drawing.findall("text")]
    assert {"vnet-source", "pe-recovery", "vault-recovery", ZONE, "in rg-dns-source"} <= set(titles)


class Tags(HTMLParser):
    """The elements of a page with their attributes; raises where one is not closed in its turn."""

    VOID = frozenset({"meta", "br", "wbr", "path", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EVIL = "<script>alert(1)</script><img src=x onerror=y>\"'&"


def test_nothing_given_becomes_part_of_the_page() -> None:
    resource = {"kind": "vault", "id": EVIL, "name": EVIL, "state": EVIL, "detail": EVIL}
    leading = {**resource, "kind": EVIL, "target": EVIL, "connection": EVIL, "virtual_network": EVIL, "zones": [EVIL]}
    options: JSON = {
        "scenario": EVIL, "result": EVIL, "subject": {EVIL: EVIL}, "resources": [resource, leading],
        "names": [{"endpoint": EVIL, "fqdn": EVIL, "zone": EVIL, "ip_addresses": [EVIL], "resolved": False}],
        "links": [{"zone": EVIL, "virtual_network": EVIL, "state": EVIL}],
        "gates": [{"name": EVIL, "verdict": EVIL, "message": EVIL, "evidence": {EVIL: [EVIL]}}],
        "extra": {EVIL: EVIL, "password": "HIDE-ME"},
    }  # fmt: skip
    page = FORMS["report.html"](build(options, "2026-01-01T00:00:00Z"))
    tags = Tags(page).seen
    assert "svg" in {tag for tag, _attributes in tags}
    assert {tag for tag, _attributes in tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "h2", "span", "wbr", "ul", "ol", "li",
        "table", "thead", "tbody", "tr", "th", "td", "br", "svg", "text", "rect", "path",
    }  # fmt: skip
    names = {name for _tag, attributes in tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]
    assert "HIDE-ME" not in page and "extra.password" in page
    assert "default-src 'none'" in page


def test_a_refused_run_has_a_page_without_a_drawing(cloud: Cloud, tmp_path: Path) -> None:
    gate = {"name": "freshness", "verdict": "refused", "message": "used before\nfor good", "remedy": "a new vault"}
    done = cloud.run(REPORT, directory=str(tmp_path), scenario="backup", result="refused", gates=[gate])
    page = Path(done["html_path"]).read_text()
    assert "<svg" not in page
    assert '<td class="bad">refused</td>' in page and "used before<br>for good" in page
    assert "A gate refused the run; nothing was written but what is listed as changed." in page
    assert '<ul class="reasons">\n<li>[freshness] used before<br>for good a new vault</li>' in page

"""Two endpoints that publish the same names: each site's server, or each view of one, answers the address of its own endpoint."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import lookup
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.bind_views import read_configuration
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_configuration import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_plan import MODULE as PLAN

from ..conftest import Cloud
from ..playbooks_support import Playbooks
from .conftest import FIRST, SECOND, VAULT_ZONE, Azure
from .plays import CONFIGURE, REMOVE, Site, changes
from .real import Server

JSON = dict[str, t.Any]
Start = t.Callable[..., Server]
pytestmark = pytest.mark.xdist_group("dns_servers")
#: The clients of each view, and the address of its site's endpoint for each name.
CLIENTS = {"site-a": "127.0.0.1", "site-b": "127.0.0.2"}
NAMES = {"pe-a": {FIRST: "10.1.1.4", SECOND: "10.1.1.5"}, "pe-b": {FIRST: "10.2.1.4", SECOND: "10.2.1.5"}}
ROWS: list[JSON] = [
    {"endpoint": endpoint, "fqdn": name, "zone": VAULT_ZONE, "ip_addresses": [address]}
    for endpoint, names in NAMES.items()
    for name, address in names.items()
]
VIEWS: list[JSON] = [
    {"name": "site-a", "endpoints": ["pe-a"], "source_address": "127.0.0.1"},
    {"name": "site-b", "endpoints": ["pe-b"], "source_address": "127.0.0.2"},
]
ANSWERS: list[JSON] = [
    {"name": view["name"], "answers": [row for row in ROWS if row["endpoint"] in view["endpoints"]]} for view in VIEWS
]


def in_views(server: Server) -> None:
    """The operator's two views, each with a zone of its own; the second one in a file that the first one includes."""
    text = server.main.read_text()
    for name in ("named.conf.local", "named.conf.default-zones"):
        text = text.replace(f'include "{server.etc}/{name}";\n', "")
    for view, client in CLIENTS.items():
        (server.etc / f"views.{view}").write_text(
            f'view "{view}" IN {{\n\tmatch-clients {{ {client}; }};\n\tinclude "{server.etc}/named.conf.local";\n}};\n'
        )
        text += f'include "{server.etc}/views.{view}";\n'
    (server.etc / "named.conf.local").write_text(
        'zone "corp.example" { type primary; file "' + f'{server.etc}/db.corp"; }};\n'
    )
    options = server.etc / "named.conf.options"
    options.write_text(options.read_text().replace("listen-on { 127.0.0.1; };", "listen-on { 127.0.0.1; 127.0.0.2; };"))
    server.main.write_text(text)


@pytest.fixture
def start_views(start: Start, azure_dns: Azure) -> Server:
    """A BIND server with two views, as its operator made it."""
    server = start("bind", azure_dns.other)
    server.stop()
    in_views(server)
    server.start()
    return server


def seen(server: Server, name: str) -> dict[str, tuple[str, ...]]:
    """What a name is in each view."""
    return {view: lookup(name, "127.0.0.1", server.port, 8.0, client).addresses for view, client in CLIENTS.items()}


def options(server: Server, **more: t.Any) -> JSON:
    return server.options(views=ANSWERS, **more)


def test_each_view_answers_the_address_of_its_own_endpoint(start_views: Server, cloud: Cloud) -> None:
    server = start_views
    origin = server.snapshot()
    assert seen(server, FIRST) == {"site-a": (), "site-b": ()}
    assert seen(server, "www.corp.example") == {"site-a": ("10.9.9.9",), "site-b": ("10.9.9.9",)}
    predicted = cloud.run(MODULE, check_mode=True, **options(server))
    assert predicted["changed"] and server.snapshot() == origin, predicted
    done = cloud.run(MODULE, **options(server))
    assert done["changed"] and done["reloaded"] and done["diff"] == predicted["diff"], done
    assert seen(server, FIRST) == {"site-a": ("10.1.1.4",), "site-b": ("10.2.1.4",)}
    assert seen(server, SECOND) == {"site-a": ("10.1.1.5",), "site-b": ("10.2.1.5",)}
    assert seen(server, "www.corp.example") == {"site-a": ("10.9.9.9",), "site-b": ("10.9.9.9",)}
    assert {path.name for path in server.etc.glob("*.view-*.conf")} == {
        f"privatelink-recovery.view-{view}.conf" for view in CLIENTS
    }
    again = cloud.run(MODULE, **options(server))
    assert (again["changed"], again["diff"]) == (False, [])

    # A name that comes later, in one view; and a view that is named no more gives back what it got.
    late: JSON = {"endpoint": "pe-b", "fqdn": f"late.{VAULT_ZONE}", "ip_addresses": ["10.2.1.9"]}
    drifted = cloud.run(MODULE, **server.options(views=[{**ANSWERS[1], "answers": [*ANSWERS[1]["answers"], late]}]))
    assert drifted["changed"], drifted
    assert seen(server, late["fqdn"]) == {"site-a": (), "site-b": ("10.2.1.9",)}
    assert seen(server, FIRST) == {"site-a": (), "site-b": ("10.2.1.4",)}
    assert (server.etc / "views.site-a").read_bytes() == origin["views.site-a"][0]
    gone = cloud.run(MODULE, **server.options(state="absent"))
    assert gone["changed"] and server.snapshot() == origin, gone
    assert seen(server, FIRST) == {"site-a": (), "site-b": ()}


def test_each_view_forwards_and_validates_everything_else(start_views: Server, azure_dns: Azure, cloud: Cloud) -> None:
    server = start_views
    general = server.etc / "named.conf.options"
    mine = 'dnssec-validation auto;\n\tvalidate-except { "mine.example"; };'
    general.write_text(general.read_text().replace("dnssec-validation auto;", mine))
    origin = server.snapshot()
    views = [{"name": "site-b", "forward_zones": [VAULT_ZONE], "targets": [azure_dns.target]}]
    done = cloud.run(MODULE, **server.options(views=views))
    assert done["changed"], done
    assert seen(server, FIRST) == {"site-a": (), "site-b": ("10.1.1.4",)}
    # The list of a view stands in place of the general one, so the operator's exceptions are in it as well.
    listed = f'validate-except {{ "{VAULT_ZONE}"; "mine.example"; }};'
    assert listed in (server.etc / "privatelink-recovery.view-site-b.conf").read_text()
    nobody = [{**views[0], "targets": [{"address": "127.0.0.1", "port": server.control_port}]}]
    refused = cloud.run(MODULE, **server.options(views=nobody))
    assert "No target answers for" in refused["msg"], refused
    assert cloud.run(MODULE, **server.options(state="absent"))["changed"] and server.snapshot() == origin


def test_the_operators_own_line_is_enough_and_without_it_a_warning_says_which(
    start_views: Server, cloud: Cloud
) -> None:
    server = start_views
    by_hand = cloud.run(MODULE, **options(server, include="never"))
    assert by_hand["changed"] and len(by_hand["warnings"]) == 2, by_hand
    assert f"The view site-a in {server.etc}/views.site-a does not include" in by_hand["warnings"][0]
    assert seen(server, FIRST) == {"site-a": (), "site-b": ()}
    for view in CLIENTS:
        path = server.etc / f"views.{view}"
        line = f'include "{server.etc}/privatelink-recovery.view-{view}.conf";\n'
        path.write_text(path.read_text().replace("\tinclude", f"\t{line}\tinclude"))
    assert cloud.run(MODULE, check_mode=True, **options(server, include="never")).get("warnings") is None
    # A second line of ours would be a second zone of the same name.
    assert cloud.run(MODULE, **options(server))["changed"] is False
    moved = [{**ANSWERS[0], "answers": [{"fqdn": FIRST, "ip_addresses": ["10.1.1.44"]}]}, ANSWERS[1]]
    assert cloud.run(MODULE, **server.options(views=moved))["changed"]
    assert seen(server, FIRST) == {"site-a": ("10.1.1.44",), "site-b": ("10.2.1.4",)}


REFUSED: list[tuple[JSON, str]] = [
    ({"views": [{**ANSWERS[0], "name": "site-c"}]}, "has no view site-c; its views: site-a, site-b"),
    ({"answers": ANSWERS[0]["answers"]}, "has the views site-a, site-b, and BIND takes no zone outside of them"),
    ({"views": [{"name": "site-a", "answers": [{"fqdn": "www.corp.example", "ip_addresses": ["10.1.1.1"]}]}]}, ""),
    (
        {"views": [{"name": "site-b", "answers": [{"fqdn": "corp.example", "ip_addresses": ["10.1.1.1"]}]}]},
        "of its own",
    ),
    ({"views": ANSWERS, "answers": ANSWERS[0]["answers"]}, "leave out answers"),
    ({"views": [ANSWERS[0], ANSWERS[0]]}, "site-a stands there twice"),
    ({"views": [{**ANSWERS[0], "name": "../x"}]}, "is no name of a view"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_does_not_go_together_is_refused_before_a_write(
    change: JSON, words: str, start_views: Server, cloud: Cloud
) -> None:
    origin = start_views.snapshot()
    refused = cloud.run(MODULE, check_mode=not words, **start_views.options(**change))
    assert bool(refused.get("failed")) is bool(words) and words in refused.get("msg", ""), refused
    assert start_views.snapshot() == origin


def test_other_servers_have_no_views(start: Start, azure_dns: Azure, cloud: Cloud) -> None:
    server = start("unbound", azure_dns.other)
    assert "views: unbound has none" in cloud.run(MODULE, **options(server))["msg"]


def test_two_endpoints_of_the_same_names_need_a_site_or_views(cloud: Cloud) -> None:
    refused = cloud.run(PLAN, mode="answer", names=ROWS)
    assert "has different addresses at pe-a and pe-b" in refused["msg"], refused
    assert "dns_servers_endpoints" in refused["msg"] and "dns_servers_views" in refused["msg"], refused
    views = [{"name": "site-a", "endpoints": ["pe-a", "pe-b"]}]
    assert "pe-a and pe-b" in cloud.run(PLAN, mode="answer", names=ROWS, views=views)["msg"]
    assert "name the endpoints" in cloud.run(PLAN, names=ROWS, views=[{"name": "site-a", "endpoints": []}])["msg"]
    one = cloud.run(PLAN, mode="answer", names=ROWS, views=[{"name": "site-a", "endpoints": ["pe-a"]}])
    assert one["warnings"] == ["No view answers for pe-b: its names resolve through this server as before."]
    assert {row["ip_addresses"][0] for row in one["views"][0]["answers"]} == {"10.1.1.4", "10.1.1.5"}


def test_targets_of_a_view_come_before_those_of_the_server(cloud: Cloud) -> None:
    views = [
        {"name": "a", "endpoints": ["pe-a"], "targets": [{"address": "10.0.0.9"}]},
        {"name": "b", "endpoints": ["pe-b"]},
    ]
    plan = cloud.run(PLAN, names=ROWS, views=views, targets=[{"address": "10.0.0.4"}])
    assert [view["targets"] for view in plan["views"]] == [
        [{"address": "10.0.0.9", "port": 53}],
        [{"address": "10.0.0.4", "port": 53}],
    ]
    assert plan["forward_zones"] == plan["views"][0]["forward_zones"] and plan["names"] == plan["answers"] == []


def both_sites(site: Site) -> None:
    """A report of two endpoints that publish the same names."""
    site.report.write_text(json.dumps({"scenario": "backup", "names": ROWS}))


def test_the_role_on_a_server_with_views(
    start_views: Server, playbooks: Playbooks, azure_dns: Azure, tmp_path: Path
) -> None:
    server = start_views
    origin = server.snapshot()
    site = Site(playbooks, {"hub": server}, azure_dns, tmp_path)
    both_sites(site)
    alone = site.play(dns_servers_mode="answer", dns_servers_targets=[])
    assert alone.code != 0 and "has different addresses at pe-a and pe-b" in alone.output
    assert server.snapshot() == origin
    variables: JSON = {"dns_servers_mode": "answer", "dns_servers_targets": [], "dns_servers_views": VIEWS}
    looked = site.play("main", "--check", **variables)
    assert looked.code == 0 and changes(looked) == [True] and server.snapshot() == origin, looked.output
    done = site.play(**variables)
    assert done.code == 0 and changes(done) == [True], done.output
    assert seen(server, FIRST) == {"site-a": ("10.1.1.4",), "site-b": ("10.2.1.4",)}
    again = site.play("drift", **variables)
    assert again.code == 0 and not any(line["result"].get("changed") for line in again.results), again.output
    crossed = [{**VIEWS[0], "source_address": "127.0.0.2"}, {**VIEWS[1], "source_address": ""}]
    wrong = site.play("verify", **{**variables, "dns_servers_views": crossed, "dns_servers_wait_timeout": 0})
    assert wrong.code != 0 and "hub, view site-a (127.0.0.1 port" in wrong.output, wrong.output
    assert "asked from 127.0.0.2" in wrong.output and "expected 10.1.1.4" in wrong.output
    unasked = site.play("verify", **{**variables, "dns_servers_views": [{**VIEWS[1], "source_address": ""}]})
    assert unasked.code == 0 and "The view site-b was not asked" in unasked.output
    gone = site.play("teardown", **variables)
    assert gone.code == 0 and changes(gone, REMOVE) == [True] and server.snapshot() == origin


def test_each_server_answers_for_the_endpoint_of_its_site(
    start: Start, azure_dns: Azure, playbooks: Playbooks, tmp_path: Path
) -> None:
    servers = {"pe-a": start("bind", azure_dns.other), "pe-b": start("unbound", azure_dns.other)}
    origin = {name: server.snapshot() for name, server in servers.items()}
    site = Site(playbooks, servers, azure_dns, tmp_path)
    both_sites(site)
    own: JSON = {
        "dns_servers_mode": "answer",
        "dns_servers_targets": [],
        "dns_servers_endpoints": "{{ [inventory_hostname] }}",
    }
    done = site.play(**own)
    assert done.code == 0 and changes(done, CONFIGURE) == [True, True], done.output
    for endpoint, names in NAMES.items():
        assert {name: servers[endpoint].ask(name).addresses for name in names} == {
            name: (address,) for name, address in names.items()
        }
    assert site.play("teardown").code == 0
    assert {name: server.snapshot() for name, server in servers.items()} == origin


def test_views_of_a_configuration_with_their_zones(tmp_path: Path) -> None:
    main, more = str(tmp_path / "main"), str(tmp_path / "more")
    texts = {
        main: f'// view "no" {{ }};\noptions {{ x {{ }}; }};\nview a {{ zone "z.a" IN {{ type slave; masters {{ 1.2.3.4; }}; }};\n'
        f'include "{more}"; }};\nview "b" IN {{ }};\nzone "out" {{ type forward; }};',
        more: 'zone "in.a" { type primary; };',
    }
    found = read_configuration(main, texts.get)
    assert list(found.views) == ["a", "b"]
    assert found.views["a"].read == {more} and texts[main][found.views["b"].end] == "}"
    assert {(zone.zone, zone.view, zone.kind, zone.answers) for zone in found.zones} == {
        ("z.a", "a", "slave", True),
        ("out", "", "forward", False),
        ("in.a", "a", "primary", True),
    }

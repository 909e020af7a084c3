"""Our lines in files of the operator's: put in and taken out without a trace."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers import held
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.blocks import (
    tokens,
    with_block,
    with_option_line,
    without_block,
    without_option_line,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.wanted import make_wanted
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXTS = st.text(alphabet=st.sampled_from("a #/\n\r\t{};\"'é"), max_size=40)


# A machine that is busy with other tests is no fault of what is tested.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=TEXTS,
    lines=st.lists(st.sampled_from(["include a", "10.0.0.1 x.y", ""]), max_size=3),
    comment=st.sampled_from(["#", "//"]),
)
def test_a_block_comes_and_goes_without_a_trace(text: str, lines: list[str], comment: str) -> None:
    made = with_block(text, comment, lines)
    assert without_block(made, comment) == text
    assert with_block(made, comment, lines) == made
    assert with_block(made, comment, ["other"]) == with_block(text, comment, ["other"])
    assert (made == text) is (lines == [])


def test_a_block_stays_where_it_is_when_others_write_behind_it() -> None:
    made = with_block("before", "#", ["one"]) + "after\n"
    changed = with_block(made, "#", ["two"])
    assert (
        changed.endswith("# end managed by privatelink.recovery\nafter\n") and "two" in changed and "one" not in changed
    )
    assert without_block(changed, "#") == "beforeafter\n"
    assert without_block(with_block("before\n", "#", ["one"]) + "after\n", "#") == "before\nafter\n"


OPTIONS = [
    "options { };",
    'options {\n\tdirectory "/var/cache/bind"; // }\n\tforwarders { 1.2.3.4; };\n};\n',
    '# options { }\n/* options { */\nzone "options" { type hint; };\noptions{directory "a}b";};',
    'view "options" { zone "x" { options { no; }; }; };\noptions\n{\n}\n;\n',
]


@pytest.mark.parametrize("text", OPTIONS)
def test_an_option_line_stands_inside_the_outermost_block(text: str) -> None:
    made = with_option_line(text, 'include "/x";')
    assert made is not None
    assert without_option_line(made) == text
    assert with_option_line(made, 'include "/x";') == made
    words = [word for word, _place in tokens(made)]
    at = words.index("include")
    assert words[at : at + 4] == ["include", '"/x"', ";", "}"]
    assert [word for word in words[:at] if word == "options"] != []


@pytest.mark.parametrize(
    "text", ["", 'zone "x" { type hint; };', "options;", 'view "v" { options { }; };', "// options { };"]
)
def test_a_configuration_without_options(text: str) -> None:
    assert with_option_line(text, 'include "/x";') is None


def test_the_zones_a_configuration_has() -> None:
    bind = 'zone "a.example" IN { type slave; masters { 1.2.3.4; }; };\n// zone "b.example" { type primary; };\nzone c.example { type forward; };'
    assert held.bind_zones(bind) == [("a.example", "slave", True), ("c.example", "forward", False)]
    unbound = (
        'server:\n  local-zone: "a.example." static\n  local-zone: b.example transparent\n'
        'auth-zone:\n  name: c.example\nforward-zone:\n  name: "d.example."\n# name: e\n'
    )
    assert held.unbound_zones(unbound) == [
        ("a.example.", "local-zone static", True),
        ("b.example", "local-zone transparent", False),
        ("c.example", "auth-zone", True),
        ("d.example.", "forward-zone", False),
    ]
    dnsmasq = (
        "server=/a.example/b.example/1.2.3.4\nlocal=/c.example/\naddress=/d.example/1.1.1.1\n"
        "server=/e.example/\nauth-zone=f.example,1.0.0.0/8\n#server=/g/1.1.1.1\n"
    )
    assert held.dnsmasq_zones(dnsmasq) == [
        ("f.example", "auth-zone", True),
        ("a.example", "server", False),
        ("b.example", "server", False),
        ("c.example", "local", True),
        ("d.example", "address", True),
        ("e.example", "server", True),
    ]


@pytest.mark.parametrize(
    ("zone", "answers", "refused"),
    [
        ("blob.core.windows.net", False, True),
        ("core.windows.net", True, True),
        ("core.windows.net", False, False),
        ("windows.net.", True, True),
        ("example", True, False),
        ("x.privatelink.example", False, True),
    ],
)
def test_a_zone_that_shadows_ours_is_refused(zone: str, answers: bool, refused: bool) -> None:
    wanted = make_wanted(
        {
            "forward_zones": ["blob.core.windows.net"],
            "targets": ["10.0.0.4"],
            "answers": [{"fqdn": "x.privatelink.example", "ip_addresses": ["10.1.1.1"]}],
        }
    )
    own = held.Held(zone, "primary", "/etc/bind/named.conf.local", answers)
    if refused:
        with pytest.raises(Refusal, match=r"/etc/bind/named\.conf\.local"):
            held.refuse_shadowed(wanted, [own])
    else:
        assert held.refuse_shadowed(wanted, [own]) == []


def test_a_zone_inside_a_forwarded_one_stays_with_the_server() -> None:
    wanted = make_wanted({"forward_zones": ["blob.core.windows.net"], "targets": ["10.0.0.4"]})
    (reported,) = held.refuse_shadowed(wanted, [held.Held("mine.blob.core.windows.net", "primary", "/x", True)])
    assert "stay with this server" in reported

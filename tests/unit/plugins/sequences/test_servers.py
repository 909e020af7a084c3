"""Servers that are to register: every gate, and what is to be done, before anything is changed."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences import server_facts, servers
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.server_facts import Server, Terms

from ...conftest import VAULT

JSON = dict[str, t.Any]
NUMBER = "4611686018427387905"
NAME = f"{NUMBER}-ab-pod01-rec2.privatelink.we.backup.windowsazure.com"
TERMS = Terms(
    mode="register",
    vault_id=VAULT,
    number=NUMBER,
    over="today",
    names={NAME: ("10.1.1.4",)},
    public_names=("login.microsoftonline.com",),
    least_versions={"DPM": "10.22.123.0", "MABS": "14.0.30.0"},
    least_agent="2.0.9262.0",
    installer="",
    skew=180,
)
GOOD: dict[str, JSON] = {
    "versions": {
        "computer": "DPM01",
        "product": "DPM",
        "product_version": "10.22.123.0",
        "agent_version": "2.0.9262.0",
        "language_mode": "FullLanguage",
        "execution_policies": {"MachinePolicy": "Undefined"},
    },
    "clock": {"utc": "x", "ahead_seconds": 1.0, "uncertainty_seconds": 0.5},
    "connectivity": {
        "names": [
            {"name": NAME, "addresses": ["10.1.1.4"], "reached": True, "via": "direct", "error": ""},
            {
                "name": "login.microsoftonline.com",
                "addresses": ["20.190.1.1"],
                "reached": True,
                "via": "direct",
                "error": "",
            },
        ]
    },
    "registration": {"vault_number": "", "machine_id": "", "registered_over": "", "unfinished": False, "leftovers": 0},
}


def server(**changes: JSON) -> Server:
    """A server that is as it should be, but for what is changed in its answers."""
    return Server("dpm01.corp.example", {job: {**said, **changes.get(job, {})} for job, said in GOOD.items()})


def closed(one: Server, terms: Terms = TERMS) -> list[str]:
    """Names of the closed gates."""
    return [gate.name for gate in servers.judge(one, terms)[0] if not gate.passed]


def test_a_server_as_it_should_be_may_register() -> None:
    gates, action = servers.judge(server(), TERMS)
    assert action == "register"
    assert [(gate.name, gate.verdict) for gate in gates] == [
        (name, "ok")
        for name in (
            "server_version",
            "server_agent",
            "server_clock",
            "server_names",
            "server_entra",
            "server_registration",
        )
    ]


@pytest.mark.parametrize(
    ("changes", "gate", "says"),
    [
        ({"versions": {"product_version": "10.22.122.9"}}, "server_version", "10.22.123.0 or newer is needed"),
        ({"versions": {"product": "MABS", "product_version": "14.0.29.0"}}, "server_version", "14.0.30.0 or newer"),
        ({"versions": {"product_version": "?"}}, "server_version", "has DPM ?"),
        ({"versions": {"product": ""}}, "server_version", "neither DPM nor MABS"),
        ({"versions": {"language_mode": "ConstrainedLanguage"}}, "server_powershell", "ConstrainedLanguage"),
        (
            {"versions": {"agent_version": "2.0.9261.0"}},
            "server_agent",
            "has the MARS agent 2.0.9261.0; 2.0.9262.0 or newer",
        ),
        ({"versions": {"agent_version": ""}}, "server_agent", "has no MARS agent"),
        ({"clock": {"ahead_seconds": -400.0}}, "server_clock", "400 s behind the controller's; at most 180 s"),
        ({"clock": {"ahead_seconds": 181.0}}, "server_clock", "181 s ahead of"),
        (
            {"connectivity": {"names": [{"name": NAME, "addresses": ["20.1.1.1"], "reached": True, "via": "direct"}]}},
            "server_names",
            "leads to 20.1.1.1, not to 10.1.1.4",
        ),
        (
            {
                "connectivity": {
                    "names": [{"name": NAME, "addresses": ["10.1.1.4"], "reached": False, "error": "no answer"}]
                }
            },
            "server_names",
            "no answer",
        ),
        ({"connectivity": {"names": []}}, "server_names", "was not asked"),
        ({"connectivity": {"names": []}}, "server_entra", "login.microsoftonline.com: it was not asked"),
        ({"registration": {"vault_number": "17"}}, "server_registration", "registered to the vault with number 17"),
    ],
)
def test_what_closes_a_gate(changes: dict[str, JSON], gate: str, says: str) -> None:
    found = {each.name: each for each in servers.judge(server(**changes), TERMS)[0] if not each.passed}
    assert says in found[gate].message
    assert found[gate].remedy


def test_a_doubtful_clock_is_not_refused() -> None:
    assert closed(server(clock={"ahead_seconds": 185.0, "uncertainty_seconds": 6.0})) == []
    silent = {job: said for job, said in GOOD.items() if job != "clock"}
    assert closed(Server("dpm01", silent)) == ["server_clock"]


def test_an_old_agent_is_fine_when_its_installer_is_there() -> None:
    old = server(versions={"agent_version": "2.0.1.0"})
    assert closed(old, replace(TERMS, installer="C:\\x.exe")) == []
    assert closed(old, replace(TERMS, installer="C:\\x.exe", mode="verify", number="")) == [
        "server_agent",
        "server_registration",
    ]


def test_through_a_proxy_it_is_the_proxy_that_resolves() -> None:
    rows = [{**GOOD["connectivity"]["names"][0], "addresses": [], "via": "proxy"}, GOOD["connectivity"]["names"][1]]
    assert closed(server(connectivity={"names": rows})) == []


def test_a_policy_for_signed_scripts_is_told() -> None:
    gates = servers.versions(server(versions={"execution_policies": {"MachinePolicy": "AllSigned"}}), TERMS)
    assert [(gate.name, gate.verdict) for gate in gates] == [("server_version", "ok"), ("server_powershell", "warning")]


def test_a_silent_server_closes_its_own_gate_only() -> None:
    gates, action = servers.judge(Server("dpm01", {}, {"versions": "timed out"}), TERMS)
    assert action == "none" and [(gate.name, gate.passed) for gate in gates] == [("server_reached", False)]


HERE = {"vault_number": NUMBER, "registered_over": "today"}


@pytest.mark.parametrize(
    ("mode", "registration", "action", "verdict"),
    [
        ("register", HERE, "none", "ok"),
        ("reregister", HERE, "none", "ok"),
        ("verify", HERE, "none", "ok"),
        ("register", {**HERE, "registered_over": "yesterday"}, "none", "warning"),
        ("reregister", {**HERE, "registered_over": "yesterday"}, "reregister", "ok"),
        ("register", {**HERE, "registered_over": ""}, "none", "ok"),
        ("reregister", {**HERE, "registered_over": ""}, "reregister", "ok"),
        ("register", {**HERE, "unfinished": True}, "reregister", "warning"),
        ("verify", {**HERE, "unfinished": True}, "none", "refused"),
        ("verify", {}, "none", "refused"),
        ("reregister", {}, "register", "ok"),
        ("reregister", {**HERE, "vault_number": "17"}, "none", "refused"),
    ],
)
def test_what_is_done_with_a_registration(mode: t.Any, registration: JSON, action: str, verdict: str) -> None:
    found, gate = servers.decide(server(registration=registration), replace(TERMS, mode=mode))
    assert (found, gate.verdict) == (action, verdict)


def test_without_the_number_the_vaults_own_list_counts() -> None:
    registered = server(registration={**HERE, "registered_over": "yesterday"})
    unknown = replace(TERMS, number="", mode="reregister")
    assert servers.decide(registered, unknown)[1].verdict == "refused"
    for name in ("dpm01", "dpm01.corp.example"):
        assert servers.decide(registered, replace(unknown, listed=frozenset({name})))[0] == "reregister"


def test_a_credential_file_that_was_left_is_told() -> None:
    gates, _action = servers.judge(server(registration={"leftovers": 1}), TERMS)
    assert gates[-1].name == "server_leftovers" and gates[-1].passed


@pytest.mark.parametrize(
    ("given", "copy", "mode", "verdict"),
    [
        ("", None, "register", "refused"),
        ("too brief", None, "register", "refused"),
        ("long enough by far", None, "register", "ok"),
        ("long enough by far", None, "reregister", "warning"),
        ("long enough by far", "long enough by far", "reregister", "ok"),
        ("long enough by far", "another one by far", "register", "refused"),
    ],
)
def test_the_passphrase(given: str, copy: str | None, mode: str, verdict: str) -> None:
    gate = servers.passphrase(given, copy, mode, needed=True)
    assert gate.verdict == verdict
    assert not given or given not in f"{gate.message} {gate.remedy}"
    assert servers.passphrase(given, copy, mode, needed=False).verdict == "ok"


def test_the_number_is_read_from_names_and_the_way_from_connections() -> None:
    assert server_facts.number_of([NAME]) == NUMBER
    assert server_facts.number_of(["abcpod01ecs112.blob.core.windows.net", "1-ab-x"]) == ""
    first, second = {"id": "/a"}, {"id": "/b"}
    assert server_facts.over([first, second], denied=True) == server_facts.over([second, first], denied=False) != ""
    assert server_facts.over([first], denied=True) != server_facts.over([second], denied=True)
    assert (server_facts.over([], denied=False), server_facts.over([], denied=True)) == ("public", "")


def test_results_of_loops_find_their_servers() -> None:
    reported = [
        {
            "results": [
                {"server": "a", "job": "clock", "answer": {"utc": "x"}},
                {"item": ["b", "clock"], "unreachable": True, "msg": "no route"},
            ]
        },
        {"server": "a", "job": "versions", "msg": "a: it failed"},
        {"server": "elsewhere", "job": "clock", "answer": {}},
        {"item": "a", "skipped": True},
    ]
    first, second = server_facts.servers_of(["a", "b"], reported)
    assert (first.answers, first.silent) == ({"clock": {"utc": "x"}}, {"versions": "a: it failed"})
    assert (second.answers, second.silent) == ({}, {"clock": "no route"})


@pytest.mark.parametrize(
    ("version", "least", "is_older"),
    [
        ("1.2", "1.2", False),
        ("1.10", "1.9", False),
        ("1.9", "1.10", True),
        ("", "1", True),
        ("x", "1", True),
        ("", "", False),
    ],
)
def test_versions_compare_by_numbers(version: str, least: str, is_older: bool) -> None:
    assert server_facts.older(version, least) is is_older

"""Faults, the emulator's own interface, the world file and latency."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from ansible_collections.privatelink.recovery.extensions.emulator import build, in_process, latency, report, world
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.operations import Operation
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
)

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg"
GROUPS = f"{SUBSCRIPTION_ID}/resourceGroups"


def admin(arm: Arm, method: str, path: str, body: JSON | None = None) -> Response:
    content = b"" if body is None else json.dumps(body).encode()
    return arm.answer(Request.parse(method, f"https://127.0.0.1/emulator/{path}", {}, content))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"nth": 1}, [429, 200, 200, 200]),
        ({"nth": 2}, [200, 429, 200, 200]),
        ({"nth": 2, "times": 2}, [200, 429, 429, 200]),
        ({"nth": "every"}, [429, 429, 429, 429]),
        ({"nth": "every", "times": 3}, [429, 429, 429, 200]),
        ({"nth": "first_attempt"}, [429, 200, 200, 200]),
        ({"nth": "every", "match": {"method": "PUT"}}, [200, 200, 200, 200]),
        ({"nth": "every", "match": {"path": "/resourcegroups$"}}, [429, 429, 429, 429]),
        ({"nth": "every", "match": {"path": "/vaults"}}, [200, 200, 200, 200]),
        ({"nth": "every", "match": {"api_version": "2022-04-01"}}, [429, 429, 429, 429]),
        ({"nth": "every", "match": {"api_version": "2020-01-01"}}, [200, 200, 200, 200]),
    ],
)
def test_which_requests_a_fault_hits(fault: JSON, expected: list[int]) -> None:
    arm = emulator()
    assert admin(arm, "POST", "faults", {**fault, "action": {"status": 429, "retry_after": 5}}).status == 201
    answers = [ask(arm, "GET", GROUPS) for _number in expected]
    assert [answer.status for answer in answers] == expected
    assert {answer.headers.get("Retry-After") for answer in answers if answer.status == 429} <= {"5"}
    marked = [entry["status"] for entry in arm.log if "fault" in entry]
    assert marked == [status for status in expected if status == 429]


def test_first_attempt_hits_each_distinct_request_once() -> None:
    arm = emulator()
    admin(arm, "POST", "faults", {"nth": "first_attempt", "action": {"status": 503, "code": "ServerBusy"}})
    statuses = [ask(arm, "GET", path).status for path in (GROUPS, "/tenants", GROUPS, "/tenants")]
    assert statuses == [503, 503, 200, 200]


def test_fault_hits_the_sign_in_too() -> None:
    arm = emulator()
    admin(arm, "POST", "faults", {"match": {"path": "/oauth2/"}, "action": {"status": 503}})
    form = {"grant_type": "client_credentials", "client_id": world.CLIENT, "client_secret": world.SECRET, "scope": "s"}
    request = Request.parse("POST", f"https://127.0.0.1/{world.TENANT}/oauth2/v2.0/token", {}, urlencode(form).encode())
    assert [arm.answer(request).status, arm.answer(request).status] == [503, 200]


@pytest.mark.parametrize(("after", "exists"), [(False, False), (True, True)])
def test_dropped_connection_before_or_after_the_work(after: bool, exists: bool) -> None:
    arm = emulator()
    admin(arm, "POST", "faults", {"match": {"method": "PUT"}, "action": {"drop": True, "after": after}})
    session = in_process.session(arm)
    session.headers["Authorization"] = f"Bearer {in_process.token(arm)}"
    with pytest.raises(requests.ConnectionError):
        session.put(f"https://127.0.0.1{GROUP}?api-version=2024-11-01", json={"location": "westeurope"})
    assert (arm.store.find(GROUP) is not None) is exists


def test_delay_passes_emulated_time_in_process() -> None:
    arm = emulator()
    admin(arm, "POST", "faults", {"action": {"delay": 7}})
    start = arm.clock.now()
    session = in_process.session(arm)
    session.headers["Authorization"] = f"Bearer {in_process.token(arm)}"
    assert session.get(f"https://127.0.0.1{GROUPS}?api-version=2024-11-01").status_code == 200
    assert arm.clock.now() == start + 7


def test_failed_operation_hits_only_the_operation_of_the_matching_request() -> None:
    arm = emulator({"resource_groups": [{"name": "rg"}, {"name": "rg-2"}]})
    admin(
        arm,
        "POST",
        "faults",
        {
            "nth": "every",
            "times": 2,
            "match": {"path": "/rg$"},
            "action": {"operation_failed": {"code": "Conflict", "message": "no"}},
        },
    )
    ask(arm, "GET", GROUP)
    ask(arm, "DELETE", GROUP + "-2")
    ask(arm, "DELETE", GROUP)
    assert ask(arm, "GET", GROUP).document["properties"]["provisioningState"] == "Succeeded"
    assert [(one.status, one.error) for one in arm.operations.all()] == [
        ("Succeeded", None),
        ("Failed", {"code": "Conflict", "message": "no"}),
    ]


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"action": {}},
        {"action": {"status": 500}, "nth": 0},
        {"action": {"status": 500}, "nth": "never"},
        {"action": {"status": 500}, "match": {"path": "("}},
    ],
)
def test_fault_that_makes_no_sense(fault: JSON) -> None:
    answer = admin(emulator(), "POST", "faults", fault)
    assert (answer.status, code(answer)) == (400, "InvalidFault")


def test_faults_can_be_seen_and_cleared() -> None:
    arm = emulator()
    admin(arm, "POST", "faults", {"nth": 2, "action": {"status": 500}})
    ask(arm, "GET", GROUPS)
    (shown,) = admin(arm, "GET", "faults").document["value"]
    assert (shown["nth"], shown["seen"], shown["applied"]) == (2, 1, 0)
    assert admin(arm, "DELETE", "faults").status == 204
    assert ask(arm, "GET", GROUPS).status == 200


def test_request_log_state_and_report() -> None:
    arm = emulator(latency="realistic")
    ask(arm, "PUT", GROUP, {"location": "westeurope"})
    ask(arm, "GET", GROUP)
    ask(arm, "DELETE", GROUP)
    arm.clock.advance(100)
    ask(arm, "GET", GROUP)
    entries = admin(arm, "GET", "requests?since=1").document["value"]
    assert [(entry["method"], entry["status"]) for entry in entries] == [("GET", 200), ("DELETE", 202), ("GET", 404)]
    state = admin(arm, "GET", "state").document
    assert [(one["kind"], one["resource"], one["status"]) for one in state["operations"]] == [
        ("resource_group.delete", GROUP, "Succeeded")
    ]
    assert all(one["type"].startswith("Microsoft.Authorization/") for one in state["resources"])
    figures = admin(arm, "GET", "report").document
    assert (figures["requests"], figures["writes"], figures["operations"]) == (4, 2, 1)
    assert figures["longest_chain_seconds"] == 90
    assert admin(arm, "GET", "report?since=3").document == {
        "requests": 1,
        "writes": 0,
        "faulted": 0,
        "operations": 0,
        "longest_chain_seconds": 0.0,
    }


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], 0),
        ([(0, 10)], 10),
        ([(0, 10), (0, 8)], 10),
        ([(0, 10), (10, 15)], 15),
        ([(0, 10), (9, 15)], 10),
        ([(0, 10), (0, 4), (5, 30), (31, 32)], 30),
        ([(0, None)], 40),
    ],
)
def test_longest_chain(spans: list[tuple[float, float | None]], expected: float) -> None:
    operations = [Operation(str(n), "k", "/r", start, start, finished=end) for n, (start, end) in enumerate(spans)]
    assert report.longest_chain(operations, 40) == expected


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", GROUP, False),
        ("HEAD", GROUP, False),
        ("PUT", GROUP, True),
        ("PATCH", GROUP, True),
        ("DELETE", GROUP, True),
        ("POST", f"/{world.TENANT}/oauth2/v2.0/token", False),
        ("POST", f"{SUBSCRIPTION_ID}/providers/Microsoft.RecoveryServices/locations/westeurope/capabilities", False),
        ("POST", f"{SUBSCRIPTION_ID}/providers/Microsoft.RecoveryServices/register", True),
        ("POST", "/v1.0/directoryObjects/getByIds", False),
        ("POST", "/emulator/reset", False),
    ],
)
def test_what_counts_as_a_write(method: str, path: str, expected: bool) -> None:
    assert report.is_write(method, path) is expected


def test_reset_starts_over_and_takes_another_world() -> None:
    arm = emulator()
    ask(arm, "PUT", GROUP, {"location": "westeurope"})
    admin(arm, "POST", "faults", {"nth": "every", "action": {"status": 500}})
    assert admin(arm, "POST", "reset").status == 200
    assert arm.log == []
    assert ask(arm, "GET", GROUP).status == 404
    admin(arm, "POST", "reset", {"resource_groups": [{"name": "rg"}]})
    assert ask(arm, "GET", GROUP).status == 200
    assert code(admin(arm, "POST", "reset", {"nonsense": 1})) == "InvalidWorld"


def test_clock_can_be_moved_and_sped_up() -> None:
    arm = emulator()
    before = admin(arm, "GET", "clock").document["now"]
    after = admin(arm, "POST", "clock", {"advance": 60, "speed": 20}).document
    assert (after["now"], after["speed"]) == (before + 60, 20)
    for wrong in ({"advance": -1}, {"speed": 0}, {"advance": "soon"}):
        assert admin(arm, "POST", "clock", wrong).status == 400


def test_events_reach_their_service() -> None:
    arm = emulator()
    arm.events["rain"] = lambda payload: {"drops": payload["drops"] + 1}
    assert admin(arm, "POST", "events", {"event": "rain", "drops": 1}).document == {"drops": 2}
    refused = admin(arm, "POST", "events", {"event": "snow"})
    assert (refused.status, code(refused)) == (400, "UnknownEvent")
    assert "rain" in refused.document["error"]["message"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- 1", "must be a mapping"),
        ("nonsense: 1", "nonsense: unknown key; known are cloud,"),
        ("cloud: Moon", "cloud: must be one of"),
        ("settings: [1]", "settings: must be a mapping"),
        ("vaults: {}\nresource_groups: 3", "resource_groups: must be a list"),
        ("vaults: [1]", r"vaults\[0\]: must be a mapping"),
        ("vaults: [{name: v}]", r"vaults\[0\].resource_group: is required"),
        ("subscriptions: [{id: x}]", r"subscriptions\[0\].id: must be a GUID"),
        ("principals: [{object_id: x}]", r"principals\[0\].object_id: must be a GUID"),
        ("a: [", "cannot be parsed"),
    ],
)
def test_world_file_that_cannot_be_meant(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "world.yml"
    file.write_text(content)
    with pytest.raises(world.WorldError, match=message):
        build.read(file)


@pytest.mark.parametrize(("name", "content"), [("w.yml", ""), ("w.json", "{}"), ("w.yaml", "vaults:")])
def test_empty_world_has_every_default(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    done = build.read(tmp_path / name)
    assert done["subscriptions"][0]["providers"]["Microsoft.RecoveryServices"] == "Registered"
    assert done["principals"][0]["roles"] == [{"role": "Owner", "scope": SUBSCRIPTION_ID}]
    assert done == build.complete(done)


def test_groups_that_are_only_mentioned_exist() -> None:
    done = build.complete({"vaults": [{"name": "v", "resource_group": "rg", "location": "uksouth"}]})
    assert [(one["name"], one["location"]) for one in done["resource_groups"]] == [("rg", "uksouth")]


@pytest.mark.parametrize(
    ("text", "seconds", "speed"),
    [("instant", 0, 1), ("realistic", 60, 1), ("realisticx20", 60, 20), ("realisticx0.5", 60, 0.5)],
)
def test_latency(text: str, seconds: float, speed: float) -> None:
    arm = emulator(latency=text)
    assert (arm.seconds("vault.create"), arm.clock.speed) == (seconds, speed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("instant", (False, 1, (0, 0))),
        ("distance", (False, 1, (0.15, 0.06))),
        ("distance:0.2,0.1", (False, 1, (0.2, 0.1))),
        ("instant+distance", (False, 1, (0.15, 0.06))),
        ("realisticx20+distance:0.08,0", (True, 20, (0.08, 0))),
    ],
)
def test_distance(text: str, expected: object) -> None:
    assert latency.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "distance:",
        "distance:1",
        "distance:a,b",
        "distance+instant",
        "instant+",
        "+distance",
        "",
        "slow",
        "realisticx",
        "realisticx0",
        "realisticx-1",
    ],
)
def test_latency_that_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="latency must be"):
        latency.parse(text)


@pytest.mark.parametrize(
    ("settings", "latency_name", "kind", "expected"),
    [
        ({}, "instant", "vault.create", {}),
        ({}, "realistic", "vault.create", {"Retry-After": "60"}),
        ({}, "realisticx20", "vault.create", {"Retry-After": "3"}),
        ({}, "realisticx600", "vault.create", {"Retry-After": "1"}),
        ({}, "realistic", "virtual_network.create", {"Retry-After": "3"}),
        ({}, "realistic", "private_endpoint.create", {"Retry-After": "10"}),
        ({}, "realistic", "virtual_network_link.create", {"Retry-After": "30"}),
        ({}, "realisticx20", "private_dns_zone.delete", {"Retry-After": "2"}),
        ({"retry_after": "none"}, "realistic", "vault.create", {}),
        ({"retry_after": 5}, "instant", "vault.create", {"Retry-After": "5"}),
        ({"retry_after": 0}, "realistic", "vault.create", {"Retry-After": "1"}),
    ],
)
def test_retry_after(settings: JSON, latency_name: str, kind: str, expected: dict[str, str]) -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator import long_operation

    assert long_operation.retry_after(emulator({"settings": settings}, latency_name), kind) == expected


def test_every_operation_says_when_to_ask_again() -> None:
    assert [kind for kind in build.SECONDS if not kind.startswith(tuple(emulator().ask_again))] == []


def test_a_mistake_inside_is_a_500_with_its_reason() -> None:
    arm = emulator()
    arm.before.append(lambda call, route: 1 / 0)  # type: ignore[arg-type, return-value]
    answer = ask(arm, "GET", GROUPS)
    assert (answer.status, code(answer)) == (500, "InternalServerError")
    assert "ZeroDivisionError" in arm.log[-1]["traceback"]


def test_a_mistake_in_what_falls_due_is_told_once_and_stops_nothing_else() -> None:
    arm, done = emulator(), list[str]()

    def torn() -> None:
        raise RuntimeError("torn")

    arm.scheduler.after(0, torn)
    arm.scheduler.after(0, lambda: done.append("the other"))
    answer = ask(arm, "GET", "/subscriptions")
    assert (answer.status, code(answer)) == (500, "InternalServerError")
    assert "torn" in answer.document["error"]["message"]
    assert "RuntimeError: torn" in arm.log[-1]["traceback"]
    assert ask(arm, "GET", "/subscriptions").status == 200
    assert done == ["the other"]


def test_a_mistake_around_a_request_is_a_500_too() -> None:
    arm = emulator()
    arm.around.append(lambda request, entry, proceed: {}["missing"])
    assert code(ask(arm, "GET", "/subscriptions")) == "InternalServerError"
    assert arm.log[-1]["status"] == 500

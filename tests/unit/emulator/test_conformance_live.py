"""The stories against "a real subscription", for which another local Azure stands here."""

from __future__ import annotations

import io
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.conformance.live.__main__ import main
from ansible_collections.privatelink.recovery.tests.conformance.live.playing import (
    play,
    reason_to_skip,
    services,
    stories,
)
from ansible_collections.privatelink.recovery.tests.conformance.live.settings import PREFIX, read
from ansible_collections.privatelink.recovery.tests.conformance.live.sides import Answer, RemoteAzure

ZONES = "providers/Microsoft.Network/privateDnsZones"
WORLD: dict[str, t.Any] = {
    "resource_groups": [{"name": "empty"}, {"name": "used"}],
    "virtual_networks": [
        {"name": "theirs", "resource_group": "used", "location": "westeurope", "address_prefixes": ["10.0.0.0/16"]},
    ],
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[EmulatorProcess]:
    with EmulatorProcess(tmp_path_factory.mktemp("real"), WORLD) as process:
        yield process


def variables(real: EmulatorProcess, **changes: str) -> dict[str, str]:
    ready = real.ready
    said = {
        "SUBSCRIPTION": ready["subscription_id"], "RESOURCE_GROUP": "empty", "TENANT": ready["tenant_id"],
        "CLIENT_ID": ready["client_id"], "CLIENT_SECRET": ready["client_secret"], "ENDPOINT": ready["arm_endpoint"],
        "AUTHORITY": ready["authority"], "CA_FILE": ready["ca_file"], **changes,
    }  # fmt: skip
    return {PREFIX + name: value for name, value in said.items()}


def ran(said: dict[str, str]) -> tuple[int, str]:
    out = io.StringIO()
    return main(said, lambda _seconds: None, out), out.getvalue()


def held(real: EmulatorProcess, group: str = "empty") -> list[str]:
    resources = real.ask("state")["resources"]
    return [one["id"] for one in resources if f"/resourcegroups/{group}/" in one["id"].lower()]


def test_alike_where_both_answer_alike_and_nothing_is_left(real: EmulatorProcess) -> None:
    code, text = ran(variables(real, SERVICES="groups_locks networks"))
    assert (code, "0 stories differ" in text) == (0, True), text
    assert "| networks |" not in text and held(real) == []
    asked = int(text.split(" requests of ")[0].rsplit("\n", 1)[-1])
    assert asked > 15


def test_a_difference_is_listed_without_ids(real: EmulatorProcess) -> None:
    action = {"status": 503, "code": "ServerBusy"}
    real.ask("faults", {"match": {"method": "GET", "path": "/locks/"}, "nth": 1, "action": action})
    code, text = ran(variables(real, SERVICES="groups_locks"))
    assert code == 1
    [row] = [line for line in text.splitlines() if line.startswith("| groups_locks |")]
    assert row.endswith("status: Azure 503 ServerBusy, here 200 |") and "| GET Microsoft.Authorization/locks/" in row
    assert real.ready["subscription_id"] not in text and real.ready["client_secret"] not in text
    assert held(real) == []


def test_throttled_requests_are_sent_again(real: EmulatorProcess) -> None:
    action = {"status": 429, "code": "TooManyRequests", "retry_after": 7}
    real.ask("faults", {"match": {"method": "PUT", "path": "/virtualNetworks/"}, "nth": 1, "action": action})
    waited: list[float] = []
    assert main(variables(real, SERVICES="groups_locks"), waited.append, io.StringIO()) == 0
    assert waited == [7.0]


def test_what_azure_keeps_is_named(real: EmulatorProcess) -> None:
    fault = {
        "match": {"method": "DELETE", "path": "/virtualNetworks/[^/]+$"},
        "nth": "every",
        "action": {"status": 409, "code": "Kept"},
    }
    real.ask("faults", fault)
    try:
        code, text = ran(variables(real, SERVICES="groups_locks"))
    finally:
        real.ask("faults", method="DELETE")
    assert (code, "**Left behind by azure-cli test_resource_lock_commands**" in text, "(Kept)" in text) == (
        1,
        True,
        True,
    )
    [network] = {path.partition("/providers/Microsoft.Authorization/")[0] for path in held(real)}
    azure = RemoteAzure(read(variables(real), services()), lambda _seconds: None)
    azure.settle(azure.ask("DELETE", network, "2024-05-01"))
    assert held(real) == []


def test_endpoints_of_vaults_are_asked_for_though_no_recording_has_them(real: EmulatorProcess) -> None:
    real.mark()
    code, text = ran(variables(real, SERVICES="endpoints_of_vaults"))
    assert (code, "2 stories; 0 stories differ" in text, held(real)) == (0, True, []), text
    assert [one for one in real.requests() if one["method"] == "PUT" and "/privateDnsZoneGroups/" in one["path"]]


def test_nothing_is_asked_by_default(real: EmulatorProcess) -> None:
    real.mark()
    for left_out in ("SUBSCRIPTION", "RESOURCE_GROUP", "CLIENT_SECRET"):
        said = variables(real)
        del said[PREFIX + left_out]
        code, text = ran(said)
        assert (code, f"{PREFIX}{left_out}" in text.splitlines()[0]) == (2, True)
    assert ran({})[0] == 2
    assert real.requests() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"RESOURCE_GROUP": "used"}, "is not empty (1 resources)"),
        ({"RESOURCE_GROUP": "none"}, "404 ResourceGroupNotFound"),
        ({"RESOURCE_GROUP": "../other"}, "is '../other', which is none"),
        ({"SUBSCRIPTION": "mine"}, "is 'mine', which is none"),
        ({"CLIENT_SECRET": "wrong"}, "No token: 401"),
        ({"SERVICES": "vaults nothing"}, "has nothing"),
        ({"ENDPOINT": "http://127.0.0.1"}, "does not begin with https://"),
    ],
)
def test_refused_before_the_first_write(real: EmulatorProcess, changes: dict[str, str], expected: str) -> None:
    real.mark()
    code, text = ran(variables(real, **changes))
    assert (code, expected in text) == (2, True), text
    assert [
        entry for entry in real.requests() if entry["method"] not in ("GET",) and "/oauth2/" not in entry["path"]
    ] == []


def test_what_is_there_already_is_not_touched(real: EmulatorProcess) -> None:
    settings = read(variables(real), services())
    azure = RemoteAzure(settings, lambda _seconds: None)
    story = next(one for one in stories("private_dns") if "DeleteZone_ZoneExists" in one["source"])
    name = story["steps"][0]["ask"].rpartition("/")[2]
    zone = f"{settings.scope}/{ZONES}/{name}"
    azure.settle(azure.ask("PUT", zone, "2024-06-01", {"location": "global"}))
    try:
        played = play("private_dns", story, azure, settings)
        assert "the story has not made" in played.skipped and played.asked == 0
        assert azure.ask("GET", zone, "2024-06-01").status == 200
    finally:
        azure.settle(azure.ask("DELETE", zone, "2024-06-01"))
    assert held(real) == []


@pytest.mark.parametrize(
    ("story", "why"),
    [
        ({"world": {"vaults": []}, "steps": []}, "needs vaults"),
        ({"steps": [{"ask": "PUT {subscription}/a"}]}, "writes outside"),
        ({"steps": [{"ask": "PUT {group}/a", "send": {"state": "Locked"}}]}, "cannot take back"),
        ({"steps": [{"ask": "PUT {group}/a", "send": {"id": "{group}/providers/A/b/c"}}]}, "refers to A/b/c"),
        (
            {"steps": [{"ask": "PUT {group}/a", "send": {"p": "55555555-5555-4555-8555-555555555555"}}]},
            "needs a principal",
        ),
        ({"world": {"resource_groups": []}, "steps": [{"ask": "PUT {group}/a"}]}, ""),
    ],
)
def test_what_cannot_be_played(story: dict[str, t.Any], why: str) -> None:
    assert reason_to_skip(story, "").startswith(why) or why in reason_to_skip(story, "")
    assert bool(reason_to_skip(story, "")) is bool(why)


def test_an_operation_that_leads_elsewhere_is_not_followed(real: EmulatorProcess) -> None:
    azure = RemoteAzure(read(variables(real), services()), lambda _seconds: None)
    with pytest.raises(Exception, match="leads to another host"):
        azure.settle(Answer(202, {"location": "https://example.com/x"}, None))

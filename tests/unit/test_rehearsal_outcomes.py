"""What must be there after a rehearsed run: each part of an outcome is seen to be wrong, and a report to say too much."""

from __future__ import annotations

import copy
import importlib
import types
import typing as t
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).resolve().parents[2] / "extensions"
GROUP = "/subscriptions/s/resourceGroups/rg/providers"
VAULT = f"{GROUP}/Microsoft.RecoveryServices/vaults/v"
ENDPOINT = f"{GROUP}/Microsoft.Network/privateEndpoints/pe"
NETWORK = f"{GROUP}/Microsoft.Network/virtualNetworks/app"
ZONE = f"{GROUP}/Microsoft.Network/privateDnsZones/privatelink.example"
APPROVED = {"privateLinkServiceConnectionState": {"status": "Approved"}}
STATE: list[dict[str, t.Any]] = [
    {
        "id": VAULT,
        "properties": {
            "publicNetworkAccess": "Disabled",
            "privateEndpointConnections": [{"properties": {"privateEndpoint": {"id": ENDPOINT}, **APPROVED}}],
        },
    },
    {
        "id": ENDPOINT,
        "name": "pe",
        "tags": {"managed-by": "privatelink.recovery"},
        "properties": {
            "provisioningState": "Succeeded",
            "subnet": {"id": f"{NETWORK}/subnets/endpoints"},
            "privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": VAULT, **APPROVED}}],
        },
    },
    {"id": ZONE, "properties": {}},
    {"id": f"{ZONE}/virtualNetworkLinks/app", "properties": {"virtualNetwork": {"id": NETWORK}}},
    {"id": f"{ZONE}/A/name", "properties": {"aRecords": [{"ipv4Address": "10.0.0.4"}]}},
]
NAME = {
    "endpoint": "pe",
    "fqdn": "name.privatelink.example",
    "zone": "privatelink.example",
    "ip_addresses": ["10.0.0.4"],
}
REPORT = {"result": "converged", "ready_to_protect": True, "subject": {"vault": VAULT}, "names": [NAME]}
WRITES = [f"PUT {VAULT}", f"PUT {ENDPOINT}", f"PUT {ZONE}", f"PUT {ZONE}/A/name", f"PATCH {VAULT}"]


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    return importlib.import_module("rehearsal.outcomes")


def played(**changes: t.Any) -> t.Any:
    rows = [dict(zip(("method", "path"), line.split(" ")), status=200) for line in changes.pop("writes", WRITES)]
    made = importlib.import_module("rehearsal.played").Played
    given = {"handed": {"localhost": REPORT}, "state": STATE, "requested": rows, **changes}
    return made("converge", given.pop("playbook", "backup"), check=False, expect="changed", **given)


RIGHT = {
    "result": "converged",
    "order": ["vault", "endpoints", "zones", "records"],
    "last": "vault",
    "there": {"endpoints": 1, "links": 1, "records": 1},
    "names": {"pe": 1},
    "values": {"/vaults/v": {"properties.publicNetworkAccess": "Disabled"}},
}


def test_what_is_as_it_must_be(outcomes: types.ModuleType) -> None:
    assert outcomes.wrong(RIGHT, played()) == ""
    assert outcomes.untrue(played(), played(state=[]), closes=True) == ""


WRONG = {
    "result": ("ok", "its report says converged, not ok"),
    "order": (["endpoints", "vault"], "the order of writes was vault, endpoints, zones, records, not endpoints, vault"),
    "last": ("records", "vault was written last, not records"),
    "there": ({"endpoints": 2}, "there are 1 endpoints, not 2"),
    "names": ({"pe": 7}, "pe has 1 names, not 7"),
    "values": ({"/vaults/v": {"identity.type": "x"}}, "identity.type of /vaults/v is None, not 'x'"),
}


@pytest.mark.parametrize("part", WRONG)
def test_what_is_not_is_told(outcomes: types.ModuleType, part: str) -> None:
    wanted, words = WRONG[part]
    assert outcomes.wrong({**RIGHT, part: wanted}, played()) == words


def changed(number: int, path: str, value: t.Any) -> list[dict[str, t.Any]]:
    state = copy.deepcopy(STATE)
    place: t.Any = state[number]
    *above, last = path.split("/")
    for key in above:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return state


REFUSED = {"status": "Rejected"}
UNTRUE: dict[str, tuple[list[dict[str, t.Any]], str]] = {
    "a failed endpoint": (changed(1, "properties/provisioningState", "Failed"), "pe is Failed"),
    "rejected on the vault": (
        changed(0, "properties/privateEndpointConnections/0/properties/privateLinkServiceConnectionState", REFUSED),
        "its target has the connection of pe as Rejected",
    ),
    "no record": (STATE[:4], "has no record with 10.0.0.4"),
    "no link": (STATE[:3] + STATE[4:], "has no record with 10.0.0.4 in a zone linked to the network of pe"),
    "an open vault": (changed(0, "properties/publicNetworkAccess", "Enabled"), "its public network access is Enabled"),
}


@pytest.mark.parametrize("name", UNTRUE)
def test_a_report_that_says_too_much_is_seen(outcomes: types.ModuleType, name: str) -> None:
    state, words = UNTRUE[name]
    assert words in outcomes.untrue(played(state=state), closes=True)


def test_a_vault_closed_too_early_is_seen(outcomes: types.ModuleType) -> None:
    early = played(writes=[f"PATCH {VAULT}", f"PUT {ENDPOINT}"])
    assert "the vault should be closed last" in outcomes.untrue(early, played(state=[]), closes=True)


def test_endpoints_left_by_a_teardown_are_seen_unless_the_report_names_them(outcomes: types.ModuleType) -> None:
    assert outcomes.untrue(played(playbook="teardown", handed={"localhost": {"result": "converged"}}), closes=True)
    reported = {"localhost": {"result": "converged", "kept": ENDPOINT}}
    assert outcomes.untrue(played(playbook="teardown", handed=reported), closes=True) == ""


def change(host: str, task: str, *resources: str) -> dict[str, t.Any]:
    rows = [{"before_header": f"{one} (before)", "before": {}, "after": {"id": one}} for one in resources]
    return {"host": host, "task": task, "item": "", "diff": rows}


#: The hosts; what each foresaw; what was done; what is wrong about it.
ROLES = change("one", "roles", "role assignments")
SHARED = [change(host, "zones", "/z/one", "/z/two") for host in ("one", "two")]
SEVERAL: dict[str, tuple[list[str], list[t.Any], list[t.Any], str]] = {
    "more than foreseen, of one": (["one"], [ROLES], [ROLES, SHARED[0]], "only done"),
    # Each sees the others' records in a zone, which are gone when all of them are torn down.
    "more than foreseen, of several": (["one", "two"], [ROLES], [ROLES, SHARED[0]], ""),
    # What was foreseen has to happen, however many there are.
    "less than foreseen": (["one", "two"], [ROLES, SHARED[0]], [ROLES], "only predicted"),
    "shared, made by the first": (["one", "two"], SHARED, SHARED[:1], ""),
    "shared, of one": (["one"], SHARED, SHARED[:1], "only predicted"),
    "shared in part": (["one", "two"], SHARED, [change("one", "zones", "/z/one")], "only predicted"),
    "by another task": (
        ["one", "two"],
        SHARED[1:],
        [change("one", "links", "/z/one", "/z/two")],
        "only predicted",
    ),
    "nothing is known to be shared": (["one", "two"], [ROLES, {**ROLES, "host": "two"}], [ROLES], "only predicted"),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_what_several_vaults_foresaw_is_done_by_one_of_them_and_they_may_do_more(
    outcomes: types.ModuleType, name: str
) -> None:
    promises = importlib.import_module("rehearsal.promises")
    made = importlib.import_module("rehearsal.played").Played
    asked = importlib.import_module("rehearsal.scenario").Run("teardown", "teardown", expect="if_predicted")
    hosts, foreseen, done, words = SEVERAL[name]
    check, run = (
        made("teardown", "teardown", mode, "if_predicted", changes=changes, handed={host: {} for host in hosts})
        for mode, changes in ((True, foreseen), (False, done))
    )
    verdict = promises.judge(asked, run, [check], closes=True)
    assert words in verdict and bool(words) == bool(verdict)

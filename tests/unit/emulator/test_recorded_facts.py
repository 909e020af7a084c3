"""The local Azure answers as public recordings of Azure do."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Response
from ansible_collections.privatelink.recovery.tests.conformance.recorded.facts import (
    Outcome,
    differences,
    judged,
    outcomes,
    services,
)


@pytest.mark.parametrize("service", services())
def test_every_recorded_answer_is_the_local_one_or_has_a_reason(service: str) -> None:
    found = list(outcomes(service))
    assert {one.name: one.differences for one in found if one.fails} == {}
    assert sum(one.agrees for one in found) >= 0.8 * len(found)


@pytest.mark.parametrize(
    ("answer", "reported"),
    [
        (Response(404), "status"),
        (Response(200, {"a": 1}, {"ETag": "x"}), "headers"),
        (Response(200, {"a": 1, "b": 2}), "b: not in Azure"),
        (Response(200, {}), "a: missing here"),
        (Response(200, {"a": 2}), "a: Azure 1, here 2"),
    ],
)
def test_a_wrong_answer_would_be_seen(answer: Response, reported: str) -> None:
    assert any(reported in line for line in differences({"status": 200, "keys": "a", "values": {"a": 1}}, answer))


def test_a_reason_for_what_agrees_is_a_failure() -> None:
    assert Outcome("vaults", "x", (), "because").fails
    assert not Outcome("vaults", "x", ("status",), "because").fails
    assert Outcome("vaults", "x", ("status",)).fails


def test_every_difference_is_judged_with_a_source_and_a_reason() -> None:
    rows = judged()
    for row in rows:
        assert row.keys() == {"source", "requests", "judged", "reason"}, row
        assert row["judged"] in ("older", "elsewhere", "varies", "meant")
        assert row["source"].startswith(("azure-cli", "azure-libraries")) and len(row["reason"]) > 20
    assert len({(row["source"], str(row["requests"])) for row in rows}) == len(rows)

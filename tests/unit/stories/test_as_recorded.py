"""What recordings of Azure show and nobody expects, met by a whole role."""

from __future__ import annotations

import typing as t

import pytest

from ..conftest import ENDPOINT, VAULT, Cloud
from .conftest import Tell
from .sequence import Played


def fail_while_approved(cloud: Cloud) -> None:
    """Of 56 recorded connections of vaults 20 are Approved by their status, and have failed."""
    cloud.arm.store.get(ENDPOINT).properties["provisioningState"] = "Failed"
    for connection in cloud.document(VAULT)["properties"]["privateEndpointConnections"]:
        assert connection["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
        connection["properties"]["provisioningState"] = "Failed"


def ready(played: Played) -> bool | None:
    return t.cast("bool | None", played.report["ready_to_protect"])


@pytest.mark.parametrize("entry", ["verify", "drift"])
def test_an_endpoint_that_is_approved_and_failed_is_not_ready(entry: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    assert ready(sequence.play(entry)) is True
    fail_while_approved(cloud)
    cloud.mark()
    played = sequence.play(entry)
    assert "pe-backup" in played.failure and "failed" in played.failure.lower()
    assert (ready(played), cloud.writes()) == (False, [])

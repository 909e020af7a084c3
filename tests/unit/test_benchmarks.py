"""How the benchmark counts: answers waited for in a row, buckets, and how long they take whoever asks."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.tests.benchmarks import rows_distance as rows


@pytest.mark.parametrize(
    ("moments", "chain"),
    [
        ([], 0),
        ([0.0], 1),
        ([0.0, 0.01, 0.02, 0.14], 1),
        ([0.0, 0.15, 0.3], 3),
        ([0.3, 0.0, 0.1, 0.16, 0.2], 2),
        ([0.0, 0.1, 0.2, 0.3, 0.4], 3),
    ],
)
def test_answers_in_a_row(moments: list[float], chain: int) -> None:
    assert rows.in_a_row({"at": moment} for moment in moments) == chain


@pytest.mark.parametrize(
    ("kind", "requests", "seconds"), [("reads", 250, 0), ("reads", 1250, 40), ("writes", 300, 10), ("deletes", 1, 0)]
)
def test_what_a_bucket_takes(kind: str, requests: int, seconds: float) -> None:
    assert rows._floor(kind, requests) == seconds

"""Far from Azure: few answers are waited for one after the other, and with one question at a time the order is fixed."""

from __future__ import annotations

import re
import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.tests.benchmarks.description import Description
from ansible_collections.privatelink.recovery.tests.benchmarks.rows_distance import IN_A_ROW

from .. import conftest
from ..conftest import Cloud
from ..meeting import PATIENCE
from .sequence import Played, Sequence, read
from .settings import SETTINGS
from .waits import Waits

#: What an unchanged run waits for, one answer after the other, those of signing in among them. Two endpoints, a role and a
#: provider to see to; a classic vault; both sides with a machine; and what ``make bench`` measures.
WAITS = {
    "backup": 11,
    "backup, classic": 11,
    "site_recovery": 12,
    "measured backup": 9,
    "measured site_recovery": 9,
    "measured backup_v1": 12,
    "measured dpm_mabs": 10,
    "measured migrate": 10,
}


def converged(name: str, directory: Path) -> tuple[Cloud, Sequence]:
    """A role that has done everything; a setting by its name, or what ``make bench`` measures, without resolving names."""
    if name in SETTINGS:
        cloud = SETTINGS[name].cloud()
        sequence = SETTINGS[name].sequence(cloud, directory)
    else:
        described = Description(name.removeprefix("measured "))
        cloud = Cloud(described.world([described.host]))
        variables = {**read(described.path)["variables"], "inventory_hostname": described.host, "dns": []}
        sequence = Sequence(cloud, directory, described.role, **variables)
    first = sequence.play()
    assert first.failure == "" and first.changes
    return cloud, sequence


def unchanged(sequence: Sequence) -> Played:
    """A run with nothing to do."""
    sequence.cloud.mark()
    played = sequence.play()
    assert (played.failure, played.changes) == ("", {})
    return played


@pytest.mark.parametrize("name", WAITS)
def test_an_unchanged_run_waits_for_few_answers_in_a_row(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cloud, sequence = converged(name, tmp_path)
    waits = Waits(monkeypatch)
    unchanged(sequence)
    assert waits.in_a_row <= WAITS[name] <= IN_A_ROW


#: Requests of the first wave, of which each setting has several.
FIRST_WAVE = re.compile(r"/virtualNetworks/[^/]+(/usages)?$")


#: Since when an activity log is asked for.
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")


class UnderWay:
    """How many requests were on their way at once. ``meeting``: none of the first wave is answered before two have been."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.most, self.meeting = 0, False
        self._now, self._changed = 0, threading.Condition()
        answered = EmulatorAdapter.send

        def send(adapter: EmulatorAdapter, request: t.Any, **options: t.Any) -> t.Any:
            waits = self.meeting and FIRST_WAVE.search(request.url.partition("?")[0])
            with self._changed:
                self._now += 1
                self.most = max(self.most, self._now)
                self._changed.notify_all()
                assert not waits or self._changed.wait_for(lambda: self.most > 1, PATIENCE)
            try:
                return answered(adapter, request, **options)
            finally:
                with self._changed:
                    self._now -= 1

        patch.setattr(EmulatorAdapter, "send", send)


@pytest.mark.parametrize(
    "name", ["backup", "backup, records", "site_recovery, records", "measured dpm_mabs", "measured migrate"]
)
def test_with_a_concurrency_of_1_the_same_is_asked_in_one_order(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud, sequence = converged(name, tmp_path)
    monkeypatch.setattr(conftest, "NEAR", 0.0)
    under_way = UnderWay(monkeypatch)

    def asked(concurrency: int) -> list[tuple[str, str, str]]:
        under_way.most, under_way.meeting = 0, concurrency > 1
        sequence.connection["concurrency"] = concurrency
        unchanged(sequence)
        return [(entry["method"], entry["path"], A_MOMENT.sub("", str(entry["query"]))) for entry in cloud.requests()]

    in_order = asked(1)
    assert under_way.most == 1
    assert asked(1) == in_order
    # The other way round they are on their way together, and none is asked that one by one is not.
    assert set(asked(12)) == set(in_order)
    assert under_way.most > 1

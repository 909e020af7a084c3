"""What a run asks of Azure: nothing twice within one task, and nothing but questions when there is nothing to do."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from .settings import SETTINGS
from .support import SIGN_IN


@pytest.mark.parametrize("name", ["backup", "backup, records", "site_recovery", "site_recovery, records"])
def test_no_task_asks_the_same_twice_when_there_is_nothing_to_do(name: str, tmp_path: Path) -> None:
    setting = SETTINGS[name]
    cloud = setting.cloud()
    sequence = setting.sequence(cloud, tmp_path)
    assert not sequence.play().failure
    cloud.mark()
    again = sequence.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    ends = [deed.began for deed in again.deeds[1:]] + [len(cloud.arm.log)]
    for deed, end in zip(again.deeds, ends, strict=True):
        asked = Counter(
            (entry["method"], entry["path"], entry["query"])
            for entry in itertools.islice(cloud.arm.log, deed.began, end)
            if not SIGN_IN.search(entry["path"])
        )
        assert {request: times for request, times in asked.items() if times > 1} == {}, deed.task

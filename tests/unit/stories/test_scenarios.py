"""The scenarios of the rehearsal and their variants keep their promises; a role that lacks a step breaks one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.rehearsal.scenario import load, names, variants

from .scenarios import Resolving, broken, rehearse

#: Played as processes only: with DNS servers or backup servers beside the local Azure, or by a role with steps of its own.
ELSEWHERE = ("dns_servers", "dpm_mabs", "migrate")


@pytest.mark.parametrize("name", [name for name in [*names(), *variants()] if name.partition(".")[0] not in ELSEWHERE])
def test_a_scenario_keeps_its_promises(name: str, tmp_path: Path, resolving: Resolving) -> None:
    verdicts = rehearse(load(name), tmp_path, resolving)
    assert broken(verdicts) == ""

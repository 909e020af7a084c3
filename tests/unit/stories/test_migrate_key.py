"""A person generates the key in the portal after the role made the project: what that leaves is named, mended and proved."""

from __future__ import annotations

from pathlib import Path

from ..worlds import migrate as worlds
from .migrate_made import made


def test_what_generate_key_leaves_without_records_is_named_and_mended(tmp_path: Path) -> None:
    """The role has the zones, so the project tells the portal to make none: the records of four more endpoints are drift's."""
    cloud, sequence = made(tmp_path)
    assert not sequence.play().failure
    waiting = sequence.play("verify")
    assert not waiting.failure, waiting.failure
    assert cloud.arm.events["key_generated"]({"project": "contoso", "appliance": "lsa"})["succeeded"] is True
    cloud.arm.scheduler.settle()
    found = sequence.play("verify")
    assert found.failure.startswith("Stop: 4 fault(s)") and found.failure.count("[record_missing]") == 4
    mended = sequence.play("drift")
    assert not mended.failure, mended.failure
    for zone, records in (("migration", 3), ("key_vault", 2), ("blob", 2)):
        assert len(worlds.zone_records(cloud, zone)) >= records, zone
    cloud.mark()
    again = sequence.play("drift")
    assert not again.failure and cloud.writes() == []

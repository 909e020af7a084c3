"""The tags by which a vault says what a run has made of it, where Azure shows nothing of that."""

from __future__ import annotations

from ..engine.tags import carries, folded
from ..resources.classic_endpoints import CLASSIC, EXPERIENCE_TAG
from .inspection import Inspection


def mark_tags(inspection: Inspection) -> dict[str, str]:
    """The tags of a vault with which a run is done; none where the target bears none."""
    if not inspection.desired.sequence.marked:
        return {}
    return {inspection.mark: "true", **({EXPERIENCE_TAG: CLASSIC} if inspection.desired.classic else {})}


def noted(inspection: Inspection) -> bool:
    """Whether the vault has all of them."""
    return carries((inspection.vault or {}).get("tags"), mark_tags(inspection))


def noted_experience(inspection: Inspection) -> str:
    """What the vault's tag says of the experience of its endpoints; empty without one."""
    return folded((inspection.vault or {}).get("tags")).get(EXPERIENCE_TAG, "")

"""What Azure's virtual machines bring to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...world_schema import Keys, Many
from .service import Machines

WORLD = Keys(
    {
        "virtual_machines": Many(
            Keys(
                {
                    "name!": "text",
                    "resource_group!": "text",
                    "subscription_id": "guid",
                    "virtual_network!": "text",
                    "subnet!": "text",
                }
            )
        )
    }
)
PART = Part(services=(Machines,), world=WORLD)

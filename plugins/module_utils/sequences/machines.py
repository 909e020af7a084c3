"""The machines that are to be replicated, as an inspection reads each of them once."""

from __future__ import annotations

import typing as t

from ..ids import fold_id
from ..resources.machines import networks_of_machine, read_machine
from ..wire import JSON
from .inspection import Inspection


def machine_of(inspection: Inspection, machine_id: str) -> JSON | None:
    """A virtual machine, or None."""
    return t.cast(
        "JSON | None",
        inspection.once(f"machine {fold_id(machine_id)}", lambda: read_machine(inspection.azure, machine_id)),
    )


def networks_of(inspection: Inspection, machine_id: str) -> list[str]:
    """The networks a machine is in; none while it does not exist."""
    found = machine_of(inspection, machine_id)
    if found is None:
        return []
    return t.cast(
        "list[str]",
        inspection.once(f"networks of {fold_id(machine_id)}", lambda: networks_of_machine(inspection.azure, found)),
    )

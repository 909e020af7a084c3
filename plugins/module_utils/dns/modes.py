"""Which private DNS zones a sequence with several endpoints needs, and who writes their records.

Two endpoints of one vault publish the same names with different addresses, and one zone can hold only one right answer.
https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints asks for a
new zone for every new endpoint of a vault, and for one endpoint with one zone in a hub-and-spoke network.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Topology = t.Literal["per_endpoint", "shared"]
Writer = t.Literal["zone_group", "records", "policy", "custom"]
MODES = ("per_endpoint", "shared", "zone_group", "records", "policy", "custom")


@dataclass(frozen=True)
class Facts:
    """What decides. ``planned`` and ``existing`` count endpoints of the vault and sub-resource, ``existing`` those that are
    not planned; ``accepted`` says that planned ones may overwrite the records of those."""

    planned: int
    existing: int = 0
    hybrid: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class Choice:
    """The decision: how many sets of zones, who writes records, and why. ``refusal`` says why it cannot be."""

    topology: Topology
    writer: Writer
    reason: str
    refusal: str = ""
    remedy: str = ""


def choose(mode: str, facts: Facts) -> Choice:
    """Decide for a mode the operator named.

    ``per_endpoint`` and ``shared`` speak of zones and let Azure write the records; ``zone_group``, ``records``,
    ``policy`` and ``custom`` speak of the writer and leave zones to each endpoint (one endpoint needs only one set).
    """
    writer: Writer = t.cast("Writer", mode) if mode in ("zone_group", "records", "policy", "custom") else "zone_group"
    topology: Topology = (
        "shared" if mode == "shared" or (mode != "per_endpoint" and facts.planned == 1) else "per_endpoint"
    )
    if mode == "shared" and (facts.planned > 1 or (facts.existing and not facts.accepted)):
        return Choice(
            topology,
            writer,
            "one zone for all networks",
            f"dns_mode shared means one endpoint and one zone, but {facts.planned} endpoints are planned and "
            f"{facts.existing} more exist; in one zone each would overwrite the others' records",
            "Use per_endpoint, or plan a single endpoint in the hub"
            + (
                "."
                if facts.planned > 1
                else "; or, if the others are no longer needed, accept that by accept_zone_overwrite."
            ),
        )
    if mode == "shared":
        return Choice(topology, writer, "One endpoint in the hub serves all peered networks through one zone.")
    if facts.hybrid:
        return Choice("shared", writer, "On-premises machines reach the one endpoint of the bypass network.")
    if topology == "shared":
        return Choice(topology, writer, "A single endpoint needs a single set of zones.")
    return Choice(
        topology,
        writer,
        "Each network resolves the vault's names to its own endpoint, also when the other region is gone.",
    )


def owns_zones(writer: str) -> bool:
    """Whether the sequence makes zones and links itself; with ``policy`` and ``custom`` somebody else does."""
    return writer in ("zone_group", "records")

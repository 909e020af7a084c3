"""The DNS modes: who makes zones, who writes the records, what Azure shows of them, and what brings a wrong record back.

Two endpoints of one target publish the same names with different addresses, and one zone can hold only one right answer.
https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints asks for a
new zone for every new endpoint of a vault, and for one endpoint with one zone in a hub-and-spoke network.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..resources.roles import actions
from .private_dns import LINK, RECORD, ZONE
from .zone_groups import TYPE as ZONE_GROUP

ZoneSets = t.Literal["per_endpoint", "shared"]
OfStorage = t.Literal["ignore", "also", "only"]
Writer = t.Literal["zone_group", "records", "policy", "custom"]

#: What making zones with their links needs on the zones' resource group, whoever writes the records.
OWN_ZONES = (*actions(ZONE, "write"), *actions(LINK, "write"), *actions(RECORD, "read"))
#: What writing the records of storage endpoints needs there, which are in no zone group of ours.
RECORDS_OF_STORAGE = actions(RECORD, "write", "delete")
RECORDS_REPAIR = "Run the sequence, or its drift entry point, to write what is missing."
_GROUP_REPAIR = (
    "Azure writes the records of its zone group itself: wait some minutes and look again. If it stays so, "
    "somebody changed them, which Azure does not mend: delete the zone group of {endpoint} "
    "(privatelink.recovery.private_dns_zone_group, state: absent; its names do not resolve meanwhile) and run the sequence again."
)


@dataclass(frozen=True)
class Mode:
    """One way to have names resolved.

    ``writer`` writes the records: Azure for our ``zone_group``, ourselves (``records``), a ``policy`` that attaches zone
    groups, or ``custom`` DNS servers. ``zone_sets`` is what the mode says of zones: one ``shared`` set, one set
    ``per_endpoint``, or None where the number of endpoints decides. ``repair`` is what brings back a record that is
    missing or wrong. Azure writes those of a zone group when the group or the endpoint changes
    (https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration) and does not maintain them in
    between. ``of_storage``: whose names we write for a classic vault, the storage endpoints' beside those of ours, or only theirs.
    The actions are needed on the zones' resource group, on the endpoint's, and for their removal.
    """

    writer: Writer
    repair: str
    zone_sets: ZoneSets | None = None
    makes_zones: bool = False
    makes_groups: bool = False
    writes_records: bool = False
    finds_groups: bool = False
    azure_shows_records: bool = True
    of_storage: OfStorage = "ignore"
    zone_actions: tuple[str, ...] = ()
    endpoint_actions: tuple[str, ...] = ()
    endpoint_removal_actions: tuple[str, ...] = ()
    zone_removal_actions: tuple[str, ...] = ()

    @property
    def one_set(self) -> bool:
        """Whether the mode means one endpoint with one set of zones for all networks."""
        return self.zone_sets == "shared"


def _zone_groups(zone_sets: ZoneSets | None) -> Mode:
    return Mode(
        "zone_group",
        _GROUP_REPAIR,
        zone_sets,
        makes_zones=True,
        makes_groups=True,
        of_storage="only",
        zone_actions=actions(ZONE, "join/action"),
        endpoint_actions=actions(ZONE_GROUP, "read", "write"),
        endpoint_removal_actions=actions(ZONE_GROUP, "delete"),
    )


#: ``per_endpoint`` and ``shared`` speak of zones and let Azure write the records; the others speak of the writer.
TABLE: dict[str, Mode] = {
    "per_endpoint": _zone_groups("per_endpoint"),
    "shared": _zone_groups("shared"),
    "zone_group": _zone_groups(None),
    "records": Mode(
        "records",
        RECORDS_REPAIR,
        makes_zones=True,
        writes_records=True,
        of_storage="also",
        zone_actions=RECORDS_OF_STORAGE,
        zone_removal_actions=actions(RECORD, "delete"),
    ),
    "policy": Mode(
        "policy",
        "Have the owner of the policy that attaches zone groups look after {endpoint}.",
        finds_groups=True,
    ),
    "custom": Mode("custom", "Correct the zones of {endpoint}.", azure_shows_records=False),
}
MODES = tuple(TABLE)


@dataclass(frozen=True)
class Facts:
    """What decides. ``planned`` and ``existing`` count endpoints of the target and sub-resource, ``existing`` those that are
    not planned; ``one_for_all`` says that one endpoint serves all consumers whatever the mode; ``accepted`` says that
    planned endpoints may overwrite the records of existing ones."""

    planned: int
    existing: int = 0
    one_for_all: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class Choice:
    """The decision: how many sets of zones, who writes records, and why. ``refusal`` says why it cannot be."""

    zone_sets: ZoneSets
    writer: Writer
    reason: str
    refusal: str = ""
    remedy: str = ""


def choose(name: str, facts: Facts) -> Choice:
    """Decide for a mode the operator named. One endpoint needs only one set of zones."""
    mode = TABLE[name]
    if mode.one_set and (facts.planned > 1 or (facts.existing and not facts.accepted)):
        return Choice(
            "shared",
            mode.writer,
            "one zone for all networks",
            f"dns_mode {name} means one endpoint and one zone, but {facts.planned} endpoints are planned and "
            f"{facts.existing} more exist; in one zone each would overwrite the others' records",
            "Use dns_mode: per_endpoint, or plan a single endpoint in the hub"
            + (
                "."
                if facts.planned > 1
                else "; or, if the others are no longer needed, accept that by accept_zone_overwrite: true."
            ),
        )
    if mode.one_set:
        return Choice("shared", mode.writer, "One endpoint in the hub serves all peered networks through one zone.")
    if facts.one_for_all:
        return Choice("shared", mode.writer, "On-premises machines reach the one endpoint of the bypass network.")
    if mode.zone_sets is None and facts.planned == 1:
        return Choice("shared", mode.writer, "A single endpoint needs a single set of zones.")
    return Choice(
        "per_endpoint",
        mode.writer,
        "Each network resolves the vault's names to its own endpoint, also when the other region is gone.",
    )

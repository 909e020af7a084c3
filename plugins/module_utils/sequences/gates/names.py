"""The gates of names: which zones there must be, who writes into them, and what is in the way; the same for every sequence."""

from __future__ import annotations

import typing as t

from ...dns.modes import Facts, choose
from ...resources.endpoint_connections import endpoint_of, of_group
from ...resources.vaults import connections
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from .zones import conflicts


def zone_knowledge(inspection: Inspection) -> t.Iterator[Gate]:
    """The zones the vault's region needs are known from an authority, not guessed."""
    names = inspection.zone_names
    yield ok(
        "zone_names",
        inspection.location,
        f"{inspection.desired.sub_resource} in {inspection.location} needs {', '.join(names)}.",
        *names,
    )


def topology(inspection: Inspection) -> t.Iterator[Gate]:
    """The DNS mode fits the number of endpoints, and a policy can see them."""
    wanted = {endpoint.id.lower() for endpoint in inspection.desired.endpoints}
    existing = [
        item
        for item in connections(inspection.vault)
        if of_group(item, inspection.desired.sub_resource) and endpoint_of(item).lower() not in wanted
    ]
    facts = Facts(
        len(inspection.desired.endpoints),
        len(existing),
        inspection.desired.one_for_all,
        accepted=inspection.desired.accept_zone_overwrite,
    )
    choice = choose(inspection.desired.dns_mode, facts)
    unseen = [endpoint.name for endpoint in inspection.desired.endpoints if endpoint.manual]
    if choice.refusal:
        yield refused("dns_mode", inspection.desired.vault_id, f"{choice.refusal}.", choice.remedy)
    elif inspection.desired.mode.finds_groups and unseen:
        # Azure/Azure-Landing-Zones#4156
        yield warning(
            "dns_mode", inspection.desired.vault_id,
            f"{', '.join(unseen)}: the landing zones' own policies give no zone group to endpoints with manual approval.",
            "Leave manual out, or make sure that your policy looks at manualPrivateLinkServiceConnections too.",
        )  # fmt: skip
    else:
        yield ok("dns_mode", inspection.desired.vault_id, f"{inspection.desired.dns_mode}: {choice.reason}")


def zones(inspection: Inspection) -> t.Iterator[Gate]:
    """No network would be linked to two zones of one name, and no endpoint's records would overwrite another's."""
    if not inspection.zones_known:
        return  # the gate of zone names says why
    found = list(conflicts(inspection)) if inspection.desired.mode.makes_zones else []
    yield from found
    if not found:
        yield ok("zones", inspection.desired.vault_id, "No zone overlaps another and no record would be overwritten.")

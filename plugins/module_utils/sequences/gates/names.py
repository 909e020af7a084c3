"""The gates of names: which zones there must be, who writes into them, and what is in the way; the same for every sequence."""

from __future__ import annotations

import typing as t

from ...dns.modes import Facts, choose, owns_zones
from ...resources.endpoint_connections import endpoint_of, of_group
from ...resources.vaults import connections
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from .zones import conflicts


def zone_knowledge(look: Inspection) -> t.Iterator[Gate]:
    """The zones the vault's region needs are known from an authority, not guessed."""
    names = look.zone_names
    yield ok(
        "zone_names", look.location, f"{look.wish.sub_resource} in {look.location} needs {', '.join(names)}.", *names
    )


def topology(look: Inspection) -> t.Iterator[Gate]:
    """The DNS mode fits the number of endpoints, and a policy can see them."""
    wanted = {endpoint.id.lower() for endpoint in look.wish.endpoints}
    existing = [
        item
        for item in connections(look.vault)
        if of_group(item, look.wish.sub_resource) and endpoint_of(item).lower() not in wanted
    ]
    facts = Facts(
        len(look.wish.endpoints), len(existing), look.wish.variant == "hybrid", accepted=look.wish.accept_zone_overwrite
    )
    choice = choose(look.wish.dns_mode, facts)
    unseen = [endpoint.name for endpoint in look.wish.endpoints if endpoint.manual]
    if choice.refusal:
        yield refused("dns_mode", look.wish.vault_id, f"{choice.refusal}.", choice.remedy)
    elif choice.writer == "policy" and unseen:
        # Azure/Azure-Landing-Zones#4156
        yield warning(
            "dns_mode", look.wish.vault_id,
            f"{', '.join(unseen)}: the landing zones' own policies give no zone group to endpoints with manual approval.",
            "Leave manual out, or make sure that your policy looks at manualPrivateLinkServiceConnections too.",
        )  # fmt: skip
    else:
        yield ok("dns_mode", look.wish.vault_id, f"{look.wish.dns_mode}: {choice.reason}")


def zones(look: Inspection) -> t.Iterator[Gate]:
    """No network would be linked to two zones of one name, and no endpoint's records would overwrite another's."""
    found = list(conflicts(look)) if owns_zones(look.wish.writer) else []
    yield from found
    if not found:
        yield ok("zones", look.wish.vault_id, "No zone overlaps another and no record would be overwritten.")

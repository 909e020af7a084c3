"""Why the zones of a sequence cannot be known, with what its operator can do about it."""

from __future__ import annotations

from ..dns.geo_codes import GEO_CODES, nearest_region
from ..dns.zone_choice import Contradiction, UnknownZones
from ..errors import Refusal


def of_a_sequence(refusal: Refusal, location: str, sub_resource: str) -> Refusal:
    """The refusal of :func:`~..dns.zone_choice.choose_zones` with the options of a sequence in its remedy.

    A region that no list has is called that: it is most often misspelt.
    """
    if isinstance(refusal, Contradiction):
        return Contradiction(refusal.message, remedy="Leave zone_names and geo_code out: Azure's answer is used then.")
    if not isinstance(refusal, UnknownZones):
        return Refusal(refusal.message, remedy="Correct sequence.vault.location, or cloud_environment.")
    if location in GEO_CODES:
        return UnknownZones(refusal.message, remedy="Give all of them in zone_names.")
    near = nearest_region(location)
    return UnknownZones(
        f"Nobody knows the region {location}: no public list has it, and Azure's capabilities API gave no answer for it. So the "
        f"private DNS zones of {sub_resource} there are not known, and they are not guessed.",
        remedy=f"Correct sequence.vault.location{f' (did you mean {near}?)' if near else ''}. If the region is new, give all "
        "its zones in zone_names.",
    )

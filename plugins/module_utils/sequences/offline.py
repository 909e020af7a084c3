"""Checks on the variables of a sequence alone, without Azure, so the values Azure adds are not known."""

from __future__ import annotations

import ipaddress
import typing as t

from ..azure.clouds import known_cloud
from ..dns.geo_codes import GEO_CODES, cloud_elsewhere, nearest_region
from ..dns.modes import Facts, choose
from ..errors import InputError
from ..ids import fold_id, region
from ..resources.subnets import RESERVED
from ..resources.vaults import VAULT, cross_region_conflict
from .desired import Desired


def check_offline(desired: Desired, cloud_environment: str, warn: t.Callable[[str], None]) -> None:
    """Refuse combinations that no state of Azure makes possible, and a cloud that is none. Raises :class:`~.errors.InputError`.

    ``warn`` is called with what may be wrong, and is Azure's to say.
    """
    check_regions(desired, cloud_environment, warn)
    choice = choose(desired.dns_mode, Facts(len(desired.endpoints), one_for_all=desired.one_for_all))
    if choice.refusal:
        raise InputError(f"{choice.refusal}.", remedy=choice.remedy)
    check_room(desired)
    wanted = {
        "storage_redundancy": desired.storage_redundancy or None,
        "cross_region_restore": desired.cross_region_restore or None,
        "public_network_access": "Disabled" if desired.denial.wanted else None,
    }
    if desired.cross_region_restore and (
        refusal := cross_region_conflict(VAULT.plan(desired.vault_id, None, wanted), None)
    ):
        raise InputError(f"cross_region_restore: {refusal.message}", remedy=refusal.remedy)


def check_room(desired: Desired) -> None:
    """Refuse a subnet whose stated address range is too small for its endpoints. Raises :class:`~.errors.InputError`."""
    ranges: dict[str, ipaddress.IPv4Network] = {}
    needed: dict[str, int] = {}
    for endpoint in desired.endpoints:
        subnet, stated = fold_id(endpoint.subnet), endpoint.row.get("subnet_prefix")
        needed[subnet] = needed.get(subnet, 0) + desired.need(endpoint).required
        if not stated:
            continue
        try:
            ranges[subnet] = ipaddress.IPv4Network(stated)
        except ValueError as error:
            raise InputError(
                f"sequence.endpoints: subnet_prefix {stated!r} of {endpoint.name} is not an IPv4 range: {error}.",
                remedy="Write it as Azure shows it, such as 10.1.2.0/27.",
            ) from error
    for subnet, network in ranges.items():
        room = max(0, network.num_addresses - RESERVED)
        if room < needed[subnet]:
            raise InputError(
                f"sequence.endpoints: {subnet} is {network}, which has {room} addresses (Azure keeps {RESERVED}); the "
                f"endpoints in it take {needed[subnet]}.",
                remedy="Use a larger subnet, or spread the endpoints over several.",
            )


def check_regions(desired: Desired, cloud_environment: str, warn: t.Callable[[str], None]) -> None:
    """Refuse a cloud that is none, and regions of another one; warn of a region that is in no list. Raises :class:`~.errors.InputError`.

    No list of regions is complete, so what is in none may be new. Of an endpoint URL nothing is known before it is asked.
    """
    cloud = known_cloud(cloud_environment)
    if cloud is None:
        return
    named = [
        ("sequence.vault.location", desired.location),
        ("sequence.source_location", region(desired.source_location)),
    ]
    named += [("sequence.endpoints.location", endpoint.location) for endpoint in desired.endpoints]
    for option, location in named:
        if elsewhere := cloud_elsewhere(location, cloud.name):
            raise InputError(
                f"{option}: region {location} belongs to {elsewhere}, but cloud_environment is {cloud.name}.",
                remedy=f"Correct {option}, or set cloud_environment (AZURE_CLOUD_ENVIRONMENT) to {elsewhere}.",
            )
        if location and location not in GEO_CODES:
            near = nearest_region(location)
            warn(
                f"{option}: no public list has the region {location}{f'; did you mean {near}?' if near else '.'} "
                f"Correct {option} if it is misspelt; Azure is asked when the role runs."
            )

"""Checks on the variables of a sequence alone, without Azure, so the values Azure adds are not known."""

from __future__ import annotations

import ipaddress

from ..dns.modes import Facts, choose
from ..errors import InputError
from ..ids import fold_id
from ..resources.subnets import RESERVED
from ..resources.vaults import VAULT, cross_region_conflict
from .desired import Desired


def check_offline(desired: Desired) -> None:
    """Refuse combinations that no state of Azure makes possible. Raises :class:`~.errors.InputError`."""
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

"""Whether the subnets of endpoints still have addresses for the names that come later."""

from __future__ import annotations

import typing as t

from ...ids import fold_id
from ..desired import Endpoint
from ..gate import Gate, ok, refused
from ..inspection import Inspection


def check_capacity(inspection: Inspection) -> t.Iterator[Gate]:
    """Each subnet has an address for every name its endpoints are still to get.

    https://learn.microsoft.com/azure/backup/private-endpoints: names come with registrations and backups, each with an address.
    One that finds none is shown nowhere, so what has come and what is expected are compared.
    """
    subnets: dict[str, list[Endpoint]] = {}
    for endpoint in inspection.desired.all_endpoints:
        if inspection.endpoint(endpoint.id) is not None:
            subnets.setdefault(fold_id(endpoint.subnet), []).append(endpoint)
    for endpoints in subnets.values():
        found, subject = inspection.capacity(endpoints[0]), endpoints[0].subnet
        held = {
            endpoint.name: (addresses_of(inspection, endpoint), expected(inspection, endpoint))
            for endpoint in endpoints
        }
        missing = sum(max(0, most - has) for has, most in held.values())
        said = ", ".join(f"{name} has {has} of {most}" for name, (has, most) in held.items())
        if found is not None and missing > found.free:
            yield refused(
                "capacity", subject,
                f"{subject} has {found.free} free addresses, and its endpoints are expected to take {missing} more ({said}): a name that "
                "comes, or has come, finds no address and resolves to none.",
                "Free addresses of the subnet, or enlarge it while that is possible; then look again.",
            )  # fmt: skip
        elif found is not None:
            yield ok("capacity", subject, f"{subject} has addresses for the names still to come ({said}).")


def addresses_of(inspection: Inspection, endpoint: Endpoint) -> int:
    """How many addresses an endpoint holds."""
    return len({address for name in inspection.names(endpoint.id) for address in name["ip_addresses"]})


def expected(inspection: Inspection, endpoint: Endpoint) -> int:
    """How many addresses an endpoint takes once it is in use: what is documented of its names, or else what its subnet needs."""
    desired = inspection.desired
    names = desired.sequence.least_names.get(desired.variant) if endpoint.kind is desired.sequence.target else None
    return names.in_use if names and names.certain else desired.need(endpoint).required

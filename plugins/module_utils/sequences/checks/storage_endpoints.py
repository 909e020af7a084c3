"""The check of what a classic vault's identity has made beside an endpoint: endpoints of storage, each with a name."""

from __future__ import annotations

import typing as t

from ...resources.classic_endpoints import publishes_storage
from ...resources.endpoints import connection_of, target_of
from ...wire import provisioning
from ..desired import Endpoint
from ..gate import Gate, ok, refused
from ..inspection import Inspection
from .findings import Findings

LATER = (
    "they come with the first registration, the one for backup data with the first backup: run drift after each "
    "(https://learn.microsoft.com/azure/backup/private-endpoints)"
)


def check_storage_endpoints(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """Every storage endpoint is Approved, provisioned and publishes a name, and the vault's own is a classic one."""
    if not inspection.desired.classic or inspection.endpoint(endpoint.id) is None:
        return
    if publishes_storage(inspection.names(endpoint.id)):
        yield refused(
            "storage_endpoints", endpoint.id, f"{endpoint.name} publishes names of storage itself: Azure has made it a v2 endpoint.",
            "Set sequence.variant: v2 and run the sequence again; nothing has to be made anew.", lasting=True,
        )  # fmt: skip
        return
    names, wrong = inspection.names_beside(endpoint), []
    for item in inspection.beside(endpoint):
        status, state = connection_of(item)["status"], provisioning(item)
        found.add_storage(endpoint, item, status, target_of(item))
        if state != "succeeded":
            wrong.append(f"{item['name']} is {state}")
        elif status != "Approved":
            wrong.append(f"the connection of {item['name']} is {status}")
        elif not names[str(item["id"])]:
            wrong.append(f"{item['name']} publishes no names")
    if wrong:
        yield refused(
            "storage_endpoints", endpoint.id, f"Not all storage endpoints of {endpoint.name} are ready: {', '.join(wrong)}.",
            "Wait some minutes and look again. If it stays so, delete those and register again: the vault makes them anew.",
            wrong, lasting=True,
        )  # fmt: skip
    elif names:
        yield ok(
            "storage_endpoints", endpoint.id, f"{len(names)} storage endpoints stand beside {endpoint.name}.", *names
        )
    else:
        yield ok("storage_endpoints", endpoint.id, f"No storage endpoint stands beside {endpoint.name} yet: {LATER}.")

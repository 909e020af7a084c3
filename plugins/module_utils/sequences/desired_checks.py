"""Checks on the options alone: what can never work is refused before any request."""

from __future__ import annotations

import typing as t

from ..dns.private_dns import NETWORK
from ..dns.resolution import server_address
from ..errors import InputError
from ..ids import fold_id, parse_id
from ..resources.endpoint_names import ENDPOINT_TYPE
from ..resources.endpoints import check_request_message
from ..resources.replication import check_machine
from ..resources.roles import stated_guid
from ..wire import JSON


def check_desired(options: t.Mapping[str, t.Any], endpoint_ids: t.Sequence[str], *, optional: bool = False) -> None:
    """Judge the options of a sequence; ``endpoint_ids`` are those of all endpoints it wants, storage accounts' included.

    ``optional``: somebody else may make the endpoints.

    Raises :class:`InputError`. Options that a caller does not have are passed over.
    """
    if not options["endpoints"] and not optional:
        raise InputError(
            "sequence.endpoints is empty: without a private endpoint there is nothing to make private.",
            remedy="Name one endpoint for each virtual network that is to reach the vault.",
        )
    _refuse_repeated(endpoint_ids, "endpoint")
    _refuse_repeated([endpoint["name"] for endpoint in options["endpoints"]], "endpoint name")
    for endpoint in options["endpoints"]:
        check_request_message(endpoint.get("request_message"), "sequence.endpoints.request_message")
        server_address(endpoint.get("dns_server"), "sequence.endpoints.dns_server")
    for account in options.get("storage_accounts") or ():
        server_address(
            (account.get("endpoint") or {}).get("dns_server"), "sequence.storage_accounts.endpoint.dns_server"
        )
    unknown = options.get("unknown_consumers") or ()
    if unknown:
        raise InputError(
            f"The inventory has no host {', '.join(unknown)}, which is named as a consumer.",
            remedy="Add the host to the inventory, or take it off the consumers of its endpoint or network.",
        )
    for server in options.get("dns_servers") or ():
        parse_id(server["virtual_network"], NETWORK, option="dns_servers.virtual_network")
        server_address(server.get("address"), "dns_servers.address")
        if not (server.get("address") or server.get("consumers")):
            raise InputError(
                f"sequence.dns_servers names nobody to ask in {server['virtual_network']}.",
                remedy="Give the row an address, or consumers.",
            )
    for one in options.get("removable_endpoints") or ():
        parse_id(one, ENDPOINT_TYPE, option="sequence.removable_endpoints")
    for row in options.get("role_assignments") or ():
        parse_id(row["scope"], option="role_assignments.scope")
        stated_guid(row["role"])
    _check_machines(options.get("protected_machines") or (), options.get("source_location"))


def _refuse_repeated(texts: t.Sequence[str], what: str) -> None:
    folded = [fold_id(text) for text in texts]
    repeated = sorted({text for text in texts if folded.count(fold_id(text)) > 1})
    if repeated:
        raise InputError(
            f"sequence.endpoints names the same {what} twice: {', '.join(repeated)}.",
            remedy="Give each a name of its own; names must not repeat on one vault, even across resource groups.",
        )


def _check_machines(machines: t.Sequence[JSON], source_location: str | None) -> None:
    if machines and not source_location:
        raise InputError(
            "source_location is not set, but protected_machines names machines.",
            remedy="Give the Azure region in which these machines run.",
        )
    for machine in machines:
        cache = machine["cache_storage_account_id"]
        check_machine({**machine, "machine": machine["id"], "cache_storage_account": cache}, "protected_machines: ")

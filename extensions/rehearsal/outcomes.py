"""What must be there after a run: judged by the local Azure's own state and log of requests, not by what the role says.

A run's ``outcome`` in ``scenario.yml`` holds: ``result`` of the role's report; ``order``, the steps that were written, each
named once, in the order of their first writes; ``last``, the step written last; ``there``, how many resources of each kind
exist; ``given``, how many assignments of each role; ``names``, how many names each endpoint of the report has; ``answered``,
how many of them a DNS server answered as it must; ``values``, properties by the end of a resource's id.
"""

from __future__ import annotations

import re
import typing as t

from .played import Played

JSON = dict[str, t.Any]
OURS = ("managed-by", "privatelink.recovery")
#: The steps of a sequence by the writes they send, the first that fits.
STEPS: dict[str, str] = {
    "provider": r"^POST .*/register$",
    "connections": r"^(PUT|DELETE) .*/privateEndpointConnections/[^/]+$",
    "protection": r"^PUT .*/replicationProtectedItems/[^/]+$",
    "replication": r"^(PUT|POST) .*/vaults/[^/]+/replication.*$",
    "zone groups": r"^(PUT|DELETE) .*/privateDnsZoneGroups/[^/]+$",
    "endpoints": r"^(PUT|DELETE) .*/privateEndpoints/[^/]+$",
    "links": r"^(PUT|DELETE) .*/virtualNetworkLinks/[^/]+$",
    "records": r"^(PUT|PATCH|DELETE) .*/privateDnsZones/[^/]+/A/[^/]+$",
    "zones": r"^(PUT|DELETE) .*/privateDnsZones/[^/]+$",
    "roles": r"^(PUT|DELETE) .*/roleAssignments/[^/]+$",
    "custom roles": r"^(PUT|DELETE) .*/roleDefinitions/[^/]+$",
    "accounts": r"^(PUT|PATCH) .*/storageAccounts/[^/]+$",
    "vault": r"^(PUT|PATCH) .*/vaults/[^/]+(/providers/Microsoft.Resources/tags/default)?$",
}
_STEPS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in STEPS.items()}
_KINDS = {
    "endpoints": r"/privateEndpoints/[^/]+$",
    "zone groups": r"/privateDnsZoneGroups/[^/]+$",
    "zones": r"/privateDnsZones/[^/]+$",
    "links": r"/virtualNetworkLinks/[^/]+$",
    "records": r"/privateDnsZones/[^/]+/A/[^/]+$",
    "roles": r"/roleAssignments/[^/]+$",
    "custom roles": r"/roleDefinitions/[^/]+$",
}
#: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
_ROLES = {
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
    "Classic Storage Account Contributor": "86e8f5dc-a6e9-4c67-9d15-de283e8eac25",
    "Classic Storage Account Key Operator Service Role": "985d6b00-f706-48f5-a6fe-d0ca12fb668d",
}


def wrong(outcome: JSON, played: Played) -> str:
    """What of a scenario's outcome is not so, as text."""
    found = [part for key, wanted in outcome.items() for part in _PARTS[key](wanted, played)]
    return "; ".join(found)


def steps(requested: t.Iterable[JSON]) -> list[str]:
    """The steps of a run's writes that were done, in order, each write by the name of its step."""
    done = (f"{one['method']} {one['path']}" for one in requested if int(one.get("status") or 0) < 400)
    named = (next((name for name, pattern in _STEPS.items() if pattern.match(line)), "") for line in done)
    return [name for name in named if name]


def untrue(played: Played, before: Played | None = None, *, closes: bool) -> str:
    """What a report that ends well says more than is so, as text; empty when it says the truth.

    Every endpoint that this collection made is Succeeded and Approved on both sides, every name has its record in a zone
    that is linked to its endpoint's network, and a vault that was to be closed is closed by the last write of the run.
    After a teardown no endpoint that this collection made is left, but those the report says it left.
    """
    if played.failed or played.result not in ("ok", "converged", "unchanged", "changed"):
        return ""
    world = _World(played.state)
    if played.playbook == "teardown":
        return _left(played, world)
    found: list[str] = []
    for report in played.handed.values():
        vault = str((report.get("subject") or {}).get("vault") or "")
        ready = report.get("ready_to_protect")
        for endpoint in world.endpoints(vault):
            found += world.unready(endpoint)
        if (report.get("subject") or {}).get("dns_mode") != "custom":
            found += [sentence for row in report.get("names") or [] for sentence in world.unresolved(row)]
        if closes and ready and world.access(vault) != "Disabled":
            found.append(f"{vault} is said to be ready, but its public network access is {world.access(vault)}")
        if before is not None and closes and _World(before.state).access(vault) != "Disabled":
            found += _closed_last(played)
    return "; ".join(dict.fromkeys(found))


def _closed_last(played: Played) -> list[str]:
    written = [step for step in steps(played.requested) if step not in ("protection", "replication")]
    late = "endpoints" in written and written[-1] != "vault"
    return [f"the vault should be closed last, but {written[-1]} were written after it"] if late else []


def _left(played: Played, world: _World) -> str:
    reported = str(list(played.handed.values()))
    names = [str(one["name"]) for one in world.made() if str(one["id"]) not in reported]
    return f"these endpoints are still there: {', '.join(names)}" if names and not played.check else ""


class _World:
    """The local Azure after a run."""

    def __init__(self, resources: t.Sequence[JSON]) -> None:
        self._all = {str(one["id"]).lower(): one for one in resources if one.get("id")}

    def made(self) -> list[JSON]:
        """The endpoints this collection made."""
        found = [one for key, one in self._all.items() if re.search(_KINDS["endpoints"], key, re.IGNORECASE)]
        return [one for one in found if (one.get("tags") or {}).get(OURS[0]) == OURS[1]]

    def endpoints(self, vault: str) -> list[JSON]:
        """The endpoints this collection made to a vault."""
        return [one for one in self.made() if _target(one).lower() == vault.lower()]

    def unready(self, endpoint: JSON) -> list[str]:
        """What of an endpoint is not as a finished one is."""
        found, name = [], endpoint["name"]
        state, status = endpoint["properties"].get("provisioningState"), _status(_connection(endpoint))
        if state != "Succeeded":
            found.append(f"{name} is {state}")
        if status != "Approved":
            found.append(f"the connection of {name} is {status}")
        there = self._all.get(_target(endpoint).lower()) or {}
        for connection in (there.get("properties") or {}).get("privateEndpointConnections") or []:
            of = ((connection.get("properties") or {}).get("privateEndpoint") or {}).get("id") or ""
            if of.lower() == str(endpoint["id"]).lower() and _status(connection) != "Approved":
                found.append(f"its target has the connection of {name} as {_status(connection)}")
        return found

    def unresolved(self, row: JSON) -> list[str]:
        """What of a name of the report is not so in the zones."""
        fqdn, wanted = str(row.get("fqdn") or ""), {str(one) for one in row.get("ip_addresses") or []}
        endpoint = next((one for one in self.made() if one["name"] == row.get("endpoint")), None)
        if endpoint is None or not wanted:
            return []
        network = str(endpoint["properties"]["subnet"]["id"]).lower().partition("/subnets/")[0]
        zone = str(row.get("zone") or "").lower()
        label = (
            fqdn.lower().removesuffix(f".{zone}")
            if zone and fqdn.lower().endswith(f".{zone}")
            else fqdn.partition(".")[0]
        )
        for key in self._all:
            if not key.endswith(f"/privatednszones/{zone}") or not self._linked(key, network):
                continue
            record = self._find_record(key, label)
            if record == wanted:
                return []
        return [
            f"{fqdn} has no record with {', '.join(sorted(wanted))} in a zone linked to the network of {endpoint['name']}"
        ]

    def access(self, vault: str) -> str:
        """Public network access of a vault."""
        found = self._all.get(vault.lower()) or {}
        return str((found.get("properties") or {}).get("publicNetworkAccess") or "")

    def count(self, kind: str) -> int:
        """How many resources of a kind exist."""
        return sum(bool(re.search(_KINDS[kind], key, re.IGNORECASE)) for key in self._all)

    def given(self, role: str) -> int:
        """How many assignments of a role exist."""
        held = (str((one.get("properties") or {}).get("roleDefinitionId")) for one in self._all.values())
        return sum(definition.endswith(_ROLES[role]) for definition in held)

    def ending(self, end: str) -> JSON | None:
        """The resource whose id ends so."""
        return next((one for key, one in self._all.items() if key.endswith(end.lower())), None)

    def _linked(self, zone: str, network: str) -> bool:
        links = (one for key, one in self._all.items() if key.startswith(f"{zone}/virtualnetworklinks/"))
        return any(str(one["properties"]["virtualNetwork"]["id"]).lower() == network for one in links)

    def _find_record(self, zone: str, label: str) -> set[str]:
        record = self._all.get(f"{zone}/a/{label}".lower()) or {}
        rows = (record.get("properties") or {}).get("aRecords") or []
        return {str(one["ipv4Address"]) for one in rows}


def _result(wanted: str, played: Played) -> list[str]:
    return [] if played.result == wanted else [f"its report says {played.result or 'nothing'}, not {wanted}"]


def _order(wanted: list[str], played: Played) -> list[str]:
    found = list(dict.fromkeys(steps(played.requested)))
    return [] if found == wanted else [f"the order of writes was {', '.join(found)}, not {', '.join(wanted)}"]


def _last(wanted: str, played: Played) -> list[str]:
    found = (steps(played.requested) or ["nothing"])[-1]
    return [] if found == wanted else [f"{found} was written last, not {wanted}"]


def _there(wanted: dict[str, int], played: Played) -> list[str]:
    world = _World(played.state)
    return [f"there are {world.count(kind)} {kind}, not {n}" for kind, n in wanted.items() if world.count(kind) != n]


def _given(wanted: dict[str, int], played: Played) -> list[str]:
    world = _World(played.state)
    return [
        f"{role} is given {world.given(role)} times, not {n}" for role, n in wanted.items() if world.given(role) != n
    ]


def _names(wanted: dict[str, int], played: Played) -> list[str]:
    rows = played.gathered("names")
    counted = {endpoint: sum(row.get("endpoint") == endpoint for row in rows) for endpoint in wanted}
    return [f"{name} has {n} names, not {wanted[name]}" for name, n in counted.items() if n != wanted[name]]


def _answered(wanted: int, played: Played) -> list[str]:
    found = sum(row.get("resolved") is True for row in played.gathered("names"))
    return [] if found == wanted else [f"{found} names were asked for and answered, not {wanted}"]


def _values(wanted: dict[str, JSON], played: Played) -> list[str]:
    world, found = _World(played.state), []
    for end, properties in wanted.items():
        resource = world.ending(end)
        for path, value in properties.items():
            here = _at(resource or {}, path)
            if here != value:
                found.append(f"{path} of {end} is {here!r}, not {value!r}")
    return found


_PARTS: dict[str, t.Callable[[t.Any, Played], list[str]]] = {
    "result": _result,
    "order": _order,
    "last": _last,
    "there": _there,
    "given": _given,
    "names": _names,
    "answered": _answered,
    "values": _values,
}


def _at(document: t.Any, path: str) -> t.Any:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _connection(endpoint: JSON) -> JSON:
    properties = endpoint["properties"]
    both = [
        *(properties.get("privateLinkServiceConnections") or []),
        *(properties.get("manualPrivateLinkServiceConnections") or []),
    ]
    return both[0] if both else {}


def _target(endpoint: JSON) -> str:
    return str((_connection(endpoint).get("properties") or {}).get("privateLinkServiceId") or "")


def _status(connection: JSON) -> str:
    state = (connection.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    return str(state.get("status") or "unknown")

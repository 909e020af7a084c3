"""No request whatever ends in an internal error: well-formed and malformed ones, at every route."""

from __future__ import annotations

import copy
import json
import random
import re
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Route
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, emulator

PROVIDERS = f"{SUBSCRIPTION_ID}/resourceGroups/rg/providers"
GROUP = {"resource_group": "rg", "location": "westeurope"}
WORLD: JSON = {
    "resource_groups": [{"name": "rg", "tags": {"a": "b"}}],
    "virtual_networks": [
        {
            "name": "vnet",
            **GROUP,
            "address_prefixes": ["10.0.0.0/16"],
            "subnets": [{"name": "endpoints", "address_prefix": "10.0.0.0/24"}],
        }
    ],
    "private_dns_zones": [
        {
            "name": "privatelink.blob.core.windows.net",
            "resource_group": "rg",
            "virtual_network_links": [{"name": "link", "virtual_network": "vnet"}],
            "records": [{"name": "here", "ip_addresses": ["10.0.0.9"]}],
        }
    ],
    "vaults": [
        {
            "name": "vault",
            **GROUP,
            "identity": "SystemAssigned",
            "history": {
                "protected_items": ["item"],
                "soft_deleted_items": ["gone"],
                "jobs": [{"operation": "Backup"}],
                "fabrics": ["fabric"],
                "replication_protected_items": ["machine"],
                "replication_policies": ["policy"],
                "activity": [{"operation_name": "x", "days_ago": 3}],
                "endpoints": ["AzureBackup", "AzureSiteRecovery"],
            },
        }
    ],
    "storage_accounts": [{"name": "cache", **GROUP}],
    "classic_storage_accounts": [{"name": "classic", **GROUP}],
    "private_endpoints": [
        {
            "name": "pe",
            **GROUP,
            "virtual_network": "vnet",
            "subnet": "endpoints",
            "target": f"{PROVIDERS}/Microsoft.RecoveryServices/vaults/vault",
        },
        {
            "name": "blob",
            **GROUP,
            "virtual_network": "vnet",
            "subnet": "endpoints",
            "target": f"{PROVIDERS}/Microsoft.Storage/storageAccounts/cache",
            "group_id": "blob",
            "zone_group": {"name": "default", "zones": ["privatelink.blob.core.windows.net"]},
        },
    ],
    "locks": [{"scope": f"{SUBSCRIPTION_ID}/resourceGroups/other", "level": "CanNotDelete"}],
}
#: What stands where something else is expected.
ODD: tuple[t.Any, ...] = (
    None,
    "",
    "x",
    "/",
    0,
    -1,
    1.5,
    10**30,
    True,
    [],
    ["x"],
    [None],
    [{}],
    {},
    {"x": 1},
    "\u0000ü" * 9,
)
NAMES = ("x", ".", "ü", "a%2Fb", "x" * 300, "'", "%00", "*", "-")
QUERIES = (
    "",
    "&$filter=x",
    "&$filter=name eq 'x' and (",
    "&$filter=eventTimestamp ge 'never'",
    "&$top=x",
    "&$top=-1",
    "&$skiptoken=%ff",
    "&$skipToken=x",
    "&$expand=createdTime,changedTime,provisioningState",
    "&$select=",
    "&forceDeletionTypes=x",
    "&api-version=x",
    "&t=1&c=2&s=3&h=4",
)
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"1",
    b"\xff\xfe",
    b"{}",
    b'{"properties": 1}',
    b'{"a": NaN}',
)
HEADERS = ("If-Match", "If-None-Match", "Content-Type", "Authorization", "Host")
PARTS = 8
VERSIONS = ("2024-04-01", "2020-06-01", "2015-04-01", "2099-01-01-preview", "", "x")
ROUTES = [route for _method, _pattern, route in emulator().routes]


def fill(route: Route, arm: Arm, chance: random.Random) -> str:
    """A path that fits a route: mostly of something that is there."""
    pattern = route.matcher()
    there = [one.id for one in arm.store.all()]
    parents = [f"{one}{tail}" for one in there for tail in _tails(route.pattern)]
    fitting = [one for one in [*there, *parents] if pattern.match(one)]
    if fitting and chance.random() < 0.8:
        return chance.choice(fitting)
    values = {
        "scope": SUBSCRIPTION_ID,
        "subscription": SUBSCRIPTION_ID.rsplit("/", 1)[-1],
        "group": "rg",
        "tenant": "common",
    }

    def value(match: re.Match[str]) -> str:
        return values.get(match.group(1), chance.choice(NAMES)) if chance.random() < 0.9 else chance.choice(NAMES)

    return re.sub(r"\{\+?(\w+)\}", value, route.pattern)


def _tails(pattern: str) -> list[str]:
    """What may follow the id of a resource in a path of this pattern."""
    words = re.sub(r"\{\+?\w+\}", "x", pattern).split("/")
    return ["/" + "/".join(words[-number:]) for number in (1, 2, 3, 4)]


def places(value: t.Any, way: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """The way to each value in a document."""
    if way:
        yield way
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*way, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*way, number))


def changed(document: JSON, chance: random.Random) -> JSON:
    """A document with one or two odd values in it."""
    made = copy.deepcopy(document)
    for _time in range(chance.choice((0, 1, 1, 2))):
        ways = list(places(made))
        if not ways:
            return made
        way = chance.choice(ways)
        holder = made
        for step in way[:-1]:
            holder = holder[step]
        holder[way[-1]] = copy.deepcopy(chance.choice(ODD))
    return made


def body(route: Route, arm: Arm, chance: random.Random) -> bytes:
    """A body for a request: of something of that kind, with odd values, or no document at all."""
    if route.method in ("GET", "HEAD", "DELETE") or chance.random() < 0.15:
        return chance.choice(BODIES) if chance.random() < 0.5 else b""
    matching = [one.document for one in arm.store.all() if route.matcher().match(one.id)]
    templates = [*matching, *TEMPLATES.get(route.pattern.rsplit("/", 1)[-1].lower(), [])] or [
        chance.choice(arm.store.all()).document
    ]
    return json.dumps(changed(chance.choice(templates), chance)).encode()


#: What is sent to routes whose resource shows nothing like it.
TEMPLATES: dict[str, list[JSON]] = {
    "events": [
        {"event": name, "vault": "vault", "name": "m", "account": "cache", "machine": "m", "region": "northeurope"}
        for name in emulator().events
    ],
    "faults": [
        {"match": {"method": "GET", "path": "x"}, "nth": 1, "times": 1, "action": {"status": 429, "retry_after": 3}}
    ],
    "clock": [{"advance": 1}, {"speed": 2}],
    "reset": [WORLD],
    "getbyids": [{"ids": ["x"], "types": ["user"]}],
    "token": [{"grant_type": "client_credentials"}],
}


REQUESTS = 10


def failures(routes: t.Iterable[Route], seed: int) -> t.Iterator[tuple[str, str]]:
    """The requests that ended in an internal error, each with its traceback."""
    chance = random.Random(seed)
    for route in routes:
        arm = emulator(WORLD)
        for _time in range(REQUESTS):
            request = drawn(route, arm, chance)
            answer = arm.answer(request)
            answer.body()
            if answer.status == 500:
                reported = arm.log[-1].get("traceback", "") if arm.log else ""
                yield (
                    f"{request.method} {request.path}?{request.raw_query} {request.body!r}",
                    reported or str(answer.document),
                )
            arm.clock.advance(1)


def drawn(route: Route, arm: Arm, chance: random.Random) -> Request:
    """A request to a route: mostly one that could be meant."""
    version = VERSIONS[0] if chance.random() < 0.6 else chance.choice(VERSIONS)
    query = chance.choice(QUERIES) if chance.random() < 0.3 else ""
    headers = {"Authorization": f"Bearer {in_process.token(arm)}", "Content-Type": "application/json"}
    if chance.random() < 0.2:
        headers[chance.choice(HEADERS)] = chance.choice(("", "*", "x", "ü"))
    path = fill(route, arm, chance)
    content = body(route, arm, chance)
    return Request.parse(route.method, f"{in_process.BASE_URL}{path}?api-version={version}{query}", headers, content)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_ends_in_an_internal_error(part: int) -> None:
    assert [*failures(ROUTES[part::PARTS], part)] == []

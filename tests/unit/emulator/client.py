"""The client of all tests of the local Azure: an emulator whose clock stands still, and short ways to ask it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Checking, Part
from ansible_collections.privatelink.recovery.extensions.emulator.build import (
    CHECKS,
    PARTS,
    build_arm,
    complete,
)
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT, SUBSCRIPTION

NOON = 1_800_000_000.0
SUBSCRIPTION_ID = f"/subscriptions/{SUBSCRIPTION}"
GUEST = "55555555-5555-4555-8555-555555555555"
GUEST_CLIENT = "66666666-6666-4666-8666-666666666666"


class Azure:
    """An emulator, and a client that is signed in as ``caller`` or the world's first principal.

    ``api`` is the api-version of a request that names none. ``latency`` gives kinds of operations their seconds.
    """

    def __init__(
        self,
        world: JSON | None = None,
        latency: t.Mapping[str, float] | None = None,
        *,
        parts: t.Sequence[Part] = PARTS,
        checks: t.Sequence[type[Checking]] = CHECKS,
        api: str = "2022-04-01",
        now: float = NOON,
    ) -> None:
        self.clock, self.api = Clock(lambda: now), api
        self.arm = Arm(parts, self.clock, complete(world or {}), latency, checks=checks, complete=complete)

    def send(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        *,
        api: str = "",
        caller: str = "",
        headers: t.Mapping[str, str] | None = None,
    ) -> Response:
        """One request; ``path`` may hold a query, or be an absolute URL that is followed verbatim."""
        return ask(self.arm, method, path, body, who=caller, version=api or self.api, headers=headers)

    def get(self, path: str, api: str = "") -> JSON:
        """The document at a path, which must exist."""
        response = self.send("GET", path, api=api)
        assert response.status == 200, response.document
        return t.cast(JSON, response.document)

    def settled(self, method: str, path: str, body: JSON | None = None, **options: t.Any) -> JSON:
        """Do a write to its end and return the resource, or nothing after a DELETE."""
        response = self.send(method, path, body, **options)
        assert response.status in (200, 201, 202), response.document
        status = self.send("GET", response.headers["Azure-AsyncOperation"])
        assert status.document == {"status": "Succeeded"}
        return {} if method == "DELETE" else self.get(path)

    def refused(self, method: str, path: str, body: JSON | None = None, **options: t.Any) -> tuple[int, str, str]:
        """Status, code and message of a refusal."""
        response = self.send(method, path, body, **options)
        error = response.document.get("error", response.document)
        return response.status, error["code"], error["message"]


def emulator(world: JSON | None = None, latency: str = "instant") -> Arm:
    """An emulator at a fixed moment."""
    return build_arm(world, latency, Clock(lambda: NOON))


def world_with_guest(*roles: tuple[str, str], **settings: t.Any) -> JSON:
    """The default owner and a guest who holds the given (role, scope) pairs, with two groups."""
    owner = {"object_id": OBJECT, "roles": [{"role": "Owner", "scope": SUBSCRIPTION_ID}]}
    guest = {
        "name": "guest",
        "object_id": GUEST,
        "client_id": GUEST_CLIENT,
        "roles": [{"role": role, "scope": scope} for role, scope in roles],
    }
    return {
        "principals": [owner, guest],
        "settings": settings,
        "resource_groups": [{"name": "rg-backup"}, {"name": "rg-network"}],
    }


def ask(
    arm: Arm,
    method: str,
    path: str,
    body: t.Any = None,
    *,
    who: str = "",
    version: str = "2022-04-01",
    headers: t.Mapping[str, str] | None = None,
) -> Response:
    """One request as a principal, with a fresh token. ``path`` may hold a query, or be an absolute URL that is followed verbatim."""
    url = path if path.startswith("https:") else f"{in_process.BASE_URL}{path}"
    if "api-version=" not in url:
        url += ("&" if "?" in url else "?") + f"api-version={version}"
    kind = {} if body is None else {"Content-Type": "application/json"}
    sent = {"Authorization": f"Bearer {in_process.token(arm, who)}", **kind, **(headers or {})}
    content = b"" if body is None else json.dumps(body).encode()
    response = arm.answer(Request.parse(method, url, sent, content))
    # What went over the wire stays as it was, whatever happens to the resource afterwards.
    response.document = json.loads(response.body() or b"null")
    return response


def code(response: Response) -> str:
    """The error code of an answer, or an empty string."""
    document = response.document if isinstance(response.document, dict) else {}
    return str(document.get("error", {}).get("code", ""))

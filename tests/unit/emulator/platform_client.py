"""What the platform tests share: an emulator whose clock stands still, and short ways to ask it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT, SUBSCRIPTION

NOON = 1_800_000_000.0
SUBSCRIPTION_ID = f"/subscriptions/{SUBSCRIPTION}"
GUEST = "55555555-5555-4555-8555-555555555555"
GUEST_CLIENT = "66666666-6666-4666-8666-666666666666"


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
    who: str = OBJECT,
    version: str = "2022-04-01",
    headers: dict[str, str] | None = None,
) -> Response:
    """One request as a principal, with a fresh token. ``path`` may hold a query."""
    mark = "&" if "?" in path else "?"
    kind = {} if body is None else {"Content-Type": "application/json"}
    sent = {"Authorization": f"Bearer {in_process.token(arm, who)}", **kind, **(headers or {})}
    content = b"" if body is None else json.dumps(body).encode()
    return arm.answer(Request.parse(method, f"{in_process.BASE_URL}{path}{mark}api-version={version}", sent, content))


def code(response: Response) -> str:
    """The error code of an answer, or an empty string."""
    document = response.document if isinstance(response.document, dict) else {}
    return str(document.get("error", {}).get("code", ""))

"""What public recordings of Azure show, request by request, and whether the local Azure answers so.

A story is a few requests of one recording in their order, with names of our own. Of each answer it holds what a client can rely on:
status, code of a refusal, which of the headers below are there, every key of the document, and the values that are no ids, times or
etags. A step that the local Azure answers otherwise on purpose has the reason under ``otherwise``; without one it is a failure, and so
is a reason for a step that agrees.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import SUBSCRIPTION

JSON = dict[str, t.Any]
FOLDER = Path(__file__).parent
#: The headers that are compared, by presence.
HEADERS = ("azure-asyncnotification", "azure-asyncoperation", "etag", "location")
_OPAQUE = re.compile(r"/|^W/|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|^\d{4}-\d\d-\d\dT|^\"", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """A step and what is different; ``reason`` where that is meant."""

    service: str
    name: str
    differences: tuple[str, ...]
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the local Azure answers as recorded."""
        return not self.differences

    @property
    def fails(self) -> bool:
        """Whether that is a defect: a difference without a reason, or a reason without a difference."""
        return self.agrees == bool(self.reason)


def services() -> list[str]:
    """Every service of which there are facts."""
    return sorted(path.stem for path in FOLDER.glob("*.yml") if path.stem != "judged")


def judged() -> list[JSON]:
    """What recordings show and the local Azure answers otherwise: ``source``, ``requests``, ``judged`` (see the file) and ``reason``."""
    return t.cast("list[JSON]", yaml.safe_load((FOLDER / "judged.yml").read_text(encoding="utf-8")))


def stories(service: str) -> list[JSON]:
    """The stories of a service, in their order."""
    return t.cast("list[JSON]", yaml.safe_load((FOLDER / f"{service}.yml").read_text(encoding="utf-8")))


def outcomes(service: str) -> t.Iterator[Outcome]:
    """Ask the local Azure everything a service's stories ask."""
    for story in stories(service):
        arm = build_arm(story.get("world"), clock=Clock(lambda: 1_800_000_000.0))
        for number, step in enumerate(story["steps"], 1):
            found = tuple(differences(step, ask(arm, step)))
            yield Outcome(service, f"{story['source']} {number}: {step['ask']}", found, step.get("otherwise", ""))


def ask(arm: Arm, step: JSON) -> Response:
    """The local Azure's answer to a step."""
    method, path = step["ask"].split(" ", 1)
    url = f"{in_process.BASE_URL}{_filled(path)}{'&' if '?' in path else '?'}api-version={step['version']}"
    headers = {"Authorization": f"Bearer {in_process.token(arm)}", **(step.get("headers") or {})}
    content = b""
    if "send" in step:
        headers["Content-Type"] = "application/json"
        content = _filled(json.dumps(step["send"])).encode()
    answer = arm.answer(Request.parse(method, url, headers, content))
    answer.document = json.loads(answer.body() or b"null")
    return answer


def differences(step: JSON, answer: Response) -> t.Iterator[str]:
    """What an answer has otherwise than the step says, a line each."""
    if answer.status != step["status"]:
        yield f"status: Azure {step['status']}, here {answer.status} {answer.document}"
        return
    present = sorted(name.lower() for name in answer.headers if name.lower() in HEADERS)
    shown = sorted(step.get("shows", "").split())
    if present != shown:
        yield f"headers: Azure {shown}, here {present}"
    found = facts(answer.document)
    expected = set(step.get("keys", "").split())
    for key in sorted(expected ^ set(found)):
        yield f"{key}: {'missing here' if key in expected else 'not in Azure'}"
    for key, value in (step.get("values") or {}).items():
        if key in found and found[key] != value:
            yield f"{key}: Azure {value!r}, here {found[key]!r}"


def facts(document: t.Any, place: str = "") -> dict[str, t.Any]:
    """Every key of a document with its value, or nothing in its place where the value is an id, a time or not a plain one."""
    if isinstance(document, dict):
        found: dict[str, t.Any] = {}
        for name, value in document.items():
            key = f"{place}.{'*' if '/' in name else name}".lstrip(".")
            found[key] = None
            found.update(facts(value, key))
        return found
    if isinstance(document, list):
        found = {}
        for item in document:
            for key, value in facts(item, f"{place}[]").items():
                # Of several entries only what they agree on is a fact.
                found[key] = value if found.get(key, value) == value else None
        return found
    plain = not isinstance(document, str) or not _OPAQUE.search(document)
    return {place: document} if place and plain else {}


def _filled(text: str) -> str:
    return text.replace("{subscription}", f"/subscriptions/{SUBSCRIPTION}").replace(
        "{group}", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    )

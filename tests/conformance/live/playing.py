"""Plays stories on both sides and says where they part. On Azure's nothing is touched that a story did not make itself."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock

from ..recorded import facts as recorded
from ..recorded.facts import HEADERS, JSON, facts
from .settings import Settings
from .sides import Answer, LocalAzure, Side, Unreachable

FOLDER = Path(__file__).parent
#: The principal of the stories about roles.
_PRINCIPAL = "55555555-5555-4555-8555-555555555555"
_ACCOUNT = re.compile(r"(storageAccounts/)([a-z0-9]+)")
_REFERENCE = re.compile(r"\{group\}/providers/[\w./-]+")
_MESSAGES = re.compile(r"(^|\.)(message|description)$")
#: What Azure cannot take back, wherever it stands in a body.
_FINAL = re.compile(r'"(locked|alwayson)"', re.IGNORECASE)


def services() -> list[str]:
    """What can be asked for: the services of the recorded facts, and the stories beside this file."""
    return [*recorded.services(), *sorted(path.stem for path in FOLDER.glob("*.yml"))]


def stories(service: str) -> list[JSON]:
    """The stories of a service."""
    own = FOLDER / f"{service}.yml"
    if own.is_file():
        return t.cast("list[JSON]", yaml.safe_load(own.read_text(encoding="utf-8")))
    return recorded.stories(service)


@dataclass
class Played:
    """What came of one story."""

    service: str
    source: str
    asked: int = 0
    skipped: str = ""
    differences: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def reason_to_skip(story: JSON, principal: str) -> str:
    """Why a story cannot be played in an empty group, or an empty string."""
    beside = sorted(set(story.get("world") or {}) - {"resource_groups"})
    if beside:
        return f"needs {', '.join(beside)} that are there before"
    text = json.dumps(story["steps"])
    if _FINAL.search(text):
        return "makes something that Azure cannot take back"
    if _PRINCIPAL in text and not principal:
        return "needs a principal"
    if any("{subscription}" in step["ask"] and not step["ask"].startswith("GET ") for step in story["steps"]):
        return "writes outside the resource group"
    made = [step["ask"].partition(" ")[2].lower() for step in story["steps"] if step["ask"].startswith("PUT ")]
    sent = json.dumps([step.get("send") for step in story["steps"]])
    for reference in _REFERENCE.findall(sent):
        if not any(reference.lower() == one or reference.lower().startswith(one + "/") for one in made):
            return f"refers to {reference.rpartition('/providers/')[2]}, which it does not make"
    return ""


def play(service: str, story: JSON, azure: Side, settings: Settings) -> Played:
    """Play a story; what it made on Azure's side is deleted in the end, whatever happens. Raises :class:`Unreachable`."""
    played = Played(service, story["source"], skipped=reason_to_skip(story, settings.principal))
    if played.skipped:
        return played
    world = {
        "subscriptions": [{"id": settings.subscription, "name": "conformance"}],
        "resource_groups": [{"name": settings.group, "subscription_id": settings.subscription}],
    }
    local = LocalAzure(build_arm(world, clock=Clock(lambda: 1_800_000_000.0)))
    story = _of(story, settings)
    made: list[tuple[str, str]] = []
    try:
        for step in story["steps"]:
            if not _step(played, step, azure, local, made):
                break
    finally:
        _remove(played, azure, made)
    return played


def _of(story: JSON, settings: Settings) -> JSON:
    """The story in the group of the settings; names of accounts, which all of Azure shares, get an ending of their own."""
    ending = hashlib.sha256(settings.scope.lower().encode()).hexdigest()[:8]
    text = json.dumps(story)
    text = _ACCOUNT.sub(lambda match: match.group(1) + match.group(2)[:16] + ending, text)
    if settings.principal:
        text = text.replace(_PRINCIPAL, settings.principal)
    text = text.replace("{group}", settings.scope)
    return t.cast(JSON, json.loads(text.replace("{subscription}", f"/subscriptions/{settings.subscription}")))


def _step(played: Played, step: JSON, azure: Side, local: Side, made: list[tuple[str, str]]) -> bool:
    """One request on both sides. Returns whether the story goes on: not beyond a write that only one side has accepted."""
    method, path = step["ask"].split(" ", 1)
    version, body, headers = step["version"], step.get("send"), step.get("headers")
    plain = path.partition("?")[0]
    ours = any(plain.lower() == one.lower() or plain.lower().startswith(one.lower() + "/") for one, _version in made)
    if method != "GET" and not ours:
        before = azure.ask("GET", plain, version).status if method == "PUT" else 0
        if before != 404:
            played.skipped = f"{method} of something that the story has not made ({_last(plain)}): not sent"
            return False
    if method == "PUT" and plain.lower() not in [one.lower() for one, _version in made]:
        made.append((plain, version))
    shown = _last(plain)
    theirs, own = (side.ask(method, path, version, body, headers) for side in (azure, local))
    played.asked += 1
    played.differences += [(f"{method} {shown} {version}", line) for line in compared(theirs, own)]
    if method == "GET":
        return True
    ends = [side.settle(answer) for side, answer in ((azure, theirs), (local, own))]
    if theirs.status < 300:
        played.differences += [(f"end of {method} {shown} {version}", line) for line in _ended(*ends)]
    return (theirs.status < 300) == (own.status < 300)


def compared(azure: Answer, local: Answer) -> t.Iterator[str]:
    """What two answers have otherwise, a line each: ids, times, texts and what is called differently on each side do not count."""
    if (azure.status, azure.code) != (local.status, local.code):
        yield f"status: Azure {azure.status} {azure.code}, here {local.status} {local.code}".replace(" ,", ",").rstrip()
        return
    present, own = (sorted(name for name in HEADERS if name in answer.headers) for answer in (azure, local))
    if present != own:
        yield f"headers: Azure {' '.join(present) or 'none'}, here {' '.join(own) or 'none'}"
    theirs, ours = facts(azure.document), facts(local.document)
    for key in sorted(theirs.keys() | ours.keys()):
        if (key in theirs) != (key in ours):
            yield f"{key}: {'missing here' if key in theirs else 'not in Azure'}"
        elif not _MESSAGES.search(key) and None not in (theirs[key], ours[key]) and theirs[key] != ours[key]:
            yield f"{key}: Azure {theirs[key]!r}, here {ours[key]!r}"


def _ended(azure: Answer, local: Answer) -> t.Iterator[str]:
    """How an operation ended: its status and code; each provider's last poll is compared where a story asks for it."""
    states = [
        (answer.status, (answer.document or {}).get("status") if isinstance(answer.document, dict) else None)
        for answer in (azure, local)
    ]
    if states[0] != states[1]:
        yield f"last poll: Azure {states[0][0]} {states[0][1]}, here {states[1][0]} {states[1][1]}"


def _remove(played: Played, azure: Side, made: list[tuple[str, str]]) -> None:
    """Delete what the story made, last first; what Azure does not let go is named."""
    for path, version in reversed(made):
        try:
            if azure.ask("GET", path, version).status == 404:
                continue
            answer = azure.ask("DELETE", path, version)
            ended = azure.settle(answer) if answer.status < 300 else answer
            gone = azure.ask("GET", path, version).status == 404
        except Unreachable as error:
            played.left.append(f"{_last(path)} ({error})")
            continue
        # What is inside something else goes with it at the latest: a zone keeps its own record set.
        if not gone and not any(path.lower().startswith(one.lower() + "/") for one, _version in made):
            played.left.append(f"{_last(path)} ({answer.code or ended.code or answer.status})")


def _last(path: str) -> str:
    """A path from its provider on: without ids of the subscription and the group."""
    _before, found, rest = path.rpartition("/providers/")
    return rest if found else path.rpartition("/")[2]

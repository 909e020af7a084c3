"""What an emulator says about the clients that used it: its log of requests and the resources it holds."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

JSON = dict[str, t.Any]
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
GROUPS = f"{SCOPE}/resourceGroups"
#: Where a client is sent to learn how a long operation goes.
OPERATION = re.compile(r"/(async)?operation(s|Status|sStatus|Results)?/|/privateDnsOperation(Statuses|Results)/", re.I)
_VERSION = re.compile(r"api-version=([\w-]+)")
#: What the emulator says to a request that it does not know, or that no client of Azure's would send.
_UNKNOWN = ("InvalidResourceType", "MethodNotAllowed", "InvalidOperationUrl", "InvalidRequestContent")


class Evidence:
    """The log of one emulator, read in pieces, and what it holds now."""

    def __init__(self, emulated: EmulatorProcess) -> None:
        self._emulated, self._read = emulated, 0

    def since_last(self) -> list[JSON]:
        """The requests since this was last asked."""
        entries: list[JSON] = self._emulated.ask(f"requests?since={self._read}")["value"]
        self._read = max((entry["number"] for entry in entries), default=self._read)
        return entries

    def document(self, resource_id: str) -> JSON | None:
        """A resource as the emulator holds it, or nothing; ids are compared as Azure does."""
        resources: list[JSON] = self._emulated.ask("state")["resources"]
        return next((one for one in resources if one.get("id", "").lower() == resource_id.lower()), None)


def unknown(entries: t.Iterable[JSON]) -> list[str]:
    """The requests that the emulator had no proper answer to, except where a fault was asked for."""
    return [
        f"{reported(entry)}: {entry.get('code')} {entry.get('traceback', '')}".rstrip()
        for entry in entries
        if "fault" not in entry and (entry["status"] >= 500 or entry.get("code") in _UNKNOWN)
    ]


def reported(entry: JSON) -> str:
    """One request in short: method, type of the resource, API version and status."""
    version = _VERSION.search(entry["query"])
    return " ".join([entry["method"], kind(entry["path"]), version.group(1) if version else "-", str(entry["status"])])


def kind(path: str) -> str:
    """The last type in a path: of types and names one after the other, or of a list."""
    parts = re.sub(r".*/providers/[^/]+/", "", path).strip("/").split("/")
    return parts[-1] if len(parts) % 2 else parts[-2]

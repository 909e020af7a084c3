"""A zone in memory that takes dynamic updates."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.updates import LIST, Found, Zone, entries

JSON = dict[str, t.Any]


class UpdatedZone:
    """It takes updates as a server does: a record set is replaced, or goes, as a whole. ``theirs`` is somebody else's."""

    def __init__(self, name: str, theirs: dict[str, Found] | None = None) -> None:
        self.name, self.theirs = name, dict(theirs or {})
        self.texts: list[str] = []
        self.found: dict[str, Found] = dict(self.theirs)

    def read(self) -> Zone:
        """What a transfer shows."""
        return Zone(self.name, entries(self.texts), dict(self.found))

    def take(self, update: JSON) -> None:
        """Do what an update asks for."""
        assert (update["zone"], bool(update["value"])) == (self.name, update["state"] == "present")
        if update["record"] == LIST:
            assert update["type"] == "TXT"
            self.texts = [text.replace('" "', "").strip('"') for text in update["value"]]
        elif update["value"]:
            self.found[update["record"]] = Found(tuple(update["value"]), update["ttl"])
        else:
            del self.found[update["record"]]

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """What was written, by record."""
        return {name: found.addresses for name, found in self.found.items() if name not in self.theirs}

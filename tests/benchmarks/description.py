"""What a measured sequence is played with: ``sequences/NAME.yml`` for any number of vaults; the name is the role's, or says ``role``."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

JSON = dict[str, t.Any]
_SEQUENCES = Path(__file__).parent / "sequences"


def described() -> list[str]:
    """The sequences that are described."""
    return sorted(path.stem for path in _SEQUENCES.glob("*.yml"))


class Description:
    """The world before the first run of a role and the role's variables; a vault is an inventory host.

    ``settings`` are those of the local Azure, where they are not its own.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        #: The host of a sequence alone: the name of a vault takes no underscore.
        self.host = name.replace("_", "-")
        self.path = _SEQUENCES / f"{name}.yml"
        document: JSON = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        self.role: str = document.get("role", name)
        self.variables: JSON = document["variables"]
        self.settings: JSON = document.get("settings", {})
        self._world: JSON = document["world"]

    def world(self, hosts: t.Sequence[str]) -> JSON:
        """The world, with what names a ``{host}`` once for each: its letters and digits, as storage accounts want it."""
        made: JSON = {}
        for kind, items in self._world.items():
            made[kind] = []
            for item in items:
                text = json.dumps(item)
                names = ["".join(filter(str.isalnum, host)) for host in hosts] if "{host}" in text else [""]
                made[kind] += [json.loads(text.replace("{host}", name)) for name in names]
        return {**made, **({"settings": self.settings} if self.settings else {})}

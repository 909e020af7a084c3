"""An operator's inventory, several vaults, as a rehearsal reads it: hosts with their variables, templates unrendered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import surroundings
from .own_variables import Unusable

JSON = dict[str, t.Any]


@dataclass(frozen=True)
class Inventory:
    """``variables`` by host, group variables included; ``groups`` are their hosts by group."""

    variables: dict[str, JSON]
    groups: dict[str, list[str]]

    def of(self, group: str) -> Inventory:
        """The hosts of a group. Raises :class:`Unusable` when there are none."""
        hosts = list(self.variables) if group == "all" else self.groups.get(group, [])
        if not hosts:
            known = ", ".join(sorted({"all", *self.groups}))
            raise Unusable(f"The inventory has no hosts in {group!r}; its groups are: {known}.")
        return Inventory({host: self.variables.get(host, {}) for host in hosts}, self.groups)

    def document(self) -> JSON:
        """An inventory file with the same hosts, groups and variables."""
        children: JSON = {
            group: {"hosts": {host: {} for host in hosts if host in self.variables}}
            for group, hosts in self.groups.items()
        }
        return {"all": {"hosts": self.variables, "children": children}}


def read(path: Path, folder: Path) -> Inventory:
    """An inventory of any kind Ansible reads. Raises :class:`Unusable` with Ansible's own words."""
    if not path.exists():
        raise Unusable(f"{path} cannot be read: No such file or directory.")
    command = [sys.executable, "-m", "ansible", "inventory", "--list", "-i", str(path)]
    environment = {**surroundings.without_foreign(os.environ), **surroundings.settings(folder)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Unusable(f"{path} cannot be read as an inventory: {ended.stderr.strip()}")
    listed = json.loads(ended.stdout)
    variables = listed.pop("_meta", {}).get("hostvars", {})
    groups = {name: _hosts(listed, name) for name in listed if name not in ("all", "ungrouped")}
    hosts = dict.fromkeys([*variables, *_hosts(listed, "all")])
    return Inventory({host: variables.get(host, {}) for host in hosts}, groups)


def _hosts(listed: JSON, group: str) -> list[str]:
    entry = listed.get(group) or {}
    below = [host for child in entry.get("children") or [] for host in _hosts(listed, child)]
    return list(dict.fromkeys([*(entry.get("hosts") or []), *below]))

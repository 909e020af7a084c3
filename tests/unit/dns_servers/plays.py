"""An inventory of real DNS servers, and the role played on it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ..playbooks_support import LOCALHOST, PREFIX, Playbooks, Played
from .conftest import KNOWN, Azure
from .real import Server

JSON = dict[str, t.Any]
CONFIGURE = "Change the server's configuration, and have it loaded"
REMOVE = "Take out what this role put in, and have the server load what is left"


class Site:
    """An inventory of DNS servers, and the role on them."""

    def __init__(self, playbooks: Playbooks, servers: dict[str, Server], azure: Azure, folder: Path) -> None:
        self.playbooks, self.servers = playbooks, servers
        self.report = folder / "report.json"
        self.more_hosts: list[str] = []
        self.hand_over(KNOWN)
        self.variables: JSON = {
            "dns_servers_report": str(self.report), "dns_servers_targets": [azure.target], "dns_servers_wait_timeout": 20,
        }  # fmt: skip

    def hand_over(self, names: dict[str, str]) -> None:
        """A report of somebody who may touch Azure."""
        rows = [
            {
                "endpoint": "pe-app",
                "fqdn": name,
                "zone": name.split(".", 1)[1],
                "ip_addresses": [address],
                "resolved": True,
            }
            for name, address in names.items()
        ]
        self.report.write_text(json.dumps({"scenario": "backup", "names": rows}))

    def play(self, entry_point: str = "main", *arguments: str, **variables: t.Any) -> Played:
        """Run an entry point on all hosts."""
        lines = [
            f"{name} ansible_connection=local {LOCALHOST.split(' ', 2)[2]} "
            + " ".join(
                f"dns_servers_{key}='{json.dumps(value) if isinstance(value, list) else value}'"
                for key, value in server.place().items()
            )
            for name, server in self.servers.items()
        ]
        tasks = [
            {"name": "Run", "ansible.builtin.include_role": {"name": f"{PREFIX}dns_servers", "tasks_from": entry_point}}
        ]
        play = {"hosts": "site", "gather_facts": False, "tasks": tasks, "vars": {**self.variables, **variables}}
        return self.playbooks.play(play, *arguments, inventory="\n".join([*self.more_hosts, "[site]", *lines]))


def changes(played: Played, task: str = CONFIGURE) -> list[bool]:
    return [bool(line["result"].get("changed")) for line in played.results if line["task"] == task]


def differences(played: Played) -> list[str]:
    """What the servers' files become, whichever host was the first."""
    return sorted(json.dumps(line["result"]["diff"]) for line in played.results if line["task"] == CONFIGURE)

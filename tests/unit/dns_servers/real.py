"""Real DNS servers on loopback, and what tests ask them."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.privatelink.recovery.extensions.rehearsal import dns_servers
from ansible_collections.privatelink.recovery.extensions.rehearsal.dns_servers import free_port
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import Lookup, lookup
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.kinds import KINDS
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.trial import run

__all__ = ["Server", "free_port", "relax", "wait_until"]

JSON = dict[str, t.Any]


class Server(dns_servers.Server):
    """A server of a test."""

    def options(self, **more: t.Any) -> JSON:
        """The module's options that lead it to this server."""
        return {
            "server": self.kind,
            "main_file": str(self.main),
            "directory": str(self.directory),
            "port": self.port,
            "control_command": self.control(),
            **more,
        }

    def place(self) -> dict[str, t.Any]:
        """What leads the role to this server: its variables without their prefix."""
        options = self.options()
        return {key: options[key] for key in ("server", "main_file", "directory", "port", "control_command")}

    def ask(self, name: str) -> Lookup:
        """What it answers."""
        return lookup(name, "127.0.0.1", self.port, 8.0)

    def snapshot(self) -> dict[str, tuple[bytes, int]]:
        """Every file of its configuration with its mode."""
        return {
            str(path.relative_to(self.etc)): (path.read_bytes(), path.stat().st_mode)
            for path in sorted(self.etc.rglob("*"))
            if path.is_file()
        }


def relax(server: Server) -> None:
    """No validation, so that its general forwarder of the tests, which signs nothing, is believed."""
    texts = {
        "bind": ("named.conf.options", "dnssec-validation auto", "dnssec-validation no"),
        "unbound": ("conf.d/root-auto-trust-anchor-file.conf", "trust-anchor", "# trust-anchor"),
        "dnsmasq": ("dnsmasq.conf", "\ndnssec\n", "\n"),
    }
    name, old, new = texts[server.kind]
    path = server.etc / name
    path.write_text(path.read_text().replace(old, new))
    assert run([*server.control(), *KINDS[server.kind].reload]).code == 0


def wait_until(true: t.Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True

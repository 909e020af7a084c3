"""The local Azure's resolvers on loopback, and real DNS servers that may forward to them."""

from __future__ import annotations

import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners
from ansible_collections.privatelink.recovery.extensions.rehearsal.dns_servers import PROGRAMS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE

from ..conftest import NETWORK, ZONES, Cloud
from .programs import find
from .real import Server

VAULT_ZONE = "privatelink.we.backup.windowsazure.com"
BLOB_ZONE = "privatelink.blob.core.windows.net"
FIRST = f"1234-ab-pod01-id1.{VAULT_ZONE}"
SECOND = f"1234-ab-pod01-fc1.{VAULT_ZONE}"
#: A name of a partitioned account; nothing public leads to it here.
BLOB = f"ecs01.{BLOB_ZONE}"
KNOWN = {FIRST: "10.1.1.4", SECOND: "10.1.1.5", BLOB: "10.1.1.6"}


class Azure:
    """A local Azure whose networks' resolvers answer on loopback.

    ``linked`` is the resolver of the network that the zones are linked to, ``other`` that of another one.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._lock = threading.Lock()
        for zone in (VAULT_ZONE, BLOB_ZONE):
            self._run(ZONE, zones=[{"name": zone, "resource_group": "rg-dns"}], virtual_networks=[NETWORK])
        for name, address in KNOWN.items():
            self.record(name, address)
        self.listeners = DnsListeners(cloud.arm, self._lock, 0)
        resolvers = {row["virtual_network"]: (row["address"], row["port"]) for row in self.listeners.start()}
        self.linked = resolvers[NETWORK]
        self.other = next(place for network, place in resolvers.items() if network.endswith("vnet-hub"))

    @property
    def target(self) -> dict[str, t.Any]:
        """The linked resolver as a target."""
        return {"address": self.linked[0], "port": self.linked[1]}

    def record(self, name: str, address: str) -> None:
        """A record comes, as Azure adds one later."""
        zone = VAULT_ZONE if name.endswith(VAULT_ZONE) else BLOB_ZONE
        with self._lock:
            names = [{"fqdn": name, "ip_addresses": [address]}]
            self._run(RECORDS, zones=[f"{ZONES}/{zone}"], names=names, owner="a test")

    def _run(self, module: t.Any, **options: t.Any) -> None:
        done = self.cloud.run(module, **options)
        assert not done.get("failed"), done


@pytest.fixture
def azure_dns(cloud: Cloud) -> t.Iterator[Azure]:
    """The local Azure with three names."""
    azure = Azure(cloud)
    yield azure
    azure.listeners.stop()


@pytest.fixture
def start(tmp_path: Path) -> t.Iterator[t.Callable[..., Server]]:
    """Starts real servers, and stops them after the test. Skips it where the program is not installed."""
    running: list[Server] = []

    def start_one(kind: str, upstream: tuple[str, int]) -> Server:
        for program in PROGRAMS[kind]:
            find(program)
        server = Server(kind, tmp_path / f"{kind}{len(running)}", upstream)
        server.configure()
        running.append(server)
        server.start()
        return server

    yield start_one
    for server in running:
        server.stop()

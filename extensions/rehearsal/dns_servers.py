"""Real DNS servers on loopback: BIND, Unbound and dnsmasq, where they are installed, each in a folder of its own.

Their configuration is the one that the Debian packages ship, led to that folder, with validation and rebind protection on.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

JSON = dict[str, t.Any]
#: Where programs are looked for; the variable is for tests.
PATH = os.environ.get("REHEARSAL_PROGRAMS") or os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
#: The programs of each kind.
PROGRAMS = {
    "bind": ("named", "named-checkconf", "rndc"),
    "unbound": ("unbound", "unbound-checkconf", "unbound-control"),
    "dnsmasq": ("dnsmasq",),
}
# https://data.iana.org/root-anchors/root-anchors.xml
ROOT_ANCHOR = "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
STARTS_WITHIN = 20.0


class NotStarted(Exception):
    """A server did not start."""


def installed(kind: str) -> bool:
    """Whether the programs of a kind are there."""
    return all(shutil.which(program, path=PATH) for program in PROGRAMS[kind])


def resolver(resolvers: t.Iterable[JSON], network: str) -> tuple[str, int]:
    """The address and port of the resolver of a virtual network, by the network's name."""
    for row in resolvers:
        if row["virtual_network"].rsplit("/", 1)[-1] == network:
            return str(row["address"]), int(row["port"])
    raise NotStarted(f"There is no virtual network {network} with a resolver.")


@contextlib.contextmanager
def running(wanted: JSON, folder: Path, resolvers: t.Sequence[JSON]) -> t.Iterator[list[Server]]:
    """The servers of a scenario's ``dns``, those that are installed, started and at the end stopped."""
    servers: list[Server] = []
    try:
        for kind in wanted.get("kinds") or []:
            if installed(kind):
                place = folder / "servers" / kind
                shutil.rmtree(place, ignore_errors=True)
                server = Server(kind, place, resolver(resolvers, wanted["general_forwarder"]))
                server.configure()
                servers.append(server)
                server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()


def free_port() -> int:
    """A port that is free for UDP and TCP at every address of this host: the resolvers of networks have addresses of their own."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        tcp.bind(("", 0))
        port = int(tcp.getsockname()[1])
        udp.bind(("", port))
        return port


@dataclass
class Server:
    """A server of one ``kind``. ``upstream`` is the address and port of its general forwarder."""

    kind: str
    folder: Path
    upstream: tuple[str, int]
    port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def etc(self) -> Path:
        """The folder of its configuration."""
        return self.folder / "etc"

    @property
    def main(self) -> Path:
        """Its main configuration file."""
        return self.etc / {"bind": "named.conf", "unbound": "unbound.conf", "dnsmasq": "dnsmasq.conf"}[self.kind]

    @property
    def directory(self) -> Path:
        """Where files of others go."""
        return self.etc if self.kind == "bind" else self.etc / "conf.d"

    def control(self) -> list[str]:
        """The command that makes it read its configuration."""
        if self.kind == "bind":
            return ["rndc", "-c", str(self.folder / "rndc.conf")]
        if self.kind == "unbound":
            return ["unbound-control", "-c", str(self.main)]
        return [sys.executable, str(self.folder / "restart.py")]

    def configure(self) -> None:
        """Write the configuration that the package ships, led to this folder, with validation and protection on."""
        self.etc.mkdir(parents=True)
        getattr(self, f"_{self.kind}")()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        if self.kind == "dnsmasq":
            subprocess.run(self.control(), check=True, timeout=60)
        else:
            log = (self.folder / "log").open("wb")
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=subprocess.STDOUT)
        if not _answers(self.port, STARTS_WITHIN):
            raise NotStarted(f"{self.kind} does not answer: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
        for pid in self.folder.glob("*.pid"):
            with contextlib.suppress(ProcessLookupError, ValueError, FileNotFoundError):
                os.kill(int(pid.read_text()), signal.SIGTERM)

    def variables(self) -> JSON:
        """The variables of the role dns_servers that lead it to this server."""
        return {
            "dns_servers_server": self.kind,
            "dns_servers_main_file": str(self.main),
            "dns_servers_directory": str(self.directory),
            "dns_servers_port": self.port,
            "dns_servers_control_command": self.control(),
        }

    def command(self) -> list[str]:
        """The command that starts it in the foreground."""
        if self.kind == "bind":
            return [_program("named"), "-g", "-c", str(self.main), "-p", str(self.port)]
        return [_program("unbound"), "-d", "-c", str(self.main)]

    def _bind(self) -> None:
        cache = self.folder / "cache"
        cache.mkdir()
        address, port = self.upstream
        key = 'key "rndc-key" { algorithm hmac-sha256; secret "c2VjcmV0IG9mIGEgdGVzdA=="; };\n'
        # Debian's three files; validation is on as they ship it.
        self.main.write_text(
            f'// This is the primary configuration file.\ninclude "{self.etc}/named.conf.options";\n'
            f'include "{self.etc}/named.conf.local";\ninclude "{self.etc}/named.conf.default-zones";\n'
            f'{key}controls {{ inet 127.0.0.1 port {self.control_port} allow {{ 127.0.0.1; }} keys {{ "rndc-key"; }}; }};\n'
        )
        (self.etc / "named.conf.options").write_text(
            f'options {{\n\tdirectory "{cache}";\n\n\t// forwarders {{\n\t// \t0.0.0.0;\n\t// }};\n\n'
            f"\tforwarders {{ {address} port {port}; }};\n\tforward only;\n\tdnssec-validation auto;\n\n"
            f'\tlisten-on {{ 127.0.0.1; }};\n\tlisten-on-v6 {{ none; }};\n\tpid-file "{self.folder}/named.pid";\n'
            f'\tsession-keyfile "{self.folder}/session.key";\n}};\n'
        )
        (self.etc / "named.conf.local").write_text(
            'zone "corp.example" { type primary; file "' + f'{self.etc}/db.corp"; }};\n'
        )
        (self.etc / "db.corp").write_text(
            "$TTL 60\n@ SOA ns h (1 60 60 60 60)\n@ NS ns\nns A 10.9.9.53\nwww A 10.9.9.9\n"
        )
        (self.etc / "named.conf.default-zones").write_text(
            'zone "localhost" { type primary; file "/etc/bind/db.local"; };\n'
        )
        (self.folder / "rndc.conf").write_text(
            key
            + f'options {{ default-key "rndc-key"; default-server 127.0.0.1; default-port {self.control_port}; }};\n'
        )

    def _unbound(self) -> None:
        self.directory.mkdir()
        address, port = self.upstream
        self.main.write_text(
            "# Unbound configuration file for Debian.\n"
            f'server:\n  chroot: ""\n  username: ""\n  pidfile: "{self.folder}/unbound.pid"\n  directory: "{self.etc}"\n'
            f"  interface: 127.0.0.1\n  port: {self.port}\n  do-not-query-localhost: no\n  use-syslog: no\n"
            f'include-toplevel: "{self.directory}/*.conf"\n'
        )
        (self.directory / "root-auto-trust-anchor-file.conf").write_text(
            f'server:\n    trust-anchor: ". DS {ROOT_ANCHOR}"\n'
        )
        (self.directory / "rebinding.conf").write_text(
            "server:\n    private-address: 10.0.0.0/8\n    private-address: 192.168.0.0/16\n"
        )
        (self.directory / "remote-control.conf").write_text(
            f"remote-control:\n  control-enable: yes\n  control-interface: {self.folder}/unbound.ctl\n"
        )
        (self.directory / "local.conf").write_text(
            'server:\n    local-zone: "corp.example." static\n    local-data: "www.corp.example. A 10.9.9.9"\n'
            f'forward-zone:\n    name: "."\n    forward-addr: {address}@{port}\n'
        )

    def _dnsmasq(self) -> None:
        self.directory.mkdir()
        address, port = self.upstream
        anchor = ROOT_ANCHOR.replace(" ", ",")
        self.main.write_text(
            f"# Configuration file for dnsmasq.\nport={self.port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-hosts\nno-resolv\n"
            f"server={address}#{port}\npid-file={self.folder}/dnsmasq.pid\nuser=\ndnssec\ntrust-anchor=.,{anchor}\nstop-dns-rebind\n"
            f"address=/corp.example/10.9.9.9\nconf-dir={self.directory},*.conf"
        )
        # As a service manager does: stop, start, and say whether that went well.
        command = [_program("dnsmasq"), f"--conf-file={self.main}", f"--log-facility={self.folder}/log"]
        (self.folder / "log").touch()
        (self.folder / "restart.py").write_text(
            "import os, signal, subprocess, sys, time\n"
            f"pid = {str(self.folder / 'dnsmasq.pid')!r}\n"
            "if os.path.exists(pid):\n"
            "    number = int(open(pid).read())\n"
            "    try:\n"
            "        os.kill(number, signal.SIGTERM)\n"
            "        while True:\n"
            "            os.kill(number, 0)\n"
            "            time.sleep(0.02)\n"
            "    except ProcessLookupError:\n"
            "        pass\n"
            f"sys.exit(subprocess.call({command!r}))\n"
        )


def _program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if not found:
        raise NotStarted(f"{name} is not installed.")
    return found


def _answers(port: int, seconds: float) -> bool:
    """Whether a server on this port answers a question, whatever the answer, in time."""
    question = struct.pack("!6H", 4711, 0x0100, 1, 0, 0, 0) + b"\7invalid\0" + struct.pack("!2H", 1, 1)
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", port))
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                client.send(question)
                client.recv(512)
                return True
            time.sleep(0.05)
    return False

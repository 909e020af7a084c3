"""Azure DNS for the emulator: the pure answer to a packet, and the listeners that carry it, one for each network."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
import typing as t

from . import dns_packet
from .arm import Arm
from .dns_resolution import Resolver
from .services.dns_resolver.service import INBOUND, DnsResolvers
from .services.network.virtual_networks import NETWORK

_ATTEMPTS = 20
_TCP_SECONDS = 5
_HOSTS = 254
#: So many inbound endpoints of DNS resolvers can be asked; they may be made while it listens.
INBOUND_ENDPOINTS = 4


def answer_query(arm: Arm, virtual_network_id: str, packet: bytes) -> bytes:
    """Answer one DNS query as the resolver of a virtual network.

    Nonsense is REFUSED; a packet too short for a header, or itself a response, is answered with nothing at all.
    """
    arm.scheduler.settle()
    try:
        question = dns_packet.parse(packet)
    except dns_packet.Malformed:
        return dns_packet.refuse(packet)
    return dns_packet.build(question, Resolver(arm, virtual_network_id).resolve(question.name, question.kind))


class DnsListeners:
    """UDP and TCP on one port of a loopback address (``127.53.0.1``, ``127.53.0.2``, ...) for each virtual network.

    ``lock`` guards ``arm``, which the HTTP server uses at the same time. Port 0 picks one that is free on every
    address. Networks made after :meth:`start` get no listener.

    The first ``inbound`` inbound endpoints of DNS resolvers answer on the same port at ``127.54.0.1`` and so on, in the order
    in which they were made, as the resolver of their network does.
    """

    def __init__(self, arm: Arm, lock: t.ContextManager[t.Any], port: int, inbound: int = 0) -> None:
        self._arm, self._lock, self._port, self._inbound = arm, lock, port, inbound
        self._servers: list[socketserver.BaseServer] = []
        self._threads: list[threading.Thread] = []
        #: Address and port of each inbound endpoint.
        self.inbound: list[tuple[str, int]] = []

    def start(self) -> list[dict[str, t.Any]]:
        """Listen. Returns each network's ``{virtual_network, address, port}``; a taken port raises ``OSError``."""
        with self._lock:
            networks = [network.id for network in self._arm.store.below("", NETWORK)]
        for attempt in range(_ATTEMPTS):
            port = self._port or _free_port()
            try:
                found = [self._bind(network, _address(number), port) for number, network in enumerate(networks)]
                self.inbound = [self._bind_inbound(number, port) for number in range(self._inbound)]
                break
            except OSError:
                self._close()
                if self._port or attempt == _ATTEMPTS - 1:
                    raise
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return found

    def stop(self) -> None:
        """Stop listening and wait until the threads are done."""
        for server in self._servers:
            server.shutdown()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._close()

    def _bind(self, network: str, address: str, port: int) -> dict[str, t.Any]:
        def answer(packet: bytes) -> bytes:
            with self._lock:
                return answer_query(self._arm, network, packet)

        self._servers.append(_Udp((address, port), answer))
        self._servers.append(_Tcp((address, port), answer))
        return {"virtual_network": network, "address": address, "port": port}

    def _bind_inbound(self, number: int, port: int) -> tuple[str, int]:
        def answer(packet: bytes) -> bytes:
            with self._lock:
                made = self._arm.store.below("", INBOUND)[number:]
                if not made or made[0].properties["provisioningState"] != "Succeeded":
                    return b""
                return answer_query(self._arm, self._arm.service(DnsResolvers).network_of(made[0]), packet)

        place = (f"127.54.0.{number + 1}", port)
        self._servers += [_Udp(place, answer), _Tcp(place, answer)]
        return place

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()
        self._servers.clear()


class _Udp(socketserver.UDPServer):
    def __init__(self, address: tuple[str, int], answer: t.Callable[[bytes], bytes]) -> None:
        self.answer = answer
        super().__init__(address, _UdpHandler)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: t.Callable[[bytes], bytes]) -> None:
        self.answer = answer
        super().__init__(address, _TcpHandler)


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        packet, connection = self.request
        answer = t.cast(_Udp, self.server).answer(packet)
        if answer:
            connection.sendto(dns_packet.fit(packet, answer), self.client_address)


class _TcpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(_TCP_SECONDS)
        with contextlib.suppress(OSError), connection.makefile("rb") as stream:
            while len(head := stream.read(2)) == 2:
                answer = t.cast(_Tcp, self.server).answer(stream.read(struct.unpack("!H", head)[0]))
                if not answer:
                    return
                connection.sendall(struct.pack("!H", len(answer)) + answer)


def _address(number: int) -> str:
    return f"127.53.{number // _HOSTS}.{number % _HOSTS + 1}"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

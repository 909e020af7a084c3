"""What a consumer's resolver says, judged, and asked over real sockets."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context
from ansible_collections.privatelink.recovery.plugins.module_utils.dns import query as dns_query
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import Lookup
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.resolution import (
    Asked,
    Resolver,
    asked_names,
    judge,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Task, execute
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.modules.name_resolution import MODULE

VAULT_NAME = "1-ab-pod01-id1.privatelink.we.backup.windowsazure.com"
PUBLIC_NAME, ALIAS = "acct.blob.core.windows.net", "acct.privatelink.blob.core.windows.net"


def wire_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(owner: bytes, kind: int, life: int, data: bytes) -> bytes:
    return owner + struct.pack("!2HIH", kind, 1, life, len(data)) + data


def packet(query: bytes, records: list[bytes], code: int = 0, *, cut: bool = False, number: int | None = None) -> bytes:
    first = struct.unpack_from("!H", query)[0] if number is None else number
    flags = 0x8180 | code | (0x0200 if cut else 0)
    body = query[12:] + (b"" if cut else b"".join(records))
    return struct.pack("!6H", first, flags, 1, 0 if cut else len(records), 0, 0) + body


class Server:
    """A DNS server on loopback. ``names`` maps a name to (kind, value) pairs; a name that is missing is NXDOMAIN."""

    def __init__(self) -> None:
        self.names: dict[str, list[tuple[str, str]]] = {}
        self.cut = False
        self.code: int | None = None
        self.silent = False
        self.over_tcp = 0
        self.wrong_number_first = False
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port: int = self.udp.getsockname()[1]
            self.tcp = socket.socket()
            try:
                self.tcp.bind(("127.0.0.1", self.port))
            except OSError:
                self.udp.close()
                self.tcp.close()
                continue
            self.tcp.listen()
            break
        self.threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self.threads:
            thread.start()

    def answer(self, query: bytes, *, cut: bool) -> bytes:
        name, offset = "", 12
        while query[offset]:
            name += query[offset + 1 : offset + 1 + query[offset]].decode() + "."
            offset += 1 + query[offset]
        found = self.names.get(name.rstrip("."))
        code = self.code if self.code is not None else 0 if found is not None else 3
        records, owner = [], b"\xc0\x0c"
        for kind, value in found or []:
            if kind == "A":
                records.append(record(owner, 1, 60, socket.inet_aton(value)))
            elif kind == "AAAA":
                records.append(record(owner, 28, 60, socket.inet_pton(socket.AF_INET6, value)))
            else:
                records.append(record(owner, 5, 300, wire_name(value)))
                owner = wire_name(value)
        return packet(query, records, code, cut=cut)

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                query, client = self.udp.recvfrom(4096)
                if not query:
                    return
                if self.silent:
                    continue
                if self.wrong_number_first:
                    self.udp.sendto(packet(query, [], number=struct.unpack_from("!H", query)[0] ^ 1), client)
                self.udp.sendto(self.answer(query, cut=self.cut), client)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _client = self.tcp.accept()
                with connection:
                    head = connection.recv(2)
                    if not head:
                        continue
                    self.over_tcp += 1
                    answer = self.answer(connection.recv(struct.unpack("!H", head)[0]), cut=False)
                    # In two pieces, as TCP may bring it.
                    connection.sendall(struct.pack("!H", len(answer)) + answer[:20])
                    connection.sendall(answer[20:])

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self.threads[0].join(5)
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.threads[1].join(5)
        self.udp.close()
        self.tcp.close()


@pytest.fixture
def server() -> t.Iterator[Server]:
    running = Server()
    yield running
    running.close()


class Patience:
    """A transport and a clock in one: sleeping is what makes time pass."""

    def __init__(self, on_sleep: t.Callable[[], None] = lambda: None) -> None:
        self.time, self.on_sleep, self.progress = 0.0, on_sleep, list[str]()

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.on_sleep()

    def run(self, **options: t.Any) -> dict[str, t.Any]:
        validation = ArgumentSpecValidator(**MODULE.arguments()).validate(options)
        assert not validation.error_messages, validation.error_messages
        context = Context(transport=self, now=lambda: self.time, progress=self.progress.append)
        return execute(MODULE, Task(dict(validation.validated_parameters), context))


@pytest.mark.parametrize(
    ("expected", "lookup", "resolved", "private", "words"),
    [
        (["10.1.1.5"], Lookup(("10.1.1.5",)), True, True, []),
        ([], Lookup(("10.1.1.5",)), True, True, []),
        (["20.1.1.5"], Lookup(("20.1.1.5",)), True, True, []),
        (["10.1.1.5"], Lookup(("20.1.1.5",), time_to_live=60), False, False, ["20.1.1.5, a public", "expected 10.1.1.5", "60 s"]),
        ([], Lookup(("20.1.1.5",)), False, False, ["public address", "expected a private address", "flush"]),
        (["10.1.1.5"], Lookup(("10.1.1.6",)), False, True, ["192.0.2.1 port 53 answered 10.1.1.6, expected 10.1.1.5", "repair"]),
        (["10.1.1.5"], Lookup(("10.1.1.5", "10.1.1.6")), False, True, ["10.1.1.5, 10.1.1.6"]),
        (["10.1.1.5", "10.1.1.6"], Lookup(("10.1.1.5",)), False, True, ["expected 10.1.1.5, 10.1.1.6"]),
        (["10.1.1.5"], Lookup(("10.1.1.5", "20.1.1.5")), False, False, ["public"]),
        (["10.1.1.5"], Lookup(failure="NXDOMAIN"), False, False, ["no address at 192.0.2.1 port 53 (NXDOMAIN)", "expected 10.1.1.5"]),
        ([], Lookup(("100.64.1.1",)), True, True, []),
        ([], Lookup(("127.0.0.1",)), False, False, ["127.0.0.1, no address of a private network"]),
    ],
)  # fmt: skip
def test_judge(expected: list[str], lookup: Lookup, resolved: bool, private: bool, words: list[str]) -> None:
    row = judge(Asked("name.example.com", tuple(expected), Resolver("192.0.2.1")), lookup)
    assert (row["resolved"], row["private"], row["connected"]) == (resolved, private, None)
    assert (row["message"] == "") is resolved
    assert [word for word in words if word not in row["message"]] == []


def test_rows_of_one_name_are_merged() -> None:
    rows: list[dict[str, t.Any]] = [
        {"fqdn": "A.example.com.", "ip_addresses": ["10.0.0.2"], "zone": "ignored"},
        {"fqdn": "a.example.com", "ip_addresses": ["10.0.0.1", "10.0.0.2"]},
        {"fqdn": "b.example.com"},
    ]
    assert asked_names(rows) == [Asked("a.example.com", ("10.0.0.1", "10.0.0.2")), Asked("b.example.com", ())]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "not a fully qualified"),
        ({"fqdn": "single"}, "not a fully qualified"),
        ({"fqdn": "a b.example.com"}, "not a fully qualified"),
        ({"fqdn": "a" * 64 + ".example.com"}, "not a fully qualified"),
        ({"fqdn": "a.example.com", "ip_addresses": ["10.0.0"]}, "no IPv4 address"),
        ({"fqdn": "a.example.com", "dns_server": "dns.example.com"}, "not an IP address"),
        *(
            ({"fqdn": "a.example.com", "dns_server": "10.0.0.4", "dns_port": port}, "not a port")
            for port in ("domain", "65536", "-1", "5.3", "²", 0, True, 5353.5)
        ),
    ],
)
def test_what_is_no_name(row: dict[str, t.Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        asked_names([row])


@pytest.mark.parametrize(("port", "expected"), [("5353", 5353), (5353, 5353), (None, 53), ("", 53)])
def test_the_port_of_a_row_may_be_a_text(port: t.Any, expected: int) -> None:
    row = {"fqdn": "a.example.com", "dns_server": "10.0.0.4", "dns_port": port}
    assert asked_names([row]) == [Asked("a.example.com", (), Resolver("10.0.0.4", expected))]


@pytest.mark.parametrize("option", [{"dns_server": "dns.example.com"}, {"dns_port": 0}, {"port": 70000}])
def test_options_that_cannot_be_meant(option: dict[str, t.Any]) -> None:
    failed = Patience().run(names=[{"fqdn": VAULT_NAME}], **option)
    assert failed["failed"] and next(iter(option)) in failed["msg"]


@pytest.mark.parametrize("cut", [False, True])
def test_aliases_are_followed_over_udp_and_tcp(server: Server, cut: bool) -> None:
    server.cut = cut
    server.names = {PUBLIC_NAME: [("CNAME", ALIAS), ("A", "10.1.1.7"), ("A", "10.1.1.6")]}
    found = dns_query.lookup(PUBLIC_NAME.upper() + ".", "127.0.0.1", server.port)
    assert found == Lookup(("10.1.1.6", "10.1.1.7"), (PUBLIC_NAME, ALIAS), 60)
    assert server.over_tcp == int(cut)


def test_an_alias_the_server_did_not_follow_is_asked_for(server: Server) -> None:
    server.names = {PUBLIC_NAME: [("CNAME", ALIAS)], ALIAS: [("A", "10.1.1.7")]}
    assert dns_query.lookup(PUBLIC_NAME, "127.0.0.1", server.port).addresses == ("10.1.1.7",)


@pytest.mark.parametrize(
    ("names", "code", "failure"),
    [
        ({}, None, "NXDOMAIN"),
        ({VAULT_NAME: []}, None, "no address (NODATA)"),
        ({VAULT_NAME: [("AAAA", "fd00::1")]}, None, "no address (NODATA)"),
        ({}, 2, "SERVFAIL"),
        ({}, 5, "REFUSED"),
        ({}, 9, "code 9"),
        ({VAULT_NAME: [("CNAME", "gone.example.com")]}, None, "NXDOMAIN"),
        ({VAULT_NAME: [("CNAME", ALIAS)], ALIAS: [("CNAME", VAULT_NAME)]}, None, "leads back to itself"),
        (
            {VAULT_NAME: [("CNAME", "n0.example.com")], **{f"n{i}.example.com": [("CNAME", f"n{i + 1}.example.com")] for i in range(9)}},
            None, "more than 8 aliases",
        ),
    ],
)  # fmt: skip
def test_failures_have_names(
    server: Server, names: dict[str, list[tuple[str, str]]], code: int | None, failure: str
) -> None:
    server.names, server.code = names, code
    found = dns_query.lookup(VAULT_NAME, "127.0.0.1", server.port)
    assert found.addresses == () and failure in found.failure


def test_a_silent_server_and_a_closed_port_are_failures(server: Server) -> None:
    server.silent = True
    assert "no answer over UDP" in dns_query.lookup(VAULT_NAME, "127.0.0.1", server.port, timeout=0.05).failure
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    assert "no answer over UDP" in dns_query.lookup(VAULT_NAME, "127.0.0.1", closed, timeout=0.5).failure


def test_an_answer_to_another_question_is_passed_over(server: Server) -> None:
    server.wrong_number_first = True
    server.names = {VAULT_NAME: [("A", "10.1.1.5")]}
    assert dns_query.lookup(VAULT_NAME, "127.0.0.1", server.port).addresses == ("10.1.1.5",)


@pytest.mark.parametrize(
    "message",
    [
        b"\0\1\x81\x80\0\1",
        b"\0\1\x81\x80\0\1\0\0\0\0\0\0\xc0\x0c",
        b"\0\1\x81\x80\0\0\0\1\0\0\0\0\0\0\1",
        b"\0\2\x81\x80\0\0\0\0\0\0\0\0",
        b"\0\1\1\x00\0\0\0\0\0\0\0\0",
    ],
)
def test_what_is_not_an_answer(message: bytes) -> None:
    with pytest.raises(dns_query.QueryError):
        dns_query.parse_answer(message, 1)


def test_the_systems_resolver() -> None:
    def resolve(*_arguments: t.Any) -> list[t.Any]:
        return [(2, 1, 6, ALIAS, ("10.1.1.7", 0)), (2, 1, 6, "", ("10.1.1.6", 0))]

    def refuse(*_arguments: t.Any) -> list[t.Any]:
        raise socket.gaierror(-2, "Name or service not known")

    assert dns_query.system_lookup(PUBLIC_NAME, resolve) == Lookup(("10.1.1.6", "10.1.1.7"), (PUBLIC_NAME, ALIAS))
    assert dns_query.system_lookup(PUBLIC_NAME, refuse).failure == "Name or service not known"


def test_right_names_and_wrong_ones(server: Server) -> None:
    server.names = {VAULT_NAME: [("A", "10.1.1.5")], PUBLIC_NAME: [("A", "20.150.1.1")]}
    names = [{"fqdn": VAULT_NAME, "ip_addresses": ["10.1.1.5"]}, {"fqdn": PUBLIC_NAME, "ip_addresses": ["10.1.1.7"]}]
    options = {"names": names, "dns_server": "127.0.0.1", "dns_port": server.port}
    failed = Patience().run(**options)
    assert failed.get("failed") and "1 of 2 names" in failed["msg"]
    assert f"{PUBLIC_NAME}: 127.0.0.1 port {server.port} answered 20.150.1.1, a public address" in failed["msg"]
    assert [row["resolved"] for row in failed["names"]] == [True, False]
    reported = Patience().run(fail_on_mismatch=False, **options)
    assert (reported["resolved"], reported["changed"]) == (False, False) and reported["names"] == failed["names"]
    good = Patience().run(**{**options, "names": names[:1]})
    assert good["resolved"] is True and good["names"][0]["message"] == ""


def test_each_name_may_have_a_server_of_its_own(server: Server) -> None:
    """Two networks, one name, an address of its own in each."""
    other = Server()
    server.names, other.names = {VAULT_NAME: [("A", "10.1.1.5")]}, {VAULT_NAME: [("A", "10.2.1.5")]}
    rows = [
        {"fqdn": VAULT_NAME, "ip_addresses": [address], "dns_server": "127.0.0.1", "dns_port": each.port}
        for address, each in (("10.1.1.5", server), ("10.2.1.5", other))
    ]
    good = Patience().run(names=rows)
    assert good["resolved"] is True
    assert [(row["answers"], row["dns_server"]) for row in good["names"]] == [
        (["10.1.1.5"], "127.0.0.1"),
        (["10.2.1.5"], "127.0.0.1"),
    ]
    other.names = server.names
    failed = Patience(lambda: None).run(names=rows, wait_timeout=6)
    assert [row["resolved"] for row in failed["names"]] == [True, False]
    assert f"127.0.0.1 port {other.port} answered 10.1.1.5, expected 10.2.1.5" in failed["msg"]
    other.close()


def test_late_records_are_waited_for(server: Server) -> None:
    patience = Patience(lambda: server.names.update({VAULT_NAME: [("A", "10.1.1.5")]}))
    options = {"names": [{"fqdn": VAULT_NAME}], "dns_server": "127.0.0.1", "dns_port": server.port}
    assert patience.run(wait_timeout=60, **options)["resolved"] is True
    assert patience.time == 5 and VAULT_NAME in patience.progress[0]


def test_waiting_ends(server: Server) -> None:
    patience = Patience()
    options = {"names": [{"fqdn": VAULT_NAME}], "dns_server": "127.0.0.1", "dns_port": server.port}
    assert patience.run(wait_timeout=12, **options)["failed"] is True
    assert patience.time == 10


def test_the_port_is_tried(server: Server) -> None:
    server.names = {VAULT_NAME: [("A", "127.0.0.1")]}
    options = {
        "names": [{"fqdn": VAULT_NAME, "ip_addresses": ["127.0.0.1"]}],
        "dns_server": "127.0.0.1",
        "dns_port": server.port,
    }
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        reached = Patience().run(port=port, **options)
    assert reached["names"][0]["connected"] is True and reached["resolved"] is True
    failed = Patience().run(port=port, **options)
    assert failed["failed"] and f"127.0.0.1 port {port}" in failed["msg"] and "route" in failed["msg"]
    assert (failed["names"][0]["resolved"], failed["names"][0]["connected"]) == (True, False)


def test_bytes_of_another_implementation() -> None:
    dns_message, dns_rrset = (pytest.importorskip(f"dns.{part}") for part in ("message", "rrset"))
    number, question = dns_query.build_query(PUBLIC_NAME)
    answer = dns_message.make_response(dns_message.from_wire(question))
    answer.answer.append(dns_rrset.from_text(PUBLIC_NAME + ".", 300, "IN", "CNAME", ALIAS + "."))
    answer.answer.append(dns_rrset.from_text(ALIAS + ".", 10, "IN", "A", "10.1.1.7"))
    code, records = dns_query.parse_answer(answer.to_wire(), number)
    assert code == 0
    assert [(item.name, item.kind, item.time_to_live, item.value) for item in records] == [
        (PUBLIC_NAME, dns_query.CNAME, 300, ALIAS),
        (ALIAS, dns_query.A, 10, "10.1.1.7"),
    ]

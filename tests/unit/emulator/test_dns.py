"""Azure DNS: answers to packets, and the listeners that carry them."""

from __future__ import annotations

import socket
import struct
import threading
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import dns_packet
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners, answer_query
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    NETWORK,
    PROVIDER,
    ZONE,
    ZONE_NAME,
    Azure,
    endpoint,
    network,
    zone,
    zone_group,
)

SECOND = f"{PROVIDER}/virtualNetworks/second"
NETWORKS = [network(), network("second", 2)]
BACKUP_ZONE = "privatelink.we.backup.windowsazure.com"


class Reply(t.NamedTuple):
    code: int
    records: list[tuple[str, int, str]]
    authority: list[tuple[str, int]]


def query(name: str, kind: int = dns_packet.A, *, flags: int = 0x0100, klass: int = 1, size: int = 0) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    additional = b"\0" + struct.pack("!2HIH", dns_packet.OPT, size, 0, 0) if size else b""
    header = struct.pack("!6H", 4711, flags, 1, 0, 0, 1 if size else 0)
    return header + labels + b"\0" + struct.pack("!2H", kind, klass) + additional


def name_at(packet: bytes, position: int) -> tuple[str, int]:
    labels, end = [], 0
    while length := packet[position]:
        if length >= 0xC0:
            end = end or position + 2
            position = struct.unpack_from("!H", packet, position)[0] & 0x3FFF
            continue
        labels.append(packet[position + 1 : position + 1 + length].decode())
        position += 1 + length
    return ".".join(labels), end or position + 1


def read(packet: bytes) -> Reply:
    number, flags, questions, answers, authorities, _additional = struct.unpack_from("!6H", packet)
    assert number == 4711
    assert flags & 0x8000
    position = 12
    for _number in range(questions):
        position = name_at(packet, position)[1] + 4
    found: list[tuple[str, int, str]] = []
    for _number in range(answers + authorities):
        owner, position = name_at(packet, position)
        kind, _klass, _ttl, length = struct.unpack_from("!2HIH", packet, position)
        data = packet[position + 10 : position + 10 + length]
        text = {
            dns_packet.A: lambda data=data: socket.inet_ntoa(data),
            dns_packet.AAAA: lambda data=data: socket.inet_ntop(socket.AF_INET6, data),
            dns_packet.CNAME: lambda position=position: name_at(packet, position + 10)[0],
        }.get(kind, lambda: "")()
        found.append((owner, kind, text))
        position += 10 + length
    return Reply(flags & 15, found[:answers], [item[:2] for item in found[answers:]])


def ask(azure: Azure, name: str, kind: int = dns_packet.A, network_id: str = NETWORK) -> Reply:
    return read(answer_query(azure.arm, network_id, query(name, kind)))


def described(**settings: t.Any) -> Azure:
    records: list[JSON] = [
        {"name": "x", "ip_addresses": ["10.0.0.4", "10.0.0.5"]},
        {"name": "a.b", "ip_addresses": ["10.0.0.6"]},
    ]
    zones = [
        {**zone(), "records": records},
        {**zone("example.com"), "records": [{"name": "deep.sub", "ip_addresses": ["10.0.0.7"]}]},
        {**zone("sub.example.com"), "records": [{"name": "other", "ip_addresses": ["10.0.0.8"]}]},
        zone(BACKUP_ZONE),
    ]
    azure = Azure(virtual_networks=NETWORKS, private_dns_zones=zones, settings=settings)
    cname = {"properties": {"ttl": 60, "cnameRecord": {"cname": f"x.{ZONE_NAME}"}}}
    azure.send("PUT", f"{PROVIDER}/privateDnsZones/example.com/CNAME/www", cname)
    six = {"properties": {"ttl": 60, "aaaaRecords": [{"ipv6Address": "fd00::1"}]}}
    azure.send("PUT", f"{PROVIDER}/privateDnsZones/example.com/AAAA/six", six)
    return azure


A, AAAA, CNAME, SOA = dns_packet.A, dns_packet.AAAA, dns_packet.CNAME, dns_packet.SOA


@pytest.mark.parametrize(
    ("name", "kind", "reply"),
    [
        (f"x.{ZONE_NAME}", A, Reply(0, [(f"x.{ZONE_NAME}", A, "10.0.0.4"), (f"x.{ZONE_NAME}", A, "10.0.0.5")], [])),
        (f"x.{ZONE_NAME}", AAAA, Reply(0, [], [(ZONE_NAME, SOA)])),
        (f"a.b.{ZONE_NAME}", A, Reply(0, [(f"a.b.{ZONE_NAME}", A, "10.0.0.6")], [])),
        (f"b.{ZONE_NAME}", A, Reply(0, [], [(ZONE_NAME, SOA)])),
        (f"none.{ZONE_NAME}", A, Reply(3, [], [(ZONE_NAME, SOA)])),
        (ZONE_NAME, SOA, Reply(0, [(ZONE_NAME, SOA, "")], [])),
        (ZONE_NAME, A, Reply(0, [], [(ZONE_NAME, SOA)])),
        ("six.example.com", AAAA, Reply(0, [("six.example.com", AAAA, "fd00::1")], [])),
        ("www.example.com", CNAME, Reply(0, [("www.example.com", CNAME, f"x.{ZONE_NAME}")], [])),
        (
            "www.example.com",
            A,
            Reply(
                0,
                [
                    ("www.example.com", CNAME, f"x.{ZONE_NAME}"),
                    (f"x.{ZONE_NAME}", A, "10.0.0.4"),
                    (f"x.{ZONE_NAME}", A, "10.0.0.5"),
                ],
                [],
            ),
        ),
        # The longest matching zone answers, even when a shorter one would know more.
        ("other.sub.example.com", A, Reply(0, [("other.sub.example.com", A, "10.0.0.8")], [])),
        ("deep.sub.example.com", A, Reply(3, [], [("sub.example.com", SOA)])),
        ("unknown.net", A, Reply(3, [], [("unknown.net", SOA)])),
        (f"x.{ZONE_NAME}", 15, Reply(0, [], [(ZONE_NAME, SOA)])),
    ],
)
def test_answers(name: str, kind: int, reply: Reply) -> None:
    assert ask(described(), name, kind) == reply


def test_spelling_of_the_question_is_kept() -> None:
    packet = query(f"X.{ZONE_NAME.upper()}")
    answer = answer_query(described().arm, NETWORK, packet)
    assert answer[12 : len(packet)] == packet[12:]
    assert [item[2] for item in read(answer).records] == ["10.0.0.4", "10.0.0.5"]


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (query("x.y", flags=0x2800), 5),
        (query("x.y", klass=3), 5),
        (query("x.y")[:-1], 5),
        (query("x.y")[:14], 5),
        (struct.pack("!6H", 4711, 0, 0, 0, 0, 0), 5),
        (struct.pack("!6H", 4711, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", 5),
        (struct.pack("!6H", 4711, 0, 1, 0, 0, 0) + b"\x01\xff\0\0\1\0\1", 5),
    ],
)
def test_nonsense_is_refused(packet: bytes, code: int) -> None:
    assert read(answer_query(Azure().arm, NETWORK, packet)) == Reply(code, [], [])


@pytest.mark.parametrize("packet", [b"", b"\1\2\3", query("x.y", flags=0x8000)])
def test_some_packets_get_no_answer(packet: bytes) -> None:
    assert answer_query(Azure().arm, NETWORK, packet) == b""


def test_public_name_leads_to_the_private_one_where_the_zone_is_linked() -> None:
    azure = Azure(virtual_networks=NETWORKS)
    public, private = "thing.blob.core.windows.net", f"thing.{ZONE_NAME}"
    assert ask(azure, public).code == 3
    azure.settled("PUT", ENDPOINT, endpoint())
    azure.settled("PUT", f"{ENDPOINT}/privateDnsZoneGroups/default", zone_group(ZONE))
    assert ask(azure, public) == Reply(0, [(public, CNAME, private), (private, A, "10.1.1.4")], [])
    elsewhere = ask(azure, public, network_id=SECOND)
    assert elsewhere.records[0] == (public, CNAME, private)
    assert elsewhere.records[1][2].startswith("203.0.113.")
    assert ask(azure, private, network_id=SECOND).records == [elsewhere.records[1]]


@pytest.mark.parametrize(("policy", "code"), [("Default", 3), ("NxDomainRedirect", 0)])
def test_fallback_to_public_dns(policy: str, code: int) -> None:
    azure = Azure(private_dns_zones=[zone(resolution_policy=policy)])
    azure.settled("PUT", ENDPOINT, endpoint())
    reply = ask(azure, "thing.blob.core.windows.net")
    assert reply.code == code
    assert reply.records[0] == ("thing.blob.core.windows.net", CNAME, f"thing.{ZONE_NAME}")
    assert [item[2][:10] for item in reply.records[1:]] == (["203.0.113."] if code == 0 else [])


@pytest.mark.parametrize("label", ["", "privatelink."])
def test_backup_has_no_public_names(label: str) -> None:
    azure = Azure(virtual_networks=NETWORKS, private_dns_zones=[zone(BACKUP_ZONE)])
    azure.things.fqdns = [f"1-ab-pod01-rec2.{label}we.backup.windowsazure.com"]
    azure.settled("PUT", ENDPOINT, endpoint())
    azure.settled("PUT", f"{ENDPOINT}/privateDnsZoneGroups/g", zone_group(f"{PROVIDER}/privateDnsZones/{BACKUP_ZONE}"))
    private = f"1-ab-pod01-rec2.{BACKUP_ZONE}"
    assert ask(azure, private).records == [(private, A, "10.1.1.4")]
    assert ask(azure, private, network_id=SECOND).code == 3
    assert ask(azure, "1-ab-pod01-rec2.we.backup.windowsazure.com").code == 3


def test_public_names_of_the_world() -> None:
    azure = described(public_names={"Login.Example.NET": ["203.0.113.9", "2001:db8::9"]})
    name = "login.example.net"
    assert ask(azure, name).records == [(name, A, "203.0.113.9")]
    assert ask(azure, name, AAAA).records == [(name, AAAA, "2001:db8::9")]
    assert ask(azure, name, SOA) == Reply(0, [], [("example.net", SOA)])


def test_link_counts_once_it_is_completed() -> None:
    azure = Azure(
        virtual_networks=NETWORKS,
        private_dns_zones=[{**zone(), "records": [{"name": "x", "ip_addresses": ["10.0.0.4"]}]}],
        latency={"virtual_network_link.create": 30},
    )
    body = {"location": "global", "properties": {"virtualNetwork": {"id": SECOND}}}
    azure.send("PUT", f"{ZONE}/virtualNetworkLinks/second", body)
    assert ask(azure, f"x.{ZONE_NAME}", network_id=SECOND).code == 3
    azure.clock.advance(30)
    assert ask(azure, f"x.{ZONE_NAME}", network_id=SECOND).code == 0


def test_alias_that_leads_to_itself() -> None:
    azure = described()
    loop = {"properties": {"ttl": 60, "cnameRecord": {"cname": "loop.example.com"}}}
    azure.send("PUT", f"{PROVIDER}/privateDnsZones/example.com/CNAME/loop", loop)
    assert ask(azure, "loop.example.com").code == 2


def big() -> Azure:
    return Azure(
        private_dns_zones=[
            {**zone(), "records": [{"name": "x", "ip_addresses": [f"10.0.1.{number}" for number in range(60)]}]}
        ]
    )


@pytest.mark.parametrize(("size", "complete"), [(0, False), (512, False), (1232, True), (4096, True)])
def test_udp_answers_are_cut_to_what_the_client_takes(size: int, complete: bool) -> None:
    packet = query(f"x.{ZONE_NAME}", size=size)
    answer = answer_query(big().arm, NETWORK, packet)
    sent = dns_packet.fit(packet, answer)
    assert (sent == answer) is complete
    assert bool(struct.unpack_from("!H", sent, 2)[0] & 0x0200) is not complete
    assert len(read(sent).records) == (60 if complete else 0)


def over_udp(address: tuple[str, int], packet: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(packet, address)
        return client.recv(65535)


def over_tcp(address: tuple[str, int], *packets: bytes) -> list[bytes]:
    answers = []
    with socket.create_connection(address, timeout=5) as client, client.makefile("rb") as stream:
        for packet in packets:
            client.sendall(struct.pack("!H", len(packet)) + packet)
            answers.append(stream.read(struct.unpack("!H", stream.read(2))[0]))
    return answers


def test_each_network_has_its_own_listener() -> None:
    records = [{"name": "x", "ip_addresses": [f"10.0.1.{number}" for number in range(60)]}]
    azure = Azure(virtual_networks=NETWORKS, private_dns_zones=[{**zone(), "records": records}])
    listeners = DnsListeners(azure.arm, threading.Lock(), 0)
    found = listeners.start()
    try:
        assert [item["virtual_network"] for item in found] == [NETWORK, SECOND]
        assert [item["address"] for item in found] == ["127.53.0.1", "127.53.0.2"]
        assert len({item["port"] for item in found}) == 1
        linked, other = [(item["address"], item["port"]) for item in found]
        packet = query(f"x.{ZONE_NAME}")
        assert read(over_udp(linked, packet)).records == []
        assert [len(read(answer).records) for answer in over_tcp(linked, packet, packet)] == [60, 60]
        assert read(over_udp(other, packet)).code == 3
    finally:
        listeners.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(linked, timeout=5)


def test_taken_port() -> None:
    azure = Azure()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.53.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            DnsListeners(azure.arm, threading.Lock(), taken.getsockname()[1]).start()

"""DNS messages on the wire (RFC 1035, RFC 6891): one question in, one answer out."""

from __future__ import annotations

import ipaddress
import struct
import typing as t
from dataclasses import dataclass, field

A, CNAME, SOA, AAAA, OPT, ANY = 1, 5, 6, 28, 41, 255
NO_ERROR, FORMAT_ERROR, SERVER_FAILURE, NAME_ERROR, NOT_IMPLEMENTED, REFUSED = range(6)
_INTERNET = 1
_HEADER = struct.Struct("!6H")
_RESPONSE, _TRUNCATED, _RECURSION_DESIRED, _RECURSION_AVAILABLE = 0x8000, 0x0200, 0x0100, 0x0080
_OPCODE = 0x7800
_SMALLEST, _OURS = 512, 1232
_LABEL_LIMIT, _NAME_LIMIT = 63, 255


class Malformed(Exception):
    """The packet is no question that can be answered."""


@dataclass(frozen=True)
class Question:
    """One question: ``name`` in lower case without final dot, ``wire`` as it was asked, ``size`` 0 without EDNS."""

    number: int
    flags: int
    name: str
    kind: int
    wire: bytes
    size: int = 0


@dataclass(frozen=True)
class Record:
    """One record of an answer."""

    name: str
    kind: int
    time_to_live: int
    data: bytes


@dataclass
class Answer:
    """What a resolver found."""

    code: int = NO_ERROR
    records: list[Record] = field(default_factory=list)
    authority: list[Record] = field(default_factory=list)


def parse(packet: bytes) -> Question:
    """Read a query. Raises :class:`Malformed` for anything but one well-formed question of class IN."""
    try:
        number, flags, questions, answers, authorities, additional = _HEADER.unpack_from(packet)
        if flags & (_RESPONSE | _OPCODE) or questions != 1 or answers or authorities:
            raise Malformed("not a standard query with one question")
        labels, position = _labels(packet, _HEADER.size)
        kind, klass = struct.unpack_from("!2H", packet, position)
        position += 4
        if klass != _INTERNET:
            raise Malformed("not of class IN")
        size = _payload_size(packet, position) if additional else 0
        name = b".".join(labels).decode("ascii").lower()
        return Question(number, flags, name, kind, packet[_HEADER.size : position], size)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error


def _labels(packet: bytes, position: int) -> tuple[list[bytes], int]:
    labels: list[bytes] = []
    while length := packet[position]:
        if length > _LABEL_LIMIT or sum(map(len, labels)) + len(labels) + length > _NAME_LIMIT:
            raise Malformed("not a plain name")
        label = packet[position + 1 : position + 1 + length]
        if len(label) < length:
            raise Malformed("cut off")
        labels.append(label)
        position += 1 + length
    return labels, position + 1


def _payload_size(packet: bytes, position: int) -> int:
    """The UDP size an OPT record announces, at least 512; 0 when the first additional record is something else."""
    if packet[position] != 0:
        return 0
    kind, size = struct.unpack_from("!2H", packet, position + 1)
    return max(size, _SMALLEST) if kind == OPT else 0


def build(question: Question, answer: Answer) -> bytes:
    """The answer to a question, with the question's spelling kept and EDNS answered when it was used."""
    flags = _RESPONSE | (question.flags & _RECURSION_DESIRED) | _RECURSION_AVAILABLE | answer.code
    options = b"\0" + struct.pack("!2HIH", OPT, _OURS, 0, 0) if question.size else b""
    counts = (1, len(answer.records), len(answer.authority), 1 if options else 0)
    packet = _HEADER.pack(question.number, flags, *counts) + question.wire
    for record in (*answer.records, *answer.authority):
        owner = b"\xc0\x0c" if record.name == question.name else encode(record.name)
        packet += (
            owner + struct.pack("!2HIH", record.kind, _INTERNET, record.time_to_live, len(record.data)) + record.data
        )
    return packet + options


def refuse(packet: bytes) -> bytes:
    """REFUSED for a packet that cannot be answered, without a question section. Empty when it has no header at all."""
    if len(packet) < _HEADER.size:
        return b""
    number, flags = struct.unpack_from("!2H", packet)
    if flags & _RESPONSE:
        return b""
    return _HEADER.pack(number, _RESPONSE | (flags & (_OPCODE | _RECURSION_DESIRED)) | REFUSED, 0, 0, 0, 0)


def fit(query: bytes, answer: bytes) -> bytes:
    """The answer as UDP may carry it: cut to its question, with the TC bit set, when the client takes no more."""
    try:
        question = parse(query)
    except Malformed:
        return answer
    if len(answer) <= (min(question.size, _OURS) or _SMALLEST):
        return answer
    number, flags = struct.unpack_from("!2H", answer)
    return _HEADER.pack(number, flags | _TRUNCATED, 1, 0, 0, 0) + question.wire


def encode(name: str) -> bytes:
    """A name in wire form, uncompressed."""
    labels = [label.encode("ascii") for label in name.strip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def address(text: str) -> bytes:
    """An A or AAAA record's data."""
    return ipaddress.ip_address(text).packed


def start_of_authority(soa: t.Mapping[str, t.Any]) -> bytes:
    """An SOA record's data from the wire JSON of a private zone."""
    numbers = (soa["serialNumber"], soa["refreshTime"], soa["retryTime"], soa["expireTime"], soa["minimumTtl"])
    return encode(soa["host"]) + encode(soa["email"]) + struct.pack("!5I", *numbers)

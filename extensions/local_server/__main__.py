"""The stand-in as a program: one job on the standard input, its answer on the standard output.

``LOCAL_SERVER`` names a JSON file that is kept from job to job: ``servers`` by name, each with its state; ``azure`` with
``url`` and ``ca_file`` of the local Azure; ``dns`` with ``address`` and ``port`` of the server that the names are asked of.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import ssl
import struct
import sys
import typing as t
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local_server.server import Died, LocalServer

JSON = dict[str, t.Any]


def main() -> int:
    """Answer one job. Ends with 1 when the state cannot be read, with 3 when the server goes away in the job."""
    asked = json.load(sys.stdin)
    path = os.environ.get("LOCAL_SERVER", "")
    if not os.path.isfile(path):
        print("LOCAL_SERVER names no file.", file=sys.stderr)
        return 1
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        world: JSON = json.load(file)
        state = world.setdefault("servers", {}).setdefault(asked["server"], {})
        server = LocalServer(
            asked["server"], state, poster(world["azure"]), resolver(world), lambda: dt.datetime.now(dt.timezone.utc)
        )
        died = False
        try:
            answer = server.answer(asked["job"], asked["parameters"], asked["secrets"], check_mode=asked["check_mode"])
        except Died:
            died = True
        file.seek(0)
        json.dump(world, file, indent=1)
        file.truncate()
    if died:
        print("the server went away", file=sys.stderr)
        return 3
    print(json.dumps(answer))
    return 0


def poster(azure: JSON) -> t.Callable[[str, JSON], JSON]:
    """What sends the local Azure an event."""
    context = ssl.create_default_context(cafile=azure["ca_file"])

    def post(name: str, payload: JSON) -> JSON:
        body = json.dumps({"event": name, **payload}).encode()
        request = urllib.request.Request(f"{azure['url']}/emulator/events", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60, context=context) as response:
            return t.cast(JSON, json.load(response))

    return post


def resolver(world: JSON) -> t.Callable[[str], list[str]]:
    """What asks the DNS server of the world; names in its ``public`` have the addresses that stand there."""
    public: JSON = world.get("public") or {}
    place = world.get("dns")

    def resolve(name: str) -> list[str]:
        if name in public:
            return [str(address) for address in public[name]]
        return ask(place["address"], int(place["port"]), name) if place else []

    return resolve


def ask(address: str, port: int, name: str) -> list[str]:
    """The A records a DNS server answers for a name (RFC 1035); none when it knows none, or does not answer."""
    import socket

    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split("."))
    query = struct.pack("!6H", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5)
        try:
            channel.sendto(query, (address, port))
            packet = channel.recv(4096)
        except OSError:
            return []
    count, place, found = struct.unpack_from("!H", packet, 6)[0], len(query), []
    for _row in range(count):
        place = after_name(packet, place)
        kind, _class, _life, length = struct.unpack_from("!2HIH", packet, place)
        if kind == 1:
            found.append(socket.inet_ntoa(packet[place + 10 : place + 14]))
        place += 10 + length
    return found


def after_name(packet: bytes, place: int) -> int:
    """Where a name of a DNS packet ends."""
    while packet[place] and packet[place] < 0xC0:
        place += packet[place] + 1
    return place + (2 if packet[place] else 1)


if __name__ == "__main__":
    sys.exit(main())

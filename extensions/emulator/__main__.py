"""``python -m emulator``: serve a local Azure until stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

from .build import build_arm, complete, read
from .latency import parse as parse_latency
from .server import Server
from .wire import JSON
from .world import WorldError

_PARENT_CHECK_SECONDS = 1.0


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the server. Returns 0 after SIGTERM or SIGINT or when the parent is gone, 2 for a start that cannot be."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        world = read(options.world) if options.world else complete({})
        distance = parse_latency(options.latency).distance
        server = Server(build_arm(world, options.latency, seed=options.seed), options.port, distance)
    except (WorldError, ValueError, OSError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    listeners = None
    try:
        server.start()
        addresses: list[JSON] = []
        inbound: list[tuple[str, int]] = []
        if options.dns_port is not None:
            from .dns import INBOUND_ENDPOINTS, DnsListeners

            listeners = DnsListeners(server.arm, server.lock, options.dns_port, INBOUND_ENDPOINTS)
            addresses, inbound = listeners.start(), listeners.inbound
        _write_private(options.ready_file, _ready(server, addresses, inbound))
        while not stop.wait(_PARENT_CHECK_SECONDS):
            if options.parent_pid and not _alive(options.parent_pid):
                break
    finally:
        if listeners is not None:
            listeners.stop()
        server.stop()
        options.ready_file.unlink(missing_ok=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1, 0 for any free one")
    parser.add_argument("--ready-file", type=Path, required=True, help="written (JSON, mode 0600) once it listens")
    parser.add_argument("--world", type=Path, help="what exists before the run (YAML or JSON)")
    parser.add_argument(
        "--latency",
        default="instant",
        help="instant, realistic or realisticxSPEED, distance[:REQUEST,CONNECTION], or both with a + between them",
    )
    parser.add_argument("--dns-port", type=int, help="serve Azure DNS per virtual network on this port, 0 for any")
    parser.add_argument("--seed", type=int, default=1, help="what generated ids depend on")
    parser.add_argument("--parent-pid", type=int, help="end when this process ends")
    return parser


def _ready(server: Server, dns: list[JSON], inbound: list[tuple[str, int]]) -> JSON:
    world = server.arm.world
    principal = world["principals"][0]
    return {
        "arm_endpoint": server.base_url,
        "authority": server.base_url,
        "ca_file": server.ca_file,
        "tenant_id": world["tenant_id"],
        "client_id": principal["client_id"],
        "client_secret": principal["client_secret"],
        "subscription_id": world["subscriptions"][0]["id"],
        "pid": os.getpid(),
        "dns": dns,
        # In the order in which inbound endpoints of DNS resolvers are made.
        "dns_inbound": [{"address": address, "port": port} for address, port in inbound],
    }


def _write_private(path: Path, document: JSON) -> None:
    """Write in one step, so that nobody reads half of it; the file holds a secret and is for its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    os.replace(name, path)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main())

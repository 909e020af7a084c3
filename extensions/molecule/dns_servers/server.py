"""``python server.py start|stop FOLDER ADDRESS PORT``: a real dnsmasq in a folder of its own, whose general forwarder is given.

Started, it prints the variables of the role dns_servers that lead it there; an empty object where dnsmasq is not installed.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rehearsal.dns_servers import Server, installed


def main() -> None:
    """Start or stop it."""
    verb, place, address, port = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if not installed("dnsmasq"):
        print("{}")
        return
    server = Server("dnsmasq", place, (address, port))
    server.stop()
    shutil.rmtree(place, ignore_errors=True)
    if verb == "start":
        server.configure()
        server.start()
        print(json.dumps(server.variables()))


if __name__ == "__main__":
    main()

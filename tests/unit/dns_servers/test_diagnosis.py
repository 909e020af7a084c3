"""Which server, which name, what it answered, which fix."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.host_names import Published
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import Lookup
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.diagnosis import Asked, explain
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.wanted import Target

NAME = Published("a.privatelink.we.backup.windowsazure.com", ("10.1.1.4",))
SERVER = Asked("site-1", "10.20.0.53", 53)
TARGET = Target("10.0.0.4")
RIGHT = Lookup(("10.1.1.4",))


@pytest.mark.parametrize(
    ("found", "target", "words"),
    [
        (Lookup(failure="SERVFAIL"), RIGHT, "its target 10.0.0.4 answers rightly; this server may validate"),
        (Lookup(failure="no address (NODATA)"), RIGHT, "strips private addresses (rebind protection)"),
        (Lookup(failure="NXDOMAIN"), RIGHT, "a zone of its own around the name, or a missing name in its cache"),
        (Lookup(("20.1.1.1",), time_to_live=55), RIGHT, "an old answer in its cache, which lives for 55 s more"),
        (Lookup(failure="no answer over UDP (timed out)"), RIGHT, "this server itself gives no answer"),
        (
            Lookup(("20.1.1.1",)),
            Lookup(("20.1.1.1",)),
            "has the public address 20.1.1.1 itself; link the private DNS zone",
        ),
        (Lookup(("10.9.9.9",)), Lookup(("10.9.9.9",)), "has the address 10.9.9.9 itself"),
        (
            Lookup(failure="NXDOMAIN"),
            Lookup(failure="NXDOMAIN"),
            "knows no such name either (NXDOMAIN); link the private DNS zone",
        ),
        (Lookup(failure="SERVFAIL"), Lookup(failure="SERVFAIL"), "which would be a loop"),
        (Lookup(failure="no answer over UDP (timed out)"), None, "check that it runs, and that this host may ask it"),
        (Lookup(failure="NXDOMAIN"), None, "run the role dns_servers on it again"),
    ],
)
def test_the_fix_fits_what_was_answered(found: Lookup, target: Lookup | None, words: str) -> None:
    said = explain(SERVER, NAME, found, [(TARGET, target)] if target else [])
    answered = ", ".join(found.addresses) or found.failure
    assert said.startswith(f"site-1 (10.20.0.53 port 53) answers {NAME.name} with {answered}, expected 10.1.1.4: ")
    assert words in said

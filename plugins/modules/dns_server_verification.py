#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether a DNS server of one's own answers as it should."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_server_verification
short_description: Check that a DNS server answers the names of private endpoints rightly
version_added: 1.0.0
description:
  - Asks a DNS server for every name, as a client would, and compares the answers with the expected addresses.
  - Where an answer is wrong its targets are asked as well, so that the message says which server, which name, what was answered and which fix.
  - Answers that take longer than 2 seconds are right but warned of.
  - Needs no Azure connection and nothing but Python on the machine it runs on.
author: privatelink.recovery maintainers (@privatelink)
options:
  address:
    description: IP address of the server.
    type: str
    required: true
  port:
    description: Port of the server.
    type: int
    default: 53
  source_address:
    description: The address of this host to ask from, where the server answers its clients differently, as BIND's views do.
    type: str
  label:
    description: What messages call the server.
    type: str
  names:
    description: The names, as dictionaries with C(fqdn) and C(ip_addresses).
    type: list
    elements: dict
    required: true
  other_names:
    description: Names that are not private and must resolve to some address, such as one of somebody else's storage accounts.
    type: list
    elements: str
  targets:
    description: The resolvers the server forwards to, for the explanation of a wrong answer.
    type: list
    elements: dict
    suboptions:
      address:
        description: IP address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        default: 53
  wait_timeout:
    description: How long to go on asking for names that are not right yet, in seconds. Caches need the old time to live.
    type: int
    default: 0
  fail_on_mismatch:
    description: Fail when a name is not right. With V(false) the result says so.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
"""

EXAMPLES = r"""
- name: The DNS server of the site answers as it should
  privatelink.recovery.dns_server_verification:
    address: 10.20.0.53
    names:
      - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
        ip_addresses: [10.1.1.5]
    targets:
      - address: 10.0.0.4
"""

RETURN = r"""
names:
  description: "The names with what was found: C(server), C(fqdn), C(ip_addresses), C(answers), C(failure), C(resolved), C(seconds), C(message)."
  returned: success
  type: list
  elements: dict
  sample: []
resolved:
  description: Whether everything is right.
  returned: success
  type: bool
  sample: true
messages:
  description: What is wrong and what to do; empty when nothing is.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_server_verification import (
    verify_dns_server,
)

MODULE = Module(
    run=verify_dns_server,
    options={
        "address": Option(required=True),
        "port": port(53),
        "source_address": Option(),
        "label": Option(),
        "names": Option(type="list", elements="dict", required=True),
        "other_names": Option(type="list", elements="str"),
        "targets": Option(type="list", elements="dict", options={"address": Option(required=True), "port": port(53)}),
        "wait_timeout": Option(type="int", default=0, least=0),
        "fail_on_mismatch": Option(type="bool", default=True),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

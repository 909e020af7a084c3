#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Name resolution as the consumer of private endpoints sees it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: name_resolution
short_description: Check that the names of private endpoints resolve to their private addresses
version_added: 1.0.0
description:
  - Looks every name up from the machine it runs on, the consumer, and compares the answers with the expected addresses.
  - A public address is a mismatch, with the words who answered, what, what was expected and what to do.
  - Needs no Azure connection and nothing but Python on the machine. Only IPv4 addresses are looked up.
author: privatelink.recovery maintainers (@privatelink)
options:
  names:
    description:
      - The names, as dictionaries with C(fqdn) and C(ip_addresses), such as the inventory of a private endpoint. Other keys are ignored.
      - A name that comes more than once expects all its addresses. A name without addresses must resolve to private ones.
      - A row may name a DNS server of its own in C(dns_server), and its port in C(dns_port) (53); rows of other servers are other names.
    type: list
    elements: dict
    required: true
  dns_server:
    description:
      - IP address of the DNS server to ask for names that have none of their own.
      - The machine's own resolver, hosts file and cache included, when not given.
    type: str
  dns_port:
    description: Port of O(dns_server).
    type: int
    default: 53
  port:
    description: TCP port that every resolved address must answer on, such as V(443). Not tried when not given or V(0).
    type: int
  connect_timeout:
    description: How long to wait for a TCP connection, in seconds.
    type: int
    default: 5
  wait_timeout:
    description: How long to go on trying names that are not right yet, in seconds. Records and caches need time.
    type: int
    default: 0
  fail_on_mismatch:
    description: Fail when a name is not right. With V(false) the result says so.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
seealso:
  - name: Azure Private Endpoint DNS integration
    description: How consumers resolve the names, in the cloud and on premises.
    link: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""

EXAMPLES = r"""
- name: This machine resolves the vault's names and reaches them
  privatelink.recovery.name_resolution:
    names:
      - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
        ip_addresses: [10.1.1.5]
    port: 443
    wait_timeout: 300

- name: The new DNS server would answer rightly
  privatelink.recovery.name_resolution:
    names:
      - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
        ip_addresses: [10.1.1.5]
    dns_server: 10.0.0.4
    fail_on_mismatch: false
"""

RETURN = r"""
names:
  description: The names with what was found.
  returned: success
  type: list
  elements: dict
  contains:
    fqdn:
      description: The name.
      type: str
      returned: success
    ip_addresses:
      description: The expected addresses.
      type: list
      elements: str
      returned: success
    answers:
      description: The addresses that were answered.
      type: list
      elements: str
      returned: success
    canonical_name:
      description: The names it led through, itself first.
      type: list
      elements: str
      returned: success
    resolved:
      description: Whether the answers are exactly the expected addresses.
      type: bool
      returned: success
    private:
      description: Whether there are answers and all of them are private, or expected.
      type: bool
      returned: success
    connected:
      description: Whether every address answered on O(port); null when that was not tried.
      type: bool
      returned: success
    dns_server:
      description: The DNS server that was asked; empty for the machine's own resolver.
      type: str
      returned: success
    message:
      description: What is wrong and what to do; empty when nothing is.
      type: str
      returned: success
  sample:
    - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
      ip_addresses: [10.1.1.5]
      answers: [10.1.1.5]
      canonical_name: [1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com]
      resolved: true
      private: true
      connected: true
      dns_server: ''
      message: ''
resolved:
  description: Whether all names are right, and reached when O(port) is given.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.name_resolution import check_names

MODULE = Module(
    run=check_names,
    options={
        "names": Option(type="list", elements="dict", required=True),
        "dns_server": Option(),
        "dns_port": port(53),
        "port": Option(type="int", least=0, most=65535),
        "connect_timeout": Option(type="int", default=5, least=1),
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

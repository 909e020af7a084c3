#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which dynamic updates a zone needs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_server_updates
short_description: Find out which dynamic updates (RFC 2136) give zones the records of private endpoints
version_added: 1.0.0
description:
  - Reads zones at their primary server and returns the updates that make their A records those of O(answers), for M(community.general.nsupdate).
  - It writes nothing itself; C(changed) and the diff say what those updates will change, and are the same in check mode.
  - What was written is listed in TXT records at C(_privatelink-recovery) of each zone, by these updates too. Only records with values that are
    listed there are replaced or removed. A wanted name that somebody else gave other addresses, or an alias, is refused.
  - Before that the server is asked, with an update that changes nothing, whether it would take one of this key.
  - Queries are signed with the same key, over TCP.
author: privatelink.recovery maintainers (@privatelink)
requirements:
  - dnspython, on the host that runs it
  - The collection community.general, on the controller
options:
  state:
    description: With V(absent) the updates take away what these updates wrote before, and nothing else.
    type: str
    choices: [present, absent]
    default: present
  address:
    description: IP address of the primary server of the zones.
    type: str
    required: true
  port:
    description: Its port.
    type: int
    default: 53
  zones:
    description: The zones that take updates.
    type: list
    elements: str
    required: true
  answers:
    description: Names, inside O(zones), with their addresses, as dictionaries with C(fqdn) and C(ip_addresses).
    type: list
    elements: dict
  time_to_live:
    description: Time to live of the records in seconds.
    type: int
    default: 60
  key_name:
    description: Name of the key (TSIG) that signs queries and updates; unsigned when not given.
    type: str
  key_secret:
    description: Its secret, in base64.
    type: str
  key_algorithm:
    description: Its algorithm.
    type: str
    choices: [hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512]
    default: hmac-sha256
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
seealso:
  - name: RFC 2136
    description: Dynamic updates in the Domain Name System.
    link: https://www.rfc-editor.org/rfc/rfc2136
"""

EXAMPLES = r"""
- name: Which updates the zone of the vault needs
  privatelink.recovery.dns_server_updates:
    address: 10.20.0.53
    zones:
      - privatelink.we.backup.windowsazure.com
    answers:
      - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
        ip_addresses: [10.1.1.5]
    key_name: ansible
    key_secret: "{{ vaulted_key_secret }}"
  register: found
"""

RETURN = r"""
updates:
  description: The updates in their order, each with C(zone), C(record), C(type), C(value), C(ttl) and C(state).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_server_updates import find_dns_updates

ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
MODULE = Module(
    run=find_dns_updates,
    options={
        "state": Option(choices=("present", "absent"), default="present"),
        "address": Option(required=True),
        "port": port(53),
        "zones": Option(type="list", elements="str", required=True),
        "answers": Option(type="list", elements="dict"),
        "time_to_live": Option(type="int", default=60, least=1, most=86400),
        "key_name": Option(no_secret=True),
        "key_secret": Option(secret=True),
        "key_algorithm": Option(choices=ALGORITHMS, default="hmac-sha256", no_secret=True),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

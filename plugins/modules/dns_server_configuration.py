#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The configuration of a DNS server of one's own."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_server_configuration
short_description: Have a DNS server forward the zones of private endpoints, or answer their names
version_added: 1.0.0
description:
  - Writes files of this collection's own beside the configuration of BIND 9, Unbound, dnsmasq or systemd-resolved, and marked lines into a
    hosts file. Where the server's main file does not read them by itself, it gets one marked line at its end that includes them.
  - BIND takes the exceptions from validation only inside its block C(options), so one more marked line stands at the end of that block.
  - Before anything is written, the server's own checker judges the configuration as it is, and a copy of what it would become; every target is
    asked for a name in every zone. A configuration that is broken, a zone that the server has of its own, a target that does not answer and one
    that is this server are refused.
  - The server is reloaded in the same task. When that fails, when it does not answer any more, or when a target answers no more once this server
    forwards to it (a loop), every file becomes byte for byte what it was and is loaded again.
  - A run that was killed before the server had loaded its files is noticed by the next one, which completes it or goes back.
  - Runs on the DNS server's host, as a user who may write its configuration and control it; needs nothing but Python there.
author: privatelink.recovery maintainers (@privatelink)
options:
  server:
    description:
      - The program.
      - V(hosts) is for tests only; it takes O(answers). V(resolved) takes O(forward_zones).
    type: str
    required: true
    choices: [bind, unbound, dnsmasq, resolved, hosts]
  state:
    description: V(absent) takes out all that this module put in; every file is byte for byte what it was before, later edits apart.
    type: str
    choices: [present, absent]
    default: present
  forward_zones:
    description:
      - Names of zones to forward to O(targets), and to nobody else.
      - They are exempt from DNSSEC validation and rebind protection where the server has such exceptions; nothing else is.
    type: list
    elements: str
  targets:
    description: The resolvers that are asked, in this order.
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
  answers:
    description: Names that the server answers itself, as dictionaries with C(fqdn) and C(ip_addresses). Names beside them are not touched.
    type: list
    elements: dict
  names:
    description: Names that the first target should know, with their addresses; a warning says which it knows otherwise.
    type: list
    elements: dict
  views:
    description:
      - What each view of a BIND server does, instead of O(forward_zones), O(targets), O(answers) and O(names). The views are the operator's.
      - Each view gets one file, C(privatelink-recovery.view-<name>.conf), and one marked line at its end that includes it, unless it does already.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the view.
        type: str
        required: true
      forward_zones:
        description: As O(forward_zones).
        type: list
        elements: str
      targets:
        description: As O(targets).
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
      answers:
        description: As O(answers).
        type: list
        elements: dict
      names:
        description: As O(names).
        type: list
        elements: dict
      asked_from:
        description: Of no meaning here; what M(privatelink.recovery.dns_server_plan) returns is taken as it is.
        type: str
      source_address:
        description: Of no meaning here, likewise.
        type: str
  time_to_live:
    description: Time to live of O(answers) in seconds.
    type: int
    default: 60
  inside_virtual_network:
    description: Whether this host is inside an Azure virtual network. Only then V(168.63.129.16) is accepted in O(targets).
    type: bool
    default: false
  check_targets:
    description: Ask every target before and after a change. With V(false) neither a broken target nor a loop is noticed.
    type: bool
    default: true
  main_file:
    description: The server's main configuration file; that of the Debian package when not given.
    type: path
  directory:
    description: The directory for this module's files; it must exist. That of the Debian package when not given.
    type: path
  include:
    description:
      - Whether the main file gets lines that include ours. V(auto) adds them where the server does not read O(directory) by itself.
      - With V(never) you include C(privatelink-recovery.conf) yourself, and C(privatelink-recovery.options) too; with O(views) the file of each
        view inside it, of which a warning reminds until it is done.
    type: str
    choices: [auto, always, never]
    default: auto
  control_command:
    description:
      - The program and its first arguments that control the server, such as V([rndc, -c, /etc/bind/rndc.conf]). C(reload) and, for BIND,
        C(flushtree) with a zone follow.
      - For dnsmasq and systemd-resolved it is the whole command that restarts them, as they read their configuration only then.
    type: list
    elements: str
  address:
    description: IP address at which the server answers on its own host.
    type: str
    default: 127.0.0.1
  port:
    description: Port at which the server answers on its own host.
    type: int
    default: 53
extends_documentation_fragment:
  - privatelink.recovery.attributes.host
seealso:
  - name: Azure Private Endpoint DNS integration
    description: Which zones to forward, and where to.
    link: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""

EXAMPLES = r"""
- name: BIND forwards the names of Azure Backup to an inbound endpoint
  privatelink.recovery.dns_server_configuration:
    server: bind
    forward_zones:
      - we.backup.windowsazure.com
      - privatelink.we.backup.windowsazure.com
    targets:
      - address: 10.0.0.4
  become: true

- name: Unbound answers one name itself
  privatelink.recovery.dns_server_configuration:
    server: unbound
    answers:
      - fqdn: 1234567890123456789-ab-pod01-id1.privatelink.we.backup.windowsazure.com
        ip_addresses: [10.1.1.5]
  become: true

- name: Take everything out again
  privatelink.recovery.dns_server_configuration:
    server: dnsmasq
    state: absent
  become: true
"""

RETURN = r"""
files:
  description: Paths of this module's files and of those that include them, the main file apart.
  returned: success
  type: list
  elements: str
  sample: [/etc/unbound/unbound.conf.d/privatelink-recovery.conf]
reloaded:
  description: Whether the server had to load its configuration.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.kinds import KINDS
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_server_configuration import (
    configure_dns_server,
)

_TARGETS = Option(type="list", elements="dict", options={"address": Option(required=True), "port": port(53)})
_VIEW = {
    "name": Option(required=True),
    "forward_zones": Option(type="list", elements="str"),
    "targets": _TARGETS,
    "answers": Option(type="list", elements="dict"),
    "names": Option(type="list", elements="dict"),
    "asked_from": Option(),
    "source_address": Option(),
}
MODULE = Module(
    run=configure_dns_server,
    options={
        "server": Option(required=True, choices=tuple(KINDS)),
        "state": Option(choices=("present", "absent"), default="present"),
        "forward_zones": Option(type="list", elements="str"),
        "targets": _TARGETS,
        "answers": Option(type="list", elements="dict"),
        "names": Option(type="list", elements="dict"),
        "views": Option(type="list", elements="dict", options=_VIEW),
        "time_to_live": Option(type="int", default=60, least=1, most=86400),
        "inside_virtual_network": Option(type="bool", default=False),
        "check_targets": Option(type="bool", default=True),
        "main_file": Option(type="path"),
        "directory": Option(type="path"),
        "include": Option(choices=("auto", "always", "never"), default="auto"),
        "control_command": Option(type="list", elements="str"),
        "address": Option(default="127.0.0.1"),
        "port": port(53),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

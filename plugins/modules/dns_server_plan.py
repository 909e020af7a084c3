#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a DNS server of one's own has to do for private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_server_plan
short_description: Find out what a DNS server has to forward or answer for private endpoints
version_added: 1.0.0
description:
  - Makes of sequences, regions and names the zones to forward or the names to answer, and refuses what cannot work before any server is touched.
  - Reads nothing but O(report) and writes nothing; it needs neither Azure nor the server, and runs on the controller.
author: privatelink.recovery maintainers (@privatelink)
options:
  mode:
    description: V(forward) to forward zones to O(targets), V(answer) to have the server answer O(names) itself.
    type: str
    choices: [forward, answer]
    default: forward
  sequences:
    description: The sequences whose zones are needed.
    type: list
    elements: str
    choices: [backup, dpm_mabs, site_recovery, migrate]
  cloud:
    description: The Azure cloud.
    type: str
    choices: [AzureCloud, AzureUSGovernment, AzureChinaCloud]
    default: AzureCloud
  geo_codes:
    description: Geo codes of the regions, such as V(we). Those in O(names) are added.
    type: list
    elements: str
  locations:
    description: Regions, such as V(westeurope), whose geo codes are taken from the public lists.
    type: list
    elements: str
  role_variables:
    description:
      - What the roles of the sequences are given, as dictionaries with C(sequence), C(location), C(geo_code) and C(zone_names).
      - Of a sequence in O(sequences) its region, geo code and zones are taken; the others are left out.
    type: list
    elements: dict
    default: []
    suboptions:
      sequence:
        description: The sequence.
        type: str
        required: true
      location:
        description: Region of its vault.
        type: str
      geo_code:
        description: Geo code of that region.
        type: str
      zone_names:
        description: Zones that no public list has.
        type: list
        elements: str
        default: []
  form:
    description:
      - Forward the V(public) suffixes, the V(privatelink) forms, or both.
      - A public suffix leads all names of that service through the targets. The privatelink form alone fails where the server has a general
        forwarder, which then resolves the aliases by itself.
    type: str
    choices: [both, public, privatelink]
    default: both
  extra_zones:
    description: Further zones to forward.
    type: list
    elements: str
  names:
    description:
      - Names that must resolve, as dictionaries with C(fqdn), C(ip_addresses) and, where known, C(zone) and C(endpoint), as a report has them.
      - What is no host name or no IPv4 address is an error.
    type: list
    elements: dict
  report:
    description: Path of a C(report.json) of this collection; its names are added to O(names).
    type: path
  endpoints:
    description: Take only O(names) of these endpoints. Needed where two endpoints publish the same name with other addresses.
    type: list
    elements: str
  update_zones:
    description:
      - With V(answer), the zones to which a server takes dynamic updates. Names are taken as they are called inside these zones; one that is in
        none of them is an error.
    type: list
    elements: str
  views:
    description: For a BIND server with views, the endpoints that each view answers for, and where its own differ the targets it forwards to.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the view, which is the operator's.
        type: str
        required: true
      endpoints:
        description: Its endpoints.
        type: list
        elements: str
        required: true
      targets:
        description: Its resolvers; O(targets) when not given.
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
      asked_from:
        description: The host that will ask for the proof; returned as it is.
        type: str
      source_address:
        description: The address it will ask from; returned as it is.
        type: str
  targets:
    description: The resolvers to forward to.
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
  inside_virtual_network:
    description: Whether the server is inside an Azure virtual network. Only then V(168.63.129.16) is accepted in O(targets).
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
"""

EXAMPLES = r"""
- name: What has to be forwarded for Azure Backup in West Europe
  privatelink.recovery.dns_server_plan:
    sequences: [backup]
    locations: [westeurope]
    targets:
      - address: 10.0.0.4
  register: plan
"""

RETURN = r"""
forward_zones:
  description: Zones to forward.
  returned: success
  type: list
  elements: str
  sample: [we.backup.windowsazure.com, privatelink.we.backup.windowsazure.com]
targets:
  description: Where to, with C(address) and C(port).
  returned: success
  type: list
  elements: dict
  sample: [{address: 10.0.0.4, port: 53}]
answers:
  description: Names to answer, with C(fqdn) and C(ip_addresses).
  returned: success
  type: list
  elements: dict
  sample: []
views:
  description: For each of O(views) its C(name), C(forward_zones), C(targets), C(answers), C(names), C(asked_from) and C(source_address).
  returned: success
  type: list
  elements: dict
  sample: []
names:
  description: Names that have to resolve through the server, with C(fqdn) and C(ip_addresses).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.forward_zones import (
    CLOUD_NAMES,
    FORMS,
    SEQUENCES,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_server_plan import plan_dns_server

_ROLE = {
    "sequence": Option(required=True),
    "location": Option(),
    "geo_code": Option(),
    "zone_names": Option(type="list", elements="str", default=[]),
}
_TARGETS = Option(type="list", elements="dict", options={"address": Option(required=True), "port": port(53)})
_VIEW = {
    "name": Option(required=True),
    "endpoints": Option(type="list", elements="str", required=True),
    "targets": _TARGETS,
    "asked_from": Option(),
    "source_address": Option(),
}
MODULE = Module(
    run=plan_dns_server,
    options={
        "mode": Option(choices=("forward", "answer"), default="forward"),
        "sequences": Option(type="list", elements="str", choices=tuple(SEQUENCES)),
        "cloud": Option(choices=CLOUD_NAMES, default="AzureCloud"),
        "geo_codes": Option(type="list", elements="str"),
        "locations": Option(type="list", elements="str"),
        "role_variables": Option(type="list", elements="dict", default=[], options=_ROLE),
        "form": Option(choices=FORMS, default="both"),
        "extra_zones": Option(type="list", elements="str"),
        "names": Option(type="list", elements="dict"),
        "report": Option(type="path"),
        "endpoints": Option(type="list", elements="str"),
        "update_zones": Option(type="list", elements="str"),
        "views": Option(type="list", elements="dict", options=_VIEW),
        "targets": _TARGETS,
        "inside_virtual_network": Option(type="bool", default=False),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The host of an Azure Migrate appliance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_appliance
short_description: Judge, install and ask the Windows host of an Azure Migrate appliance
version_added: 1.0.0
description:
  - Takes one step on the Windows host of a discovery appliance or of a replication appliance.
  - An installer removes everything that was there before it works, so it is run only on a host where nothing of its kind is.
  - Whether it worked is read from what is there afterwards, never by its exit code alone, since declining its last question ends with 0 too.
  - The steps are PowerShell scripts of the role C(privatelink.recovery.migrate), run there with C(ansible.windows.win_powershell).
author: privatelink.recovery maintainers (@privatelink)
options:
  host:
    description: How messages call the host.
    type: str
    required: true
  step:
    description:
      - V(look) judges the host and what is installed there. V(package) fetches the installer's zip, compares its SHA-256 and checks
        its signatures. V(install) runs the installer. V(auto_update) switches the appliance's own updates. V(proxy) gives the
        host's services (WinHTTP) their proxy and lets the private names past it. V(flush) empties the DNS cache. V(names) resolves
        and reaches names from there.
    type: str
    required: true
    choices: [look, package, install, auto_update, proxy, flush, names]
  kind:
    description: Which appliance. The two never share a host.
    type: str
    choices: [discovery, replication]
    default: discovery
  scenario:
    description: What a discovery appliance discovers. V(Physical) is also for AWS, GCP and other virtual machines.
    type: str
    choices: [VMware, HyperV, Physical]
    default: Physical
  cloud:
    description: The cloud's name. The installer refuses private endpoints for V(AzureChinaCloud).
    type: str
    choices: [AzureCloud, AzureUSGovernment, AzureChinaCloud]
    default: AzureCloud
  private_endpoint:
    description: Whether the discovery appliance is set up for private endpoints.
    type: bool
    default: true
  url:
    description: Where the host downloads the zip when it is not at O(path) yet.
    type: str
  path:
    description: The zip on the host.
    type: str
  folder:
    description: The folder on the host that the zip is unpacked into.
    type: str
  script:
    description: The installer's script when it is not directly in O(folder).
    type: str
  checksum:
    description:
      - The SHA-256 of the zip as Microsoft publishes it today; case does not count. There is no default, because each release has another one.
    type: str
  auto_update:
    description: Whether the appliance updates itself. Without, it is not checked for access to aka.ms either.
    type: bool
    default: true
  trusted_hosts:
    description: Let the installer set WinRM's trusted hosts to everybody, as it does by default.
    type: bool
    default: false
  proxy:
    description:
      - Address and port of the HTTP proxy of the host's services, without credentials; needed with O(step=proxy).
    type: str
  bypass:
    description:
      - With O(step=proxy), further names and patterns (C(*.corp.example)) that go past the proxy. Those that are past the same proxy already stay.
    type: list
    elements: str
  names:
    description:
      - The names to resolve and reach, as dictionaries with C(fqdn) and C(ip_addresses). With O(step=proxy), those that go past the proxy.
    type: list
    elements: dict
  timeout:
    description: How long the installer may take, in seconds.
    type: int
    default: 3000
  enforce:
    description: Fail with O(step=look) when the host cannot be the appliance, or what is there is not it.
    type: bool
    default: true
  stand_in:
    description: A program of the controller that answers in place of a host, for rehearsals and tests.
    type: path
extends_documentation_fragment:
  - privatelink.recovery.attributes
seealso:
  - module: privatelink.recovery.migrate_verification
  - name: Azure Migrate appliance
    description: What its host must have, and the installer.
    link: https://learn.microsoft.com/azure/migrate/migrate-appliance
"""

EXAMPLES = r"""
- name: Can this host become the appliance?
  privatelink.recovery.migrate_appliance:
    host: "{{ inventory_hostname }}"
    step: look
    scenario: VMware

- name: The installer, exactly as it was published
  privatelink.recovery.migrate_appliance:
    host: "{{ inventory_hostname }}"
    step: package
    path: C:\Install\AzureMigrateInstaller.zip
    folder: C:\Install\AzureMigrateInstaller
    checksum: "{{ checksum_of_today }}"
"""

RETURN = r"""
host:
  description: The host.
  returned: success
  type: str
  sample: appliance
answer:
  description: What the host said; with O(step=install) C(exit_code) and C(log) besides.
  returned: always
  type: dict
  sample: {cores: 8, memory_gb: 32}
installed:
  description: Whether an appliance of the kind is there.
  returned: O(step=look)
  type: bool
  sample: false
registered:
  description: Whether it is registered with its project.
  returned: O(step=look)
  type: bool
  sample: false
problems:
  description: Why the host cannot be the appliance, or why what is there is not it.
  returned: O(step=look)
  type: list
  elements: str
  sample: []
names:
  description: The names in the rows of M(privatelink.recovery.name_resolution).
  returned: O(step=names)
  type: list
  elements: dict
  sample: []
proxy:
  description: The proxy of the host's services, as C(address) and C(bypass).
  returned: O(step=names)
  type: dict
  sample: {address: '', bypass: []}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_appliance import (
    MOST_SECONDS,
    manage_appliance,
)

MODULE = Module(
    run=manage_appliance,
    options={
        "host": Option(required=True),
        "step": Option(required=True, choices=("look", "package", "install", "auto_update", "proxy", "flush", "names")),
        "kind": Option(choices=("discovery", "replication"), default="discovery"),
        "scenario": Option(choices=("VMware", "HyperV", "Physical"), default="Physical"),
        "cloud": Option(choices=("AzureCloud", "AzureUSGovernment", "AzureChinaCloud"), default="AzureCloud"),
        "private_endpoint": Option(type="bool", default=True),
        "url": Option(),
        "path": Option(),
        "folder": Option(),
        "script": Option(),
        "checksum": Option(),
        "auto_update": Option(type="bool", default=True),
        "trusted_hosts": Option(type="bool", default=False),
        "proxy": Option(),
        "bypass": Option(type="list", elements="str", no_secret=True),
        "names": Option(type="list", elements="dict"),
        "timeout": Option(type="int", default=3000, least=60, most=MOST_SECONDS),
        "enforce": Option(type="bool", default=True),
        "stand_in": Option(type="path"),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

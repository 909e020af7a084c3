#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Resource providers of a subscription."""

from __future__ import annotations

DOCUMENTATION = r"""
module: provider_registration
short_description: Register a resource provider in a subscription
version_added: 1.0.0
description:
  - Registers a resource provider, which Azure requires before anything of that provider can be made, and waits for it.
  - No other module of this collection registers a provider on its own.
author: privatelink.recovery maintainers (@privatelink)
options:
  namespace:
    description: Namespace of the provider. Private endpoints also need V(Microsoft.Network), in the subscriptions of both sides.
    type: str
    default: Microsoft.RecoveryServices
  state:
    description: The provider is registered. Nothing is ever unregistered.
    type: str
    choices: [registered]
    default: registered
  force:
    description:
      - Register the provider again although it is registered. Every such run registers and reports a change.
      - Needed once when V(Microsoft.RecoveryServices) was registered before 1 May 2020, a date that Azure does not show.
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
attributes:
  idempotent:
    support: partial
    details: With O(force=true) the provider is registered again at each run.
seealso:
  - name: Create and use private endpoints for Azure Backup
    description: When the provider must be registered again.
    link: https://learn.microsoft.com/azure/backup/private-endpoints
"""

EXAMPLES = r"""
- name: The provider of the vaults is registered
  privatelink.recovery.provider_registration:
    subscription_id: 22222222-2222-4222-8222-222222222222

- name: Register it again, once
  privatelink.recovery.provider_registration:
    namespace: Microsoft.RecoveryServices
    force: true
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the provider in the subscription.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.RecoveryServices
registration_state:
  description: State of the registration as Azure last answered it; in check mode the state before.
  returned: success
  type: str
  sample: Registered
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.provider_registration import (
    register_provider,
)

MODULE = Module(
    run=register_provider,
    options={
        "namespace": Option(default="Microsoft.RecoveryServices"),
        "state": Option(choices=("registered",), default="registered"),
        "force": Option(type="bool", default=False),
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

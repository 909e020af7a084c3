"""What is not verified about Microsoft.Network, private DNS included: one setting each, overridden by the world's ``settings``."""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...wire import JSON

DEFAULTS: JSON = {
    # An automatic connection without the right to approve it on the target. `refuse`: 403, as azure-docs#96892 and
    # azure-sdk-for-go#14306 quote it; `pending`: accepted, and the owner of the target decides.
    "approval_right_missing": "refuse",
    # Where the right to poll an operation is asked for: on the operation's path or on the `resource` it works on; or on the
    # `path` alone, which is below the subscription. Which of them Azure asks is not documented.
    "operation_poll_scope": "resource",
    # Still seen on sovereign clouds and no longer on the public one: troubleshooting page of the SAP deployment automation
    # framework; cai11745/hybrid-cloud quotes the body. None: as the world's cloud.
    "network_policies_refused": None,
    # `Enabled` is recorded at 2020-11-01 and `Disabled` at 2022-01-01; what is between them is not known.
    "network_policies_disabled_since": "2022-01-01",
    "private_endpoints_per_virtual_network": 1000,
    # Emulated seconds: azure-rest-api-specs#32752 says that an interface may outlive its endpoint, not for how long.
    "network_interface_linger": 0,
    "usages_limit_excludes_reserved": True,
    "custom_dns_configs_cleared": True,
    "zones_per_zone_group": 5,
    "overlapping_zones_refused": False,
    "record_page_size": 100,
}


def setting(arm: Arm, name: str) -> t.Any:
    """A setting of the world, or its default."""
    return arm.settings.get(name, DEFAULTS[name])


def policies_refused(arm: Arm) -> bool:
    """Whether an endpoint in a subnet with network policies is refused."""
    chosen = setting(arm, "network_policies_refused")
    return bool(arm.world.get("cloud", "AzureCloud") != "AzureCloud" if chosen is None else chosen)

"""The custom roles that the classic experience of Azure Backup asks for, as its article defines them.

https://learn.microsoft.com/azure/backup/private-endpoints, Create roles and permissions manually. What its script
VaultMsiPrereqScript does with them, the Backup sequence does itself: the script is neither needed nor downloaded.
"""

from __future__ import annotations

import typing as t

from .endpoint_names import ENDPOINT_TYPE
from .endpoints import INTERFACE_TYPE, SUBNET_TYPE
from .roles import actions


class CustomRole(t.NamedTuple):
    """A custom role: its name, unique in a directory, what it is for and what it allows."""

    name: str
    description: str
    actions: tuple[str, ...]


ENDPOINT_ROLE = CustomRole(
    "PrivateEndpointContributor", "Allows management of Private Endpoint", actions(ENDPOINT_TYPE, "*")
)
INTERFACE_ROLE = CustomRole(
    "NetworkInterfaceReader", "Allows read on networkInterfaces", actions(INTERFACE_TYPE, "read")
)
SUBNET_ROLE = CustomRole(
    "PrivateEndpointSubnetContributor",
    "Allows adding of Private Endpoint connection to Virtual Networks",
    actions(SUBNET_TYPE, "join/action"),
)
CUSTOM_ROLES = (ENDPOINT_ROLE, INTERFACE_ROLE, SUBNET_ROLE)
#: Built in; it holds ``privateDnsZones/A/*`` and ``virtualNetworkLinks/read``, which the article asks for.
ZONE_ROLE = "Private DNS Zone Contributor"
BROAD_ROLE = "Contributor"

"""The Azure clouds, and any other Azure Resource Manager that answers /metadata/endpoints."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from ..errors import InputError


@dataclass(frozen=True)
class Cloud:
    """Where a cloud's services are.

    ``name`` is Azure's own (``AzureCloud``), ``resource_manager`` the ARM endpoint without a trailing slash,
    ``authority`` the sign-in URL, ``scope`` what a token for ARM is asked for, ``backup_suffix``,
    ``site_recovery_suffix`` and ``storage_suffix`` the public suffixes of the services' names (empty: not known).
    """

    name: str
    resource_manager: str
    authority: str
    scope: str
    backup_suffix: str = ""
    site_recovery_suffix: str = ""
    storage_suffix: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data, for the cache of one run."""
        return t.cast("dict[str, str]", asdict(self))


# Endpoints: azure.mgmt.core.tools.get_arm_endpoints and azure.identity.AzureAuthorityHosts. Suffixes:
# https://learn.microsoft.com/azure/private-link/private-endpoint-dns; it lists no Backup or Site Recovery zone for China.
CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "AzureCloud",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            "https://management.azure.com/.default",
            "backup.windowsazure.com",
            "siterecovery.windowsazure.com",
            "core.windows.net",
        ),
        Cloud(
            "AzureUSGovernment",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://management.core.usgovcloudapi.net/.default",
            "backup.windowsazure.us",
            "siterecovery.windowsazure.us",
            "core.usgovcloudapi.net",
        ),
        Cloud(
            "AzureChinaCloud",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
            storage_suffix="core.chinacloudapi.cn",
        ),
    )
}

#: Where the name of a cloud comes from.
CURE = "Correct cloud_environment; where no task or play sets it, the environment variable AZURE_CLOUD_ENVIRONMENT."


def known_cloud(name: str) -> Cloud | None:
    """The cloud of that name; None when ``name`` is a URL. Raises :class:`InputError` for anything else."""
    for cloud in CLOUDS.values():
        if cloud.name.lower() == name.lower():
            return cloud
    if name.lower() == "azuregermancloud":
        raise InputError(
            "cloud_environment AzureGermanCloud was retired on 29 October 2021; use AzureCloud.", remedy=CURE
        )
    parts = urlsplit(name)
    if parts.scheme == "https" and parts.netloc:
        return None
    if parts.scheme == "http":
        raise InputError(f"cloud_environment {name} is not https; tokens are never sent in the clear.", remedy=CURE)
    raise InputError(
        f"cloud_environment {name!r} is neither a known cloud ({', '.join(CLOUDS)}) nor an https URL of an ARM endpoint.",
        remedy=CURE,
    )

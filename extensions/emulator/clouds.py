"""The clouds an emulator can stand for.

Source: azure-cli ``azure/cli/core/cloud.py``; ``azure.mgmt.core.tools.get_arm_endpoints``; Microsoft Learn
"Azure Private Endpoint private DNS zone values".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """One cloud's names. ``audiences`` are those a management token may be made out to, without trailing slash."""

    name: str
    audiences: tuple[str, ...]
    graph_audience: str
    portal: str
    storage_suffix: str
    key_vault_suffix: str


CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "AzureCloud",
            ("https://management.core.windows.net", "https://management.azure.com"),
            "https://graph.microsoft.com",
            "https://portal.azure.com",
            "core.windows.net",
            "vault.azure.net",
        ),
        Cloud(
            "AzureUSGovernment",
            ("https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"),
            "https://graph.microsoft.us",
            "https://portal.azure.us",
            "core.usgovcloudapi.net",
            "vault.usgovcloudapi.net",
        ),
        Cloud(
            "AzureChinaCloud",
            ("https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
            "https://microsoftgraph.chinacloudapi.cn",
            "https://portal.azure.cn",
            "core.chinacloudapi.cn",
            "vault.azure.cn",
        ),
    )
}

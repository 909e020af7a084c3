"""A company that backs up with DPM: a hub with an ExpressRoute gateway, a network for the endpoint, two servers at home."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from ansible_collections.privatelink.recovery.extensions.local_server.server import Died, LocalServer
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dpm_server import Request
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import ServerError

from ..conftest import GROUPS, Cloud

JSON = dict[str, t.Any]
PASSPHRASE = "correct horse battery staple"
NETWORK = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-backup"
VAULT = f"{GROUPS}/rg-dpm/providers/Microsoft.RecoveryServices/vaults/vault-dpm"
ENDPOINT = f"{GROUPS}/rg-dpm/providers/Microsoft.Network/privateEndpoints/pe-dpm"
ENTRA = ("login.microsoftonline.com", "login.microsoft.com", "login.windows.net")
SERVERS = ("dpm01.corp.example", "mabs01.corp.example")
_PLACE = {"resource_group": "rg-network", "location": "westeurope"}
WORLD: JSON = {
    "resource_groups": [{"name": name, "location": "westeurope"} for name in ("rg-dpm", "rg-network", "rg-dns")],
    "virtual_networks": [
        {
            **_PLACE,
            "name": "vnet-hub",
            "address_prefixes": ["10.0.0.0/16"],
            "gateway": "gw-express",
            "gateway_type": "ExpressRoute",
            "subnets": [{"name": "GatewaySubnet", "address_prefix": "10.0.0.0/27"}],
        },
        {
            **_PLACE,
            "name": "vnet-backup",
            "address_prefixes": ["10.1.0.0/16"],
            "peerings": [{"virtual_network": "vnet-hub", "use_remote_gateways": True}],
            "subnets": [
                {"name": "endpoints", "address_prefix": "10.1.1.0/24"},
                {"name": "tight", "address_prefix": "10.1.2.0/27", "addresses_in_use": 15},
            ],
        },
    ],
}
#: What the operator wants: one endpoint, three data sources on two servers.
DESIRED: JSON = {
    "dpm_mabs_vault_name": "vault-dpm",
    "dpm_mabs_vault_resource_group": "rg-dpm",
    "dpm_mabs_vault_location": "westeurope",
    "dpm_mabs_dns_zone_resource_group": "rg-dns",
    "dpm_mabs_endpoints": [{"name": "pe-dpm", "subnet": f"{NETWORK}/subnets/endpoints"}],
    "dpm_mabs_data_sources": 3,
    "dpm_mabs_servers": list(SERVERS),
    "dpm_mabs_passphrase": PASSPHRASE,
    "dpm_mabs_staging_folder": "D:\\Staging",
    "dpm_mabs_protection": "start",
    "dpm_mabs_stand_in": "/in/this/process",
}


def states() -> JSON:
    """The servers before anything happens: DPM with two data sources, MABS with one and an agent that is old."""
    return {
        SERVERS[0]: {"data_sources": [{"id": "sql/payroll"}, {"id": "files/home"}]},
        SERVERS[1]: {
            "product": "MABS",
            "product_version": "14.0.30.0",
            "data_sources": [{"id": "vm/web", "polls_to_replica": 3, "polls_to_backup": 2}],
        },
    }


class Site:
    """The servers, led to an emulated Azure in this process; they resolve what its endpoint publishes."""

    def __init__(self, cloud: Cloud, servers: JSON | None = None) -> None:
        self.cloud, self.servers = cloud, states() if servers is None else servers
        self.jobs: list[tuple[str, str, bool]] = []
        self.asked: list[str] = []

    def ask(self, program: str, request: Request, *, check_mode: bool) -> str:
        """In place of the stand-in as a program."""
        self.asked.append(json.dumps([request.parameters, check_mode]))
        server = LocalServer(
            request.server,
            self.servers[request.server],
            lambda name, payload: self.cloud.event(name, **payload),
            self.resolve,
            lambda: dt.datetime.now(dt.UTC),
        )
        try:
            reported = server.answer(request.job, request.parameters, request.secrets, check_mode=check_mode)
        except Died:
            raise ServerError(request.server, request.job, "the server went away") from None
        self.jobs.append((request.server, request.job, bool(reported["changed"])))
        return json.dumps(reported)

    def resolve(self, name: str) -> list[str]:
        """The address of an endpoint's name, or a public one of Entra's."""
        if name in ENTRA:
            return ["20.190.160.1"]
        if not self.cloud.exists(ENDPOINT):
            return []
        self.cloud.arm.scheduler.settle()
        interface = self.cloud.document(ENDPOINT)["properties"]["networkInterfaces"][0]["id"]
        for row in self.cloud.document(interface)["properties"]["ipConfigurations"]:
            if name in (row["properties"].get("privateLinkConnectionProperties") or {}).get("fqdns", []):
                return [row["properties"]["privateIPAddress"]]
        return []

    def changed(self) -> list[tuple[str, str]]:
        """The jobs that changed something, by server."""
        return [(server, job) for server, job, changed in self.jobs if changed]

"""Key vaults: who gets in, by their firewall and by their permissions. Secrets are never asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ..azure.client import Azure
from ..ids import parse_id
from ..wire import JSON, facts, get_path
from .endpoint_connections import endpoint_of, status_of

TYPE = "Microsoft.KeyVault/vaults"
API_VERSION = "2023-07-01"


@dataclass(frozen=True)
class KeyVault:
    """A key vault as Azure answers it."""

    document: JSON

    @property
    def id(self) -> str:
        """The vault's id."""
        return str(self.document["id"])

    @property
    def network_acls(self) -> JSON:
        """The firewall; empty while nothing is restricted, since Azure leaves it out then."""
        return get_path(self.document, "properties.networkAcls") or {}

    @property
    def denies_public_access(self) -> bool:
        """Whether nobody gets in from the public network: access is off, or nothing is let through the firewall."""
        if str(get_path(self.document, "properties.publicNetworkAccess") or "").lower() == "disabled":
            return True
        rules = self.network_acls
        closed = str(rules.get("defaultAction") or "Allow").lower() == "deny"
        return closed and not rules.get("ipRules") and not rules.get("virtualNetworkRules")

    @property
    def uses_roles(self) -> bool:
        """Whether role assignments count for its contents, and access policies do not."""
        return bool(get_path(self.document, "properties.enableRbacAuthorization"))

    @property
    def connections(self) -> list[JSON]:
        """Its private endpoint connections; they carry neither name nor type here."""
        return list(get_path(self.document, "properties.privateEndpointConnections") or [])

    def has_policy(self, object_id: str) -> bool:
        """Whether an access policy lets a principal read secrets."""
        for policy in get_path(self.document, "properties.accessPolicies") or []:
            granted = {str(word).lower() for word in get_path(policy, "permissions.secrets") or []}
            if str(policy.get("objectId") or "").lower() == object_id.lower() and granted & {"get", "all"}:
                return True
        return False

    def described(self) -> JSON:
        """The vault as results show it."""
        return {
            "id": self.id,
            "name": parse_id(self.id).name,
            "location": str(self.document.get("location") or ""),
            "vault_uri": str(get_path(self.document, "properties.vaultUri") or ""),
            "public_network_access": str(get_path(self.document, "properties.publicNetworkAccess") or ""),
            "network_acls": facts(self.network_acls),
            "denies_public_access": self.denies_public_access,
            "rbac_authorization": self.uses_roles,
            "private_endpoint_connections": [
                {"private_endpoint": endpoint_of(item), "status": status_of(item)} for item in self.connections
            ],
            "state": facts(self.document),
        }


def read_key_vault(azure: Azure, vault_id: str) -> KeyVault | None:
    """A key vault, or None when it does not exist."""
    found = azure.find(vault_id, API_VERSION)
    return KeyVault(found) if found else None


def list_key_vaults(azure: Azure, scope: str) -> list[KeyVault]:
    """The key vaults of a subscription or resource group, in Azure's order."""
    return [KeyVault(document) for document in azure.list(f"{scope}/providers/{TYPE}", API_VERSION)]

"""The file with which a server registers with a vault: its certificate, its XML, and what an existing file is good for.

No request is sent here and nothing is written. What the certificates API takes and answers:
https://learn.microsoft.com/rest/api/recoveryservices/vault-certificates/create. The XML is what
``Get-AzRecoveryServicesVaultSettingsFile`` of Azure PowerShell writes: with ``-Backup`` the class
``RSBackupVaultAADCreds``, with ``-SiteRecovery`` the class ``RSVaultAsrCreds`` (both and
``GetAzureRmRecoveryServicesVaultSettingsFile`` in https://github.com/Azure/azure-powershell, src/RecoveryServices). Site
Recovery's last element, and that a Hyper-V site is named by its fabric's internal identifier and name, are also in the
data source ``azurerm_recovery_services_vault_hyperv_host_registration_key`` of
https://github.com/hashicorp/terraform-provider-azurerm. Whether every version of an agent accepts a file that was not
made by Microsoft's own tools is not documented.
"""

from __future__ import annotations

import base64
import datetime as dt
import typing as t
from dataclasses import dataclass, field

from ..errors import Refusal
from ..ids import ResourceId, fold_id, parse_id
from ..wire import JSON, get_path

TYPE = "Microsoft.RecoveryServices/vaults/certificates"
#: What the agents look for; DPM's wizard refuses any other namespace.
NAMESPACE = "http://schemas.datacontract.org/2004/07/Microsoft.Azure.Portal.RecoveryServices.Models.Common"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
AGENT_LINKS = ";".join(
    f"{name},http://go.microsoft.com/fwlink/{page}?LinkId={number}"
    for name, page, number in (
        ("WABUpdateKBLink", "p/", 229525),
        ("StorageQuotaPurchaseLink", "", 205490),
        ("WebPortalLink", "", 817353),
        ("WABprivacyStatement", "", 221308),
    )
)
_KEY_BITS = 2048


@dataclass(frozen=True)
class Agent:
    """Who registers with a file: its root element, and whether it also holds what :class:`SiteRecovery` does."""

    root: str
    sites: bool = False


BACKUP, REPLICATION = Agent("RSBackupVaultAADCreds"), Agent("RSVaultAsrCreds", sites=True)
#: By the value of the option ``agent``.
AGENTS = {"backup": BACKUP, "site_recovery": REPLICATION}


@dataclass(frozen=True)
class Identity:
    """A certificate and its key. ``sent`` goes to Azure (base64 of DER), ``kept`` into the file (base64 of a PFX)."""

    sent: str
    kept: str = field(repr=False)


@dataclass(frozen=True)
class Found:
    """What a registration file on disk is for: the vault's folded id, its number, and how long its certificate is valid.

    ``site`` is the name of the Hyper-V site, empty when there is none.
    """

    vault: str
    number: str
    begins: dt.datetime
    ends: dt.datetime
    agent: Agent = BACKUP
    site: str = ""


@dataclass(frozen=True)
class SiteRecovery:
    """What only the file for Site Recovery holds: the vault's channel integrity key, and the Hyper-V site of the hosts.

    Azure PowerShell makes a vault's key when there is none. That is a write this module does not make; without a key the
    element is empty, as in the files of Terraform's azurerm.
    """

    integrity_key: str = field(default="", repr=False)
    site_id: str = ""
    site_name: str = ""


def certificate_id(vault_id: str, today: dt.date) -> str:
    """The id to which the certificate is put, named as Microsoft's own tools name it."""
    vault = parse_id(vault_id)
    name = f"CN={vault.name}{vault.subscription_id}-{today.month}-{today.day}-{today.year}-vaultcredentials"
    return f"{vault.text}/certificates/{name}"


def own_identity(vault_name: str, now: dt.datetime, hours: int) -> Identity:
    """A new key and a self-signed certificate for client authentication, valid from ``now`` for ``hours``.

    RSA with 2048 bits and the extended key usage ``clientAuth``:
    https://learn.microsoft.com/azure/backup/backup-client-automation.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{vault_name}-vaultcredentials"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(hours=hours))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    packed = pkcs12.serialize_key_and_certificates(b"vaultcredentials", key, certificate, None, plain)
    return Identity(_text(certificate.public_bytes(serialization.Encoding.DER)), _text(packed))


def request(identity: Identity | None) -> JSON:
    """The body of the certificates request; without a certificate of ours the service issues one."""
    return {"properties": {"authType": "AAD", "certificate": identity.sent} if identity else {}}


def document(
    vault_id: str, vault: JSON, answer: JSON, identity: Identity | None, site_recovery: SiteRecovery | None = None
) -> bytes:
    """The registration file; with ``site_recovery`` the one of Site Recovery's provider, else the one of Backup's agents.

    Raises :class:`Refusal` when the answer lacks what an agent needs to sign in.
    """
    place = parse_id(vault_id)
    details = answer.get("properties") or {}
    needed = (
        "aadAuthority",
        "aadTenantId",
        "servicePrincipalClientId",
        "azureManagementEndpointAudience",
        "resourceId",
    )
    missing = [name for name in needed if not details.get(name)]
    if missing:
        raise Refusal(
            f"{vault_id}: the answer to the certificate lacks {', '.join(missing)}, which an agent needs to sign in. No file "
            "was written.",
            remedy="Run again; if it stays so, download the file in the Azure portal and register with it.",
        )
    location = str(vault.get("location") or "")
    audience = details.get("aadAudience") or (
        f"https://RecoveryServiceVault/{location}/{place.name}/{details['resourceId']}"
    )
    certificate = identity.kept if identity else _issued(vault_id, details)
    if site_recovery:
        return _for_site_recovery(place, vault, {**details, "aadAudience": audience}, certificate, site_recovery)
    values = (
        ("Version", "2.0"),
        ("SubscriptionId", place.subscription_id),
        ("ResourceType", "Vaults"),
        ("ResourceName", place.name),
        ("ManagementCert", certificate),
        ("ResourceId", details["resourceId"]),
        ("ResourceGroup", place.resource_group),
        ("Location", location),
        ("ProviderNamespace", "Microsoft.RecoveryServices"),
        ("AadAuthority", details["aadAuthority"]),
        ("AadTenantId", details["aadTenantId"]),
        ("AadAudience", audience),
        ("ServicePrincipalClientId", details["servicePrincipalClientId"]),
        ("IdMgmtRestEndpoint", details["azureManagementEndpointAudience"]),
        ("AgentLinks", AGENT_LINKS),
        ("PrivateEndpointStateForBackup", get_path(vault, "properties.privateEndpointStateForBackup")),
    )
    return as_xml(BACKUP.root, values).encode()


def _for_site_recovery(
    place: ResourceId, vault: JSON, details: JSON, certificate: str, site_recovery: SiteRecovery
) -> bytes:
    values = (
        (
            "VaultDetails",
            (
                ("SubscriptionId", place.subscription_id),
                ("ResourceGroup", place.resource_group),
                ("ResourceName", place.name),
                ("ResourceId", details["resourceId"]),
                ("Location", vault.get("location") or ""),
                ("ResourceType", "Vaults"),
                ("ProviderNamespace", "Microsoft.RecoveryServices"),
            ),
        ),
        ("ManagementCert", certificate),
        ("Version", "2.0"),
        (
            "AadDetails",
            (
                ("AadAuthority", details["aadAuthority"]),
                ("AadTenantId", details["aadTenantId"]),
                ("ServicePrincipalClientId", details["servicePrincipalClientId"]),
                ("AadVaultAudience", details["aadAudience"]),
                ("ArmManagementEndpoint", details["azureManagementEndpointAudience"]),
            ),
        ),
        ("ChannelIntegrityKey", site_recovery.integrity_key),
        ("SiteId", site_recovery.site_id),
        ("SiteName", site_recovery.site_name),
        ("PrivateEndpointStateForSiteRecovery", get_path(vault, "properties.privateEndpointStateForSiteRecovery")),
    )
    return as_xml(REPLICATION.root, values).encode()


def as_xml(root: str, values: t.Iterable[tuple[str, t.Any]]) -> str:
    """The values in the XML of .NET's data contracts, one attribute and one element a line; None is a ``nil``.

    A tuple of values is an element with elements of its own.
    """
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<{root}", f'  xmlns:i="{INSTANCE}"', f'  xmlns="{NAMESPACE}">']
    return "\n".join([*lines, *_elements(values, "  "), f"</{root}>"])


def _elements(values: t.Iterable[tuple[str, t.Any]], indent: str) -> t.Iterator[str]:
    from xml.sax.saxutils import escape

    for name, value in values:
        if value is None:
            yield from (f"{indent}<{name}", f'{indent}  i:nil="true" />')
        elif isinstance(value, tuple):
            yield from (f"{indent}<{name}>", *_elements(value, f"{indent}  "), f"{indent}</{name}>")
        else:
            yield f"{indent}<{name}>{escape(str(value))}</{name}>"


def read(content: bytes) -> Found | None:
    """What a file on disk is for; None when it is no registration file that can be used (any content may be given)."""
    import xml.etree.ElementTree as tree

    # A document type is how XML is made to grow; no registration file has one.
    if len(content) > 65536 or b"<!" in content:
        return None
    try:
        root = tree.fromstring(content)
        # What Site Recovery's file holds one element deeper has names of its own there.
        reported = {node.tag.rpartition("}")[2]: node.text or "" for node in root.iter()}
        agent = {one.root: one for one in AGENTS.values()}[root.tag.rpartition("}")[2]]
        vault = "/".join(
            [
                f"/subscriptions/{reported['SubscriptionId']}/resourceGroups/{reported['ResourceGroup']}",
                f"providers/{reported['ProviderNamespace']}/vaults/{reported['ResourceName']}",
            ]
        )
        begins, ends = _validity(reported["ManagementCert"])
    except (tree.ParseError, KeyError, ValueError):
        return None
    return Found(fold_id(vault), reported.get("ResourceId", ""), begins, ends, agent, reported.get("SiteName", ""))


def _issued(vault_id: str, details: JSON) -> str:
    """The certificate the service issued, when it brings its key: without one nobody can sign in with it."""
    encoded = str(details.get("certificate") or "")
    try:
        _validity(encoded)
    except ValueError:
        raise Refusal(
            f"{vault_id}: the service answered a certificate without its private key. No file was written.",
            remedy="Use certificate: own, which brings a key of its own.",
        ) from None
    return encoded


def _validity(encoded: str) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end of the certificate in a base64 PFX without a password. Raises ValueError when it is none."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    key, certificate, _more = pkcs12.load_key_and_certificates(base64.b64decode(encoded, validate=True), None)
    if key is None or certificate is None:
        raise ValueError("no key")
    return _moment(certificate, "not_valid_before"), _moment(certificate, "not_valid_after")


def _moment(certificate: t.Any, name: str) -> dt.datetime:
    """A moment of a certificate; cryptography 42 and newer warn of the attribute without a time zone."""
    aware = getattr(certificate, f"{name}_utc", None)
    return t.cast(dt.datetime, aware or getattr(certificate, name).replace(tzinfo=dt.timezone.utc))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

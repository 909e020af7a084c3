"""``vaults/certificates``: what a vault credential file is made from.

Source: azure-rest-api-specs ``recoveryservices``, type ``ResourceCertificateAndAadDetails``; azure-powershell
``GetAzureRMRecoveryServicesVaultSettingsFile.cs`` sends no certificate and takes the one the service issues.
"""

from __future__ import annotations

import base64
import datetime as dt

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ...arm import Arm, Call, Route
from ...wire import ArmError, Response
from . import identity
from .documents import VAULT, VAULT_TYPE, find_vault

_VALID = dt.timedelta(hours=48)


def routes() -> list[Route]:
    """The one route: a certificate is put, never read."""
    return [Route("PUT", f"{VAULT}/certificates/{{certificate}}", _put)]


def _put(call: Call) -> Response:
    """Issue a certificate, or take the one the body brings, and say how the agent signs in."""
    vault = find_vault(call)
    properties = call.body.get("properties") or {}
    sent = properties.get("certificate")
    certificate = _read(sent) if sent else _issue(call.arm, call["certificate"])
    encoded = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    document = {
        "id": f"{vault.id}/certificates/{call['certificate']}",
        "name": call["certificate"],
        "type": f"{VAULT_TYPE}/certificates",
        "properties": {
            "authType": "AzureActiveDirectory",
            "certificate": encoded,
            "friendlyName": call["certificate"],
            "issuer": certificate.issuer.rfc4514_string(),
            "subject": certificate.subject.rfc4514_string(),
            "thumbprint": certificate.fingerprint(hashes.SHA1()).hex().upper(),
            "validFrom": certificate.not_valid_before_utc.isoformat(),
            "validTo": certificate.not_valid_after_utc.isoformat(),
            "resourceId": int(vault.hidden["number"]),
            "aadAuthority": call.request.base_url,
            "aadTenantId": identity.tenant(call.arm),
            "servicePrincipalClientId": call.arm.guid(),
            "servicePrincipalObjectId": call.arm.guid(),
            "azureManagementEndpointAudience": call.request.base_url,
        },
    }
    return Response(200, document)


def _read(encoded: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(encoded))
    except (ValueError, UnsupportedAlgorithm):
        raise ArmError(400, "InvalidCertificate", "The certificate could not be read.") from None


def _issue(arm: Arm, name: str) -> x509.Certificate:
    """A certificate for client authentication whose key nobody has: the emulator has no agent to sign in."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name.removeprefix("CN=")[:64])])
    begin = dt.datetime.fromtimestamp(arm.clock.now(), dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(arm.random.getrandbits(120) | 1)
        .not_valid_before(begin)
        .not_valid_after(begin + _VALID)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )

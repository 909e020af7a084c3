"""A throw-away authority that may sign for the given host names only, and their certificate."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator import certificates
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

_AUTHORITY, _LEAF = "Throw-away authority of a test", "Azure's hosts"


def make(directory: Path, hosts: t.Sequence[str]) -> tuple[Path, Path]:
    """Write the authority's certificate and the server's chain with its key; the authority's key is never written."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _key in range(2))
    names = [x509.DNSName(host) for host in hosts]
    authority = (
        certificates._builder(_AUTHORITY, _AUTHORITY, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(certificates._usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(names, None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    leaf = (
        certificates._builder(_LEAF, _AUTHORITY, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certificates._usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority_file, chain = directory / "authority.pem", directory / "chain.pem"
    authority_file.write_bytes(authority.public_bytes(pem))
    chain.write_bytes(private + leaf.public_bytes(pem))
    return authority_file, chain

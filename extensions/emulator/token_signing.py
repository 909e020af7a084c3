"""JSON Web Tokens signed with RS256 (RFC 7515, RFC 7517)."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import typing as t

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from .wire import JSON


class Signer:
    """One RSA key. It is made at first use and lives as long as the process: making one takes noticeable time."""

    def __init__(self) -> None:
        self._known: dict[str, JSON] = {}

    @classmethod
    @functools.cache
    def shared(cls) -> Signer:
        """The signer every emulator of this process uses."""
        return cls()

    def sign(self, claims: JSON) -> str:
        """A compact token."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self._key_id}
        text = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
        return f"{text}.{_encode(self._key.sign(text.encode(), padding.PKCS1v15(), SHA256()))}"

    def claims(self, token: str) -> JSON | None:
        """The claims of a token signed with this key, else ``None``."""
        if token not in self._known:
            claims = self._verify(token)
            if claims is None:
                return None
            self._known[token] = claims
        return self._known[token]

    def public_key(self) -> JSON:
        """The public key as a JSON Web Key."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self._key_id,
            "n": _encode(_integer(numbers.n)),
            "e": _encode(_integer(numbers.e)),
        }

    def _verify(self, token: str) -> JSON | None:
        text, _dot, signature = token.rpartition(".")
        try:
            self._key.public_key().verify(_decode(signature), text.encode(), padding.PKCS1v15(), SHA256())
            return t.cast(JSON, json.loads(_decode(text.split(".")[1])))
        except (InvalidSignature, ValueError, IndexError):
            return None

    @functools.cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @functools.cached_property
    def _key_id(self) -> str:
        modulus = self._key.public_key().public_numbers().n
        return _encode(hashlib.sha256(_integer(modulus)).digest())[:27]


def _integer(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

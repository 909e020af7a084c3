"""Keys whose values are not for reports: recognised by their names, because what is reported comes from anywhere."""

from __future__ import annotations

import re
import typing as t

SECRET_WORDS = frozenset({"secret", "secrets", "password", "passwords", "passphrase", "passphrases", "token", "tokens"})
SECRET_ENDINGS = frozenset({"key", "keys"})


def looks_secret(key: str) -> bool:
    """Whether a key names a secret: ``client_secret``, ``vaultPassword``, ``account_key1``; not ``key_vault_id``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    parts = [part.rstrip("0123456789") for part in re.split(r"[^a-z0-9]+", words.lower()) if part]
    return bool(SECRET_WORDS.intersection(parts)) or bool(parts and parts[-1] in SECRET_ENDINGS)


def without_secrets(value: t.Any, left_out: list[str], path: str = "") -> t.Any:
    """A copy without the keys that name secrets; their dotted places are added to ``left_out``."""
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            here = f"{path}.{key}" if path else str(key)
            if looks_secret(str(key)):
                left_out.append(here)
            else:
                kept[str(key)] = without_secrets(item, left_out, here)
        return kept
    if isinstance(value, (list, tuple)):
        return [without_secrets(item, left_out, f"{path}.{number}") for number, item in enumerate(value)]
    return value

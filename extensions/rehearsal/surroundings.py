"""What a rehearsed run sees of the operator's shell: everything but what could lead it, or configure it, otherwise."""

from __future__ import annotations

import typing as t
from pathlib import Path

#: Beginnings of names, in capitals: accounts and clouds, managed identities, Ansible's configuration.
FOREIGN = ("AZURE_", "ARM_", "IDENTITY_", "IMDS_", "MSI_", "ANSIBLE_")
#: Whole names, in capitals: ways out of this machine, and certificates in place of the local Azure's own.
FOREIGN_NAMES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
#: How to decrypt the operator's own variables is theirs to say.
KEPT = "ANSIBLE_VAULT_"


def without_foreign(environment: t.Mapping[str, str]) -> dict[str, str]:
    """An environment without the variables that know a real cloud, a proxy, or another configuration of Ansible."""
    return {name: value for name, value in environment.items() if not _foreign(name.upper())}


def settings(folder: Path) -> dict[str, str]:
    """What takes the place of files in the operator's home and working directory. ``folder`` is made if absent.

    The Azure CLI's profile and ``ansible.cfg`` are looked for in ``folder``, where there are none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "ansible.cfg"
    configuration.write_text("[defaults]\n", encoding="utf-8")
    return {
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "AZURE_CONFIG_DIR": str(folder / "azure"),
    }


def _foreign(name: str) -> bool:
    return name in FOREIGN_NAMES or (name.startswith(FOREIGN) and not name.startswith(KEPT))

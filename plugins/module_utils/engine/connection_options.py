"""The connection options of every module that talks to Azure; :mod:`..azure.connection` reads them."""

from __future__ import annotations

from ..azure.pool import CONCURRENCY
from .spec import Option

CONNECTION: dict[str, Option] = {
    "auth_source": Option(
        choices=("auto", "cli", "env", "credential_file", "msi"),
        default="auto",
        environment=("ANSIBLE_AZURE_AUTH_SOURCE",),
    ),
    "profile": Option(),
    "subscription_id": Option(),
    "client_id": Option(),
    "secret": Option(secret=True),
    "tenant": Option(),
    "ad_user": Option(),
    "password": Option(secret=True),
    "x509_certificate_path": Option(type="path"),
    "thumbprint": Option(),
    "oidc_token": Option(secret=True),
    "oidc_token_file_path": Option(type="path"),
    "cloud_environment": Option(default="AzureCloud", environment=("AZURE_CLOUD_ENVIRONMENT",)),
    "ca_file": Option(type="path"),
    "adfs_authority_url": Option(),
    "cert_validation_mode": Option(
        choices=("validate", "ignore"), environment=("AZURE_CERT_VALIDATION_MODE", "AZURE_CERT_VALIDATION")
    ),
    "disable_instance_discovery": Option(type="bool", default=False, environment=("AZURE_DISABLE_INSTANCE_DISCOVERY",)),
    "share_token": Option(type="bool", default=True),
    "concurrency": Option(type="int", default=CONCURRENCY, least=1, most=64, environment=("AZURE_CONCURRENCY",)),
    "api_profile": Option(),
    "log_path": Option(type="path"),
    "log_mode": Option(),
}

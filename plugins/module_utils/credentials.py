"""From options to a credential. The only file that knows secrets and the only importer of azure-identity.

Option names, environment variables, profile file and precedence are those of ``azure.azcollection``: task arguments,
environment, ``~/.azure/credentials``, then the Azure CLI. A managed identity is used only when asked for (``msi``).
"""

from __future__ import annotations

import configparser
import logging
import os
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .clouds import Cloud
from .errors import CredentialError, InputError
from .ids import GUID
from .pipeline import sign_in_policies

Values = t.Mapping[str, t.Any]

# option -> environment variables, first one set wins. Secrets are never taken from anywhere but here and the options.
ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "ad_user": ("AZURE_AD_USER",),
    "password": ("AZURE_PASSWORD",),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH",),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "oidc_token": ("AZURE_FEDERATED_TOKEN",),
    "oidc_token_file_path": ("AZURE_FEDERATED_TOKEN_FILE",),
    "adfs_authority_url": ("AZURE_ADFS_AUTHORITY_URL",),
}
USER_AGENT = "ansible-privatelink-recovery"
_SILENT = logging.NullHandler()
SIGN_IN = tuple(name for name in ENVIRONMENT if name != "subscription_id")
PROFILE_FILE = "~/.azure/credentials"


@dataclass(frozen=True)
class Credentials:
    """Validated sign-in data. ``kind`` names the method, ``source`` where the data came from."""

    kind: t.Literal["secret", "certificate", "federated", "password", "managed_identity", "cli"]
    source: str
    subscription_id: str = ""
    tenant: str = ""
    client_id: str = ""
    authority: str = ""
    values: Values = field(default_factory=dict, repr=False)

    def identity(self) -> str:
        """What tells two sign-ins apart, without any secret."""
        return "|".join((self.kind, self.tenant, self.client_id, str(self.values.get("ad_user") or ""), self.authority))


def resolve(options: Values, environment: Values | None = None, home: str | None = None) -> Credentials:
    """Choose and check the credentials without any request.

    ``options`` are the connection options, ``environment`` defaults to the process's. Raises :class:`InputError` for
    combinations that cannot work and :class:`CredentialError` when there are none.
    """
    environment = os.environ if environment is None else environment
    source = str(options.get("auth_source") or "auto")
    if source == "msi":
        return _managed_identity(options, environment)
    if source == "cli":
        return _cli(options, environment)
    found = _collect(source, options, environment, home)
    if found is None:
        if source != "auto":
            raise CredentialError(f"auth_source {source} was asked for, but it holds no credentials.", remedy=_HOW)
        return _cli(options, environment)
    origin, values = found
    return _judge(origin, values)


_HOW = "Give client_id, secret and tenant, set AZURE_CLIENT_ID, AZURE_SECRET and AZURE_TENANT, or sign in with the Azure CLI."


def _collect(
    source: str, options: Values, environment: Values, home: str | None
) -> tuple[str, dict[str, t.Any]] | None:
    given = {name: options[name] for name in ENVIRONMENT if options.get(name)}
    if source == "auto" and any(name in given for name in SIGN_IN):
        from_environment = _environment(environment)
        return "task arguments", {**from_environment, **given}
    if source in ("auto", "env"):
        found = _environment(environment)
        if any(name in found for name in SIGN_IN):
            return "environment", {**found, **given}
        if source == "env":
            return None
    profile = str(options.get("profile") or environment.get("AZURE_PROFILE") or "default")
    found = _profile(profile, home)
    if found:
        return f"profile {profile}", {**found, **_environment(environment, ("subscription_id",)), **given}
    if source == "auto" and (options.get("profile") or environment.get("AZURE_PROFILE")):
        raise CredentialError(f"{PROFILE_FILE} has no profile {profile!r}.")
    return None


def _environment(environment: Values, names: t.Iterable[str] = tuple(ENVIRONMENT)) -> dict[str, t.Any]:
    found = {}
    for name in names:
        value = next((environment[variable] for variable in ENVIRONMENT[name] if environment.get(variable)), None)
        if value:
            found[name] = value
    return found


def _profile(name: str, home: str | None) -> dict[str, t.Any]:
    path = Path(home or Path.home()) / PROFILE_FILE[2:]
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path)
    except configparser.Error as error:
        raise CredentialError(f"{path} is not a readable ini file: {type(error).__name__}.") from None
    if not parser.has_section(name):
        return {}
    return {key: value for key, value in parser.items(name) if key in ENVIRONMENT and value}


def _judge(origin: str, values: dict[str, t.Any]) -> Credentials:
    common: dict[str, t.Any] = {
        "source": origin,
        "subscription_id": _guid(values, "subscription_id"),
        "tenant": str(values.get("tenant") or ""),
        "client_id": str(values.get("client_id") or ""),
        "authority": str(values.get("adfs_authority_url") or ""),
        "values": values,
    }
    kinds: tuple[tuple[t.Any, str, tuple[str, ...]], ...] = (
        ("secret", "secret", ("client_id", "tenant")),
        ("certificate", "x509_certificate_path", ("client_id", "tenant")),
        ("federated", "oidc_token", ("client_id", "tenant")),
        ("federated", "oidc_token_file_path", ("client_id", "tenant")),
        ("password", "password", ("ad_user", "client_id")),
    )
    for kind, key, needed in kinds:
        if values.get(key):
            missing = [name for name in needed if not values.get(name)]
            if missing:
                raise InputError(f"{key} (from {origin}) also needs {' and '.join(missing)}.")
            return Credentials(kind, **common)
    have = [name for name in SIGN_IN if values.get(name)]
    raise InputError(
        f"{', '.join(have)} (from {origin}) are not enough to sign in: a secret, certificate or token is missing."
    )


def _guid(values: Values, name: str) -> str:
    value = str(values.get(name) or "")
    if value and not GUID.match(value):
        raise InputError(f"{name} must be a GUID, got {value!r}.")
    return value


def _managed_identity(options: Values, environment: Values) -> Credentials:
    values = {name: options[name] for name in ("client_id", "subscription_id") if options.get(name)}
    merged = {**_environment(environment, ("subscription_id",)), **values}
    return Credentials(
        "managed_identity", "msi", _guid(merged, "subscription_id"), client_id=str(values.get("client_id") or "")
    )


def _cli(options: Values, environment: Values) -> Credentials:
    merged = {**_environment(environment, ("subscription_id", "tenant")), **{k: v for k, v in options.items() if v}}
    subscription = _guid(merged, "subscription_id") or _cli_subscription(environment)
    if not subscription:
        raise CredentialError("No credentials were given and the Azure CLI is not signed in.", remedy=_HOW)
    return Credentials("cli", "Azure CLI", subscription, tenant=str(options.get("tenant") or ""))


def _cli_subscription(environment: Values) -> str:
    """The default subscription of the CLI's own profile; no process is started for it."""
    import json

    folder = Path(environment.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")
    try:
        document = json.loads((folder / "azureProfile.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return ""
    chosen = [item for item in document.get("subscriptions") or [] if item.get("isDefault")]
    return str(chosen[0].get("id") or "") if chosen else ""


def silence() -> None:
    """Have nothing printed of what azure-identity warns of: it raises that as well, and then it is told."""
    for name in ("azure", "msal"):
        logging.getLogger(name).addHandler(_SILENT)


def build(credentials: Credentials, cloud: Cloud, transport: t.Any, *, instance_discovery: bool = True) -> t.Any:
    """The azure-identity credential. No request is sent yet. ``transport`` carries TLS settings and is shared."""
    silence()
    try:
        return _make(credentials, cloud, transport, instance_discovery)
    except ValueError as error:
        raise InputError(
            f"The {credentials.kind} credentials (from {credentials.source}) are no use: {error}"
        ) from None


def _make(credentials: Credentials, cloud: Cloud, transport: t.Any, instance_discovery: bool) -> t.Any:
    from azure import identity

    values = credentials.values
    common: dict[str, t.Any] = {
        "transport": transport,
        "policies": sign_in_policies(USER_AGENT),
        "authority": credentials.authority or cloud.authority,
        "disable_instance_discovery": not instance_discovery,
    }
    tenant, client = credentials.tenant, credentials.client_id
    if credentials.kind == "secret":
        return identity.ClientSecretCredential(tenant, client, str(values["secret"]), **common)
    if credentials.kind == "certificate":
        path = Path(str(values["x509_certificate_path"])).expanduser()
        if not path.is_file():
            raise InputError(f"x509_certificate_path {path} is not a file.")
        return identity.CertificateCredential(tenant, client, str(path), **common)
    if credentials.kind == "federated":
        return identity.ClientAssertionCredential(tenant, client, lambda: _assertion(values), **common)
    if credentials.kind == "password":
        return identity.UsernamePasswordCredential(
            client,
            str(values["ad_user"]),
            str(values["password"]),
            **({"tenant_id": tenant} if tenant else {}),
            **common,
        )
    if credentials.kind == "managed_identity":
        return identity.ManagedIdentityCredential(client_id=client or None)
    return identity.AzureCliCredential(tenant_id=tenant)


def _assertion(values: Values) -> str:
    if values.get("oidc_token"):
        return str(values["oidc_token"])
    path = Path(str(values["oidc_token_file_path"])).expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"oidc_token_file_path {path} cannot be read: {error.strerror}.") from None

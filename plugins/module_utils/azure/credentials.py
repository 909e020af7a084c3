"""From options to a credential. The only file that knows secrets and the only importer of azure-identity.

Option names, environment variables, profile file and precedence are those of ``azure.azcollection`` 3.12
(``plugins/module_utils/azure_rm_common.py``, ``AzureRMAuth._get_credentials``). A source counts when it holds a way to sign
in; there it counts when it holds a subscription, which here may come from elsewhere.
"""

from __future__ import annotations

import configparser
import hashlib
import logging
import os
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import CredentialError, InputError
from ..ids import GUID
from .clouds import Cloud
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
PROFILE_FILE = "~/.azure/credentials"
Kind = t.Literal["secret", "certificate", "federated", "password", "managed_identity", "cli"]
# Ways to sign in, the first that is there is taken: its kind, the value that makes it, what else it needs.
METHODS: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    ("secret", "secret", ("client_id", "tenant")),
    ("certificate", "x509_certificate_path", ("client_id", "tenant")),
    ("federated", "oidc_token", ("client_id", "tenant")),
    ("federated", "oidc_token_file_path", ("client_id", "tenant")),
    ("password", "password", ("ad_user", "client_id")),
)
METHOD_OF = {key: key for _kind, key, _needed in METHODS} | {
    "ad_user": "password",
    "thumbprint": "x509_certificate_path",
}
# One of these on a task says who signs in; a tenant alone is laid over what another source says.
SIGNERS = ("client_id", "ad_user", *(key for _kind, key, _needed in METHODS))
# What azure-identity looks at to find a managed identity, or a workload identity in its place.
# https://learn.microsoft.com/python/api/azure-identity/azure.identity.managedidentitycredential
MACHINE = (
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
)
NOTHING = "No credentials were given and the Azure CLI is not signed in."


@dataclass(frozen=True)
class Credentials:
    """Validated sign-in data. ``kind`` names the method, ``source`` where the data came from.

    ``machine`` is a digest of what decides who signs in beside the data, where the machine knows that and not the task.
    """

    kind: Kind
    source: str
    subscription_id: str = ""
    tenant: str = ""
    client_id: str = ""
    authority: str = ""
    values: Values = field(default_factory=dict, repr=False)
    machine: str = field(default="", repr=False)

    def identity(self) -> str:
        """What distinguishes two sign-ins, without any secret."""
        user = str(self.values.get("ad_user") or "")
        return "|".join((self.kind, self.tenant, self.client_id, user, self.authority, self.machine))


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
        return _cli(options, environment, home)
    found = (_chosen if source == "auto" else _named)(source, options, environment, home)
    if found is not None:
        return _judge(*found)
    if source != "auto":
        raise CredentialError(f"auth_source {source} was asked for, but it holds no credentials.", remedy=_HOW)
    return _cli(options, environment, home)


_HOW = (
    "Give client_id, secret and tenant, set AZURE_CLIENT_ID, AZURE_SECRET and AZURE_TENANT, or sign in with the Azure CLI. "
    "The managed identity of this machine, or its workload identity, is used when auth_source is msi; the federated token of a "
    "pipeline is given as oidc_token."
)
Found = tuple[str, dict[str, t.Any]]


def _named(source: str, options: Values, environment: Values, home: str | None) -> Found | None:
    """What the one source holds that was asked for, with nothing of the task but its subscription."""
    over = {"subscription_id": options["subscription_id"]} if options.get("subscription_id") else {}
    profile = options.get("profile") if source == "credential_file" else environment.get("AZURE_PROFILE")
    if profile:
        return _profile(str(profile), environment, home, over)
    if source == "credential_file":
        found = _read_profile("default", home)
        return ("profile default", {**found, **over}) if found else None
    found = _environment(environment)
    return ("environment", {**found, **over}) if _signs_in(found) else None


def _chosen(source: str, options: Values, environment: Values, home: str | None) -> Found | None:
    """The first source that holds a way to sign in; None leaves the Azure CLI."""
    if options.get("profile"):
        return _named("credential_file", options, environment, home)
    given = {name: options[name] for name in ENVIRONMENT if options.get(name)}
    found = _environment(environment)
    if any(name in given for name in SIGNERS):
        return "task arguments", _laid_over(found, given)
    if environment.get("AZURE_PROFILE"):
        return _profile(str(environment["AZURE_PROFILE"]), environment, home, given)
    if _signs_in(found):
        return "environment", _laid_over(found, given)
    profile = _read_profile("default", home)
    if _signs_in(profile):
        return "profile default", _laid_over({**profile, **_environment(environment, ("subscription_id",))}, given)
    return None


def _profile(name: str, environment: Values, home: str | None, over: dict[str, t.Any]) -> Found:
    """A profile that was asked for by name. The environment gives a subscription only when the profile has none."""
    found = _read_profile(name, home)
    if not found:
        raise CredentialError(f"{PROFILE_FILE} has no profile {name!r} that holds anything.")
    return f"profile {name}", _laid_over({**_environment(environment, ("subscription_id",)), **found}, over)


def _signs_in(values: Values) -> bool:
    return any(values.get(key) for _kind, key, _needed in METHODS)


def _laid_over(under: dict[str, t.Any], over: dict[str, t.Any]) -> dict[str, t.Any]:
    """Values with others laid over them. When these name a way to sign in, all other ways of the former are dropped."""
    ways = {METHOD_OF[name] for name in over if name in METHOD_OF}
    kept = {name: value for name, value in under.items() if not ways or METHOD_OF.get(name, "") in {"", *ways}}
    return {**kept, **over}


def _environment(environment: Values, names: t.Iterable[str] = tuple(ENVIRONMENT)) -> dict[str, t.Any]:
    found = {}
    for name in names:
        value = next((environment[variable] for variable in ENVIRONMENT[name] if environment.get(variable)), None)
        if value:
            found[name] = value
    return found


def _read_profile(name: str, home: str | None) -> dict[str, t.Any]:
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
    for kind, key, needed in METHODS:
        if values.get(key):
            missing = [name for name in needed if not values.get(name)]
            if missing:
                raise InputError(f"{key} (from {origin}) also needs {' and '.join(missing)}.")
            return Credentials(
                kind,
                origin,
                _guid(values, "subscription_id"),
                str(values.get("tenant") or ""),
                str(values.get("client_id") or ""),
                str(values.get("adfs_authority_url") or ""),
                values,
            )
    have = [name for name in ENVIRONMENT if values.get(name)]
    raise InputError(
        f"{', '.join(have)} (from {origin}) are not enough to sign in: a secret, certificate or token is missing."
    )


def _guid(values: Values, name: str) -> str:
    value = str(values.get(name) or "")
    if value and not GUID.match(value):
        raise InputError(f"{name} must be a GUID, got {value!r}.")
    return value


def _managed_identity(options: Values, environment: Values) -> Credentials:
    names = ("client_id", "subscription_id")
    values = {**_environment(environment, names), **{name: options[name] for name in names if options.get(name)}}
    return Credentials(
        "managed_identity",
        "msi",
        _guid(values, "subscription_id"),
        client_id=str(values.get("client_id") or ""),
        machine=_digest(*(str(environment.get(name) or "") for name in MACHINE)),
    )


def _cli(options: Values, environment: Values, home: str | None) -> Credentials:
    merged = {**_environment(environment, ("subscription_id",)), **{k: v for k, v in options.items() if v}}
    folder, profile = _cli_profile(environment, home)
    subscription = _guid(merged, "subscription_id") or _cli_subscription(profile)
    if not subscription:
        raise CredentialError(_without_credentials(environment), remedy=_HOW)
    tenant = str(options.get("tenant") or "")
    # Signing in anew, also as someone else, writes the profile.
    return Credentials("cli", "Azure CLI", subscription, tenant=tenant, machine=_digest(folder, profile))


def _without_credentials(environment: Values) -> str:
    have = [name for name in _environment(environment) if name != "subscription_id"]
    if not have:
        return NOTHING
    return f"{NOTHING} The environment has {', '.join(have)}, but no secret, certificate, token or password."


def _cli_profile(environment: Values, home: str | None) -> tuple[str, str]:
    """The CLI's folder, and its profile as text (empty: there is none); no process is started for it."""
    folder = Path(environment.get("AZURE_CONFIG_DIR") or Path(home or Path.home()) / ".azure")
    try:
        return str(folder), (folder / "azureProfile.json").read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return str(folder), ""


def _cli_subscription(profile: str) -> str:
    """The default subscription of the CLI's profile."""
    import json

    try:
        document = json.loads(profile)
    except ValueError:
        return ""
    chosen = [item for item in document.get("subscriptions") or [] if item.get("isDefault")]
    return str(chosen[0].get("id") or "") if chosen else ""


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def silence() -> None:
    """Have nothing printed of what azure-identity warns of: it raises that as well, and then it is reported."""
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

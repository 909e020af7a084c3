"""Which credentials: precedence, completeness, and what azure-identity makes of them."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import credentials as module
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.clouds import CLOUDS
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import validate
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.credentials import Credentials, build, resolve
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import CredentialError, InputError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ...conftest import CREDENTIALS, SUBSCRIPTION, Cloud

OTHER = "99999999-9999-4999-8999-999999999999"
TASK = {"client_id": "task", "secret": "task-secret", "tenant": "task-tenant"}
ENVIRONMENT = {"AZURE_CLIENT_ID": "env", "AZURE_SECRET": "env-secret", "AZURE_TENANT": "env-tenant"}
PROFILES = f"""
[default]
client_id = profile
secret = profile-secret%1
tenant = profile-tenant
subscription_id = {SUBSCRIPTION}
unknown = x

[other]
client_id = other
secret = other-secret
tenant = other-tenant

[empty]
"""


@pytest.fixture
def home(tmp_path: Path) -> str:
    """A home directory with profiles and a signed-in CLI."""
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_text(PROFILES)
    document = {"subscriptions": [{"id": OTHER}, {"id": SUBSCRIPTION, "isDefault": True}]}
    (tmp_path / ".azure" / "azureProfile.json").write_text(json.dumps(document), encoding="utf-8-sig")
    return str(tmp_path)


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """A home directory with nothing in it."""
    return str(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("options", "environment", "kind", "source", "client"),
    [
        (TASK, ENVIRONMENT, "secret", "task arguments", "task"),
        ({"client_id": "task"}, ENVIRONMENT, "secret", "task arguments", "task"),
        ({}, ENVIRONMENT, "secret", "environment", "env"),
        ({"subscription_id": OTHER}, ENVIRONMENT, "secret", "environment", "env"),
        ({}, {}, "secret", "profile default", "profile"),
        ({"profile": "other"}, {}, "secret", "profile other", "other"),
        ({}, {"AZURE_PROFILE": "other"}, "secret", "profile other", "other"),
        ({"profile": "default"}, {"AZURE_PROFILE": "other"}, "secret", "profile default", "profile"),
        ({"auth_source": "env"}, ENVIRONMENT, "secret", "environment", "env"),
        ({"auth_source": "env", **TASK}, ENVIRONMENT, "secret", "environment", "env"),
        ({"auth_source": "env"}, {**ENVIRONMENT, "AZURE_PROFILE": "other"}, "secret", "profile other", "other"),
        ({"auth_source": "credential_file"}, ENVIRONMENT, "secret", "profile default", "profile"),
        ({"auth_source": "credential_file", **TASK}, ENVIRONMENT, "secret", "profile default", "profile"),
        ({"auth_source": "credential_file"}, {"AZURE_PROFILE": "other"}, "secret", "profile default", "profile"),
        ({"auth_source": "credential_file", "profile": "other"}, ENVIRONMENT, "secret", "profile other", "other"),
        ({"profile": "other"}, ENVIRONMENT, "secret", "profile other", "other"),
        ({"profile": "other", **TASK}, ENVIRONMENT, "secret", "profile other", "other"),
        ({}, {**ENVIRONMENT, "AZURE_PROFILE": "other"}, "secret", "profile other", "other"),
        (TASK, {**ENVIRONMENT, "AZURE_PROFILE": "other"}, "secret", "task arguments", "task"),
        ({}, {"AZURE_TENANT": "env-tenant"}, "secret", "profile default", "profile"),
        ({}, {"AZURE_CLIENT_ID": "env"}, "secret", "profile default", "profile"),
        ({"tenant": "task-tenant"}, {}, "secret", "profile default", "profile"),
        ({"tenant": "task-tenant"}, ENVIRONMENT, "secret", "environment", "env"),
        ({"auth_source": "cli"}, {**ENVIRONMENT, "AZURE_SUBSCRIPTION_ID": OTHER}, "cli", "Azure CLI", ""),
        ({"auth_source": "msi"}, {}, "managed_identity", "msi", ""),
        ({"auth_source": "msi"}, ENVIRONMENT, "managed_identity", "msi", "env"),
        ({"auth_source": "msi", "client_id": "mine"}, ENVIRONMENT, "managed_identity", "msi", "mine"),
    ],
)
def test_precedence(
    home: str, options: dict[str, str], environment: dict[str, str], kind: str, source: str, client: str
) -> None:
    found = resolve(options, environment, home)
    assert (found.kind, found.source, found.client_id) == (kind, source, client)


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ({"subscription_id": OTHER}, {"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, **ENVIRONMENT}, OTHER),
        ({}, {"AZURE_SUBSCRIPTION_ID": OTHER, **ENVIRONMENT}, OTHER),
        ({}, {}, SUBSCRIPTION),
        ({}, {"AZURE_SUBSCRIPTION_ID": OTHER}, OTHER),
        ({"profile": "other"}, {}, ""),
        ({"profile": "other"}, {"AZURE_SUBSCRIPTION_ID": OTHER}, OTHER),
        ({"profile": "default"}, {"AZURE_SUBSCRIPTION_ID": OTHER}, SUBSCRIPTION),
        ({"profile": "default", "subscription_id": OTHER}, {}, OTHER),
        ({}, {"AZURE_PROFILE": "default", "AZURE_SUBSCRIPTION_ID": OTHER}, SUBSCRIPTION),
        (TASK, {}, ""),
    ],
)
def test_subscription(home: str, options: dict[str, str], environment: dict[str, str], expected: str) -> None:
    assert resolve(options, environment, home).subscription_id == expected


EVERY_WAY = {
    **ENVIRONMENT,
    "AZURE_AD_USER": "env-user",
    "AZURE_PASSWORD": "env-password",
    "AZURE_X509_CERTIFICATE_PATH": "/env.pem",
    "AZURE_FEDERATED_TOKEN": "env-token",
    "AZURE_FEDERATED_TOKEN_FILE": "/env-token",
}


@pytest.mark.parametrize(
    ("given", "kind", "taken"),
    [
        ({"secret": "s"}, "secret", {"secret": "s"}),
        ({"x509_certificate_path": "/c.pem"}, "certificate", {"x509_certificate_path": "/c.pem"}),
        ({"oidc_token": "o"}, "federated", {"oidc_token": "o"}),
        ({"oidc_token_file_path": "/o"}, "federated", {"oidc_token_file_path": "/o"}),
        ({"ad_user": "u", "password": "p"}, "password", {"ad_user": "u", "password": "p"}),
        ({"password": "p"}, "password", {"ad_user": "env-user", "password": "p"}),
        ({"ad_user": "u"}, "password", {"ad_user": "u", "password": "env-password"}),
    ],
)
def test_the_way_to_sign_in_that_a_task_names_is_taken(
    nowhere: str, given: dict[str, str], kind: str, taken: dict[str, str]
) -> None:
    found = resolve({"client_id": "task", **given}, EVERY_WAY, nowhere)
    assert (found.kind, found.source, found.client_id, found.tenant) == (kind, "task arguments", "task", "env-tenant")
    assert {name: found.values[name] for name in module.METHOD_OF if name in found.values} == taken


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({}, {}),
        ({}, {"AZURE_TENANT": "x"}),
        ({}, {"AZURE_CLIENT_ID": "x", "AZURE_AD_USER": "u"}),
        ({"tenant": "x"}, {}),
    ],
)
def test_the_cli_is_the_last_resort(home: str, options: dict[str, str], environment: dict[str, str]) -> None:
    Path(home, ".azure", "credentials").unlink()
    for more in ({}, {"AZURE_CONFIG_DIR": f"{home}/.azure"}):
        found = resolve(options, {**environment, **more}, home)
        assert (found.kind, found.subscription_id, found.tenant) == ("cli", SUBSCRIPTION, options.get("tenant", ""))


def test_the_profile_of_last_resort_must_hold_a_way_to_sign_in(home: str) -> None:
    Path(home, ".azure", "credentials").write_text(f"[default]\nsubscription_id = {OTHER}\n")
    assert resolve({}, {}, home).kind == "cli"


def test_what_the_environment_lacks_is_told(nowhere: str) -> None:
    with pytest.raises(CredentialError, match="The environment has client_id, tenant, but no secret"):
        resolve({}, {"AZURE_CLIENT_ID": "c", "AZURE_TENANT": "t", "AZURE_CONFIG_DIR": nowhere}, nowhere)


def sign_in_of_the_cli(folder: Path, user: str) -> None:
    folder.mkdir(exist_ok=True)
    document = {"subscriptions": [{"id": SUBSCRIPTION, "isDefault": True, "user": {"name": user}}]}
    (folder / "azureProfile.json").write_text(json.dumps(document))


def test_sign_ins_of_the_cli_are_told_apart(tmp_path: Path) -> None:
    def identity(environment: dict[str, str], home: Path = tmp_path) -> str:
        return resolve({"auth_source": "cli"}, environment, str(home)).identity()

    for name in ("one", "two", ".azure"):
        sign_in_of_the_cli(tmp_path / name, "somebody")
    (tmp_path / "home").mkdir()
    sign_in_of_the_cli(tmp_path / "home" / ".azure", "somebody")
    one = {"AZURE_CONFIG_DIR": str(tmp_path / "one")}
    before = identity(one)
    assert identity(one) == before
    found = {
        before,
        identity({"AZURE_CONFIG_DIR": str(tmp_path / "two")}),
        identity({}),
        identity({}, tmp_path / "home"),
    }
    assert len(found) == 4
    sign_in_of_the_cli(tmp_path / "one", "somebody else")
    assert identity(one) not in found


def test_managed_identities_are_told_apart() -> None:
    def identity(**environment: str) -> str:
        return resolve({"auth_source": "msi"}, environment).identity()

    found = {identity(), identity(AZURE_CLIENT_ID="a"), *(identity(**{name: "x"}) for name in module.MACHINE)}
    assert len(found) == 2 + len(module.MACHINE)
    assert identity(IDENTITY_HEADER="x") == identity(IDENTITY_HEADER="x")
    assert "hush" not in identity(MSI_SECRET="hush")


def test_the_machines_identity_is_never_a_resort(nowhere: str) -> None:
    with pytest.raises(CredentialError, match="No credentials were given and the Azure CLI is not signed in") as caught:
        resolve({}, {"AZURE_CONFIG_DIR": nowhere, "MSI_ENDPOINT": "http://127.0.0.1"}, nowhere)
    assert "AZURE_CLIENT_ID" in caught.value.remedy
    for other in ("managed identity", "workload identity", "auth_source is msi", "oidc_token"):
        assert other in caught.value.remedy


@pytest.mark.parametrize(
    ("options", "environment", "error", "words"),
    [
        ({"client_id": "c"}, {}, InputError, "not enough to sign in: a secret, certificate or token is missing"),
        ({"secret": "s"}, {}, InputError, r"secret \(from task arguments\) also needs client_id and tenant"),
        ({"secret": "s", "client_id": "c"}, {}, InputError, "also needs tenant"),
        ({}, {"AZURE_SECRET": "s"}, InputError, r"secret \(from environment\) also needs client_id and tenant"),
        ({"password": "p"}, {}, InputError, "also needs ad_user and client_id"),
        ({"oidc_token": "o", "client_id": "c"}, {}, InputError, "also needs tenant"),
        ({**TASK, "subscription_id": "x"}, {}, InputError, "subscription_id must be a GUID"),
        ({"auth_source": "msi", "subscription_id": "x"}, {}, InputError, "subscription_id must be a GUID"),
        ({"auth_source": "env"}, {}, CredentialError, "env was asked for, but it holds no credentials"),
        (
            {"auth_source": "credential_file", "profile": "empty"},
            {},
            CredentialError,
            "no profile 'empty' that holds anything",
        ),
        ({"profile": "missing"}, {}, CredentialError, "has no profile 'missing'"),
        ({}, {"AZURE_PROFILE": "missing"}, CredentialError, "has no profile 'missing'"),
    ],
)
def test_what_is_not_enough(
    home: str, options: dict[str, str], environment: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        resolve(options, environment, home)


@pytest.mark.parametrize("name", ["AZURE_SECRET", "AZURE_CLIENT_SECRET"])
def test_both_names_of_the_secret(nowhere: str, name: str) -> None:
    found = resolve({}, {"AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t", name: "the secret"}, nowhere)
    assert found.values["secret"] == "the secret"
    assert "the secret" not in repr(found)
    assert "the secret" not in found.identity()


def test_a_broken_profile_file_is_told_without_its_content(home: str) -> None:
    Path(home, ".azure", "credentials").write_text("secret = oops\n")
    with pytest.raises(CredentialError, match="not a readable ini file") as caught:
        resolve({}, {}, home)
    assert "oops" not in caught.value.sentence()


def test_percent_signs_are_kept(home: str) -> None:
    assert resolve({}, {}, home).values["secret"] == "profile-secret%1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cert_validation_mode": "ignore"}, "certificates are always verified"),
        ({"ca_file": "/nonexistent/ca.pem"}, "ca_file /nonexistent/ca.pem is not a file"),
        ({"cloud_environment": "nowhere"}, "neither a known cloud"),
    ],
)
def test_connection_options_are_judged_without_a_request(options: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        validate({**CREDENTIALS, **options}, {})
    if "cert_validation_mode" in options:
        assert "ca_file" in caught.value.remedy


KINDS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("secret", {"secret": "s"}, "ClientSecretCredential"),
    ("federated", {"oidc_token": "o"}, "ClientAssertionCredential"),
    ("federated", {"oidc_token_file_path": "/nonexistent"}, "ClientAssertionCredential"),
    ("password", {"ad_user": "u", "password": "p"}, "UsernamePasswordCredential"),
    ("managed_identity", {}, "ManagedIdentityCredential"),
    ("cli", {}, "AzureCliCredential"),
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("kind", "values", "expected"), KINDS)
def test_each_kind_has_its_credential(cloud: Cloud, kind: t.Any, values: dict[str, str], expected: str) -> None:
    given = Credentials(kind, "test", tenant="tenant", client_id="client", values=values)
    made = build(given, CLOUDS["AzureCloud"], cloud.context().transport)
    assert type(made).__name__ == expected
    assert cloud.arm.log == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "operator")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "operator.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Asked(Exception):
    """Raised in place of a sign-in request, with what was asked."""


def asserted(cloud: Cloud, **options: t.Any) -> dict[str, str]:
    """The form of the sign-in request a connection with these options sends."""
    forms: list[dict[str, str]] = []
    real = cloud.arm.answer

    def answer(request: t.Any) -> t.Any:
        if request.method == "POST" and "/oauth2/" in request.path:
            forms.append(request.form())
        return real(request)

    cloud.arm.answer = answer  # type: ignore[method-assign]
    given = {key: value for key, value in CREDENTIALS.items() if key != "secret"}
    task = cloud.task(**options)
    task.options = {**given, **options}
    with pytest.raises(CredentialError, match="AADSTS7000216"):
        task.azure.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-backup", "2021-04-01")
    return forms[-1]


def test_a_certificate_signs_in(cloud: Cloud, certificate: Path) -> None:
    form = asserted(cloud, x509_certificate_path=str(certificate))
    assert form["client_assertion_type"].endswith(":jwt-bearer")
    assert form["client_assertion"].count(".") == 2


def test_a_federated_token_file_is_read_at_each_sign_in(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "token"
    for content in ("first", "second"):
        path.write_text(f"{content}\n")
        assert asserted(cloud, oidc_token_file_path=str(path))["client_assertion"] == content


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"x509_certificate_path": "/nonexistent.pem"}, "x509_certificate_path /nonexistent.pem is not a file"),
        ({"x509_certificate_path": __file__}, "certificate credentials .from task arguments. are no use"),
        ({"secret": "s", "tenant": "no tenant!"}, "secret credentials .from task arguments. are no use"),
    ],
)
def test_what_azure_identity_refuses(cloud: Cloud, options: dict[str, str], words: str) -> None:
    task = cloud.task()
    task.options = {key: value for key, value in CREDENTIALS.items() if key != "secret"} | options
    with pytest.raises(InputError, match=words):
        assert task.connection
    assert [entry["path"] for entry in cloud.arm.log if "/metadata/" not in entry["path"]] == []


def test_a_token_file_that_cannot_be_read(cloud: Cloud) -> None:
    task = cloud.task()
    task.options = {key: value for key, value in CREDENTIALS.items() if key != "secret"}
    task.options["oidc_token_file_path"] = "/nonexistent/token"
    with pytest.raises((InputError, CredentialError), match="oidc_token_file_path /nonexistent/token cannot be read"):
        task.azure.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-backup", "2021-04-01")


def test_what_azure_identity_warns_of_is_not_printed(cloud: Cloud, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CredentialError):
        cloud.task(secret="wrong").azure.get(f"/subscriptions/{SUBSCRIPTION}", "2021-04-01")
    assert capfd.readouterr().err == ""


def test_every_option_of_sign_in_has_its_environment_variable() -> None:
    assert all(names and all(name.startswith("AZURE_") for name in names) for names in module.ENVIRONMENT.values())

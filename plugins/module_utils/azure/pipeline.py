"""The one HTTP pipeline under both doors: retries, sign-in, the read-only lock, polling and error translation."""

from __future__ import annotations

import functools
import json
import threading
import typing as t
from dataclasses import dataclass, field

from ..errors import (
    NOT_ABSENCE,
    AzureError,
    Conflict,
    CredentialError,
    Forbidden,
    Misdirected,
    NotFound,
    OperationFailed,
    Unexpected,
    Unreachable,
    WaitTimeout,
    remedy_for,
)
from . import answers
from .clouds import Cloud
from .pace import Pace, pace_policy
from .token_host import Elsewhere, Home, named, signing_policy
from .trust import NO_AUTHORITIES

if t.TYPE_CHECKING:
    from azure.core.pipeline.policies import RetryPolicy


RETRIES = 4
# All our writes are PUTs of whole resources, PATCHes of values or idempotent POSTs: repeating one does no harm.
RETRIED_METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"})
# POST that only reads: https://learn.microsoft.com/rest/api/recoveryservices (Capabilities, Check Name Availability).
READING_POSTS = ("/capabilities", "/checknameavailability")
CERTIFICATE_SIGNS = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "SSLCertVerificationError")
# What the resolvers of Linux and macOS say of a name that does not exist; a temporary failure may pass.
NO_SUCH_NAME = ("Name or service not known", "nodename nor servname", "No address associated with hostname")
NAME_SIGNS = (*NO_SUCH_NAME, "Failed to resolve", "Temporary failure in name resolution")


# How OpenSSL's errors begin; one that speaks of EOF is a dropped connection.
TLS_SIGNS = ("[SSL", "[X509", NO_AUTHORITIES)


def lasts(text: str) -> bool:
    """Whether a transport error says that trying again is in vain."""
    tls = any(sign in text for sign in TLS_SIGNS) and "EOF" not in text
    return tls or any(sign in text for sign in (*CERTIFICATE_SIGNS, *NO_SUCH_NAME))


def retry_policy() -> RetryPolicy[t.Any, t.Any]:
    """azure-core's retries, for every method we send, but not for what does not pass by itself.

    That is TLS that cannot be agreed on, above all an untrusted certificate, and a host name that does not exist.
    """
    return _retry_class()(retry_total=RETRIES * 2, retry_connect=RETRIES, retry_read=RETRIES, retry_status=RETRIES)


@functools.cache
def _retry_class() -> type[RetryPolicy[t.Any, t.Any]]:
    from azure.core.pipeline.policies import RetryPolicy as Base

    class Retry(Base[t.Any, t.Any]):
        def increment(self, settings: dict[str, t.Any], response: t.Any = None, error: Exception | None = None) -> bool:
            if error is not None and lasts(str(error)):
                return False
            return super().increment(settings, response=response, error=error)

        def configure_retries(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
            options.setdefault("retry_on_methods", RETRIED_METHODS)
            return super().configure_retries(options)

        def _is_method_retryable(self, settings: t.Any, request: t.Any, response: t.Any = None) -> bool:
            return request.method.upper() in settings["methods"]

    return Retry


def sign_in_policies(user_agent: str) -> list[t.Any]:
    """The policies of a sign-in: those of :func:`policies` that need no token, and none that logs."""
    from azure.core.pipeline import policies as core

    return [
        core.RequestIdPolicy(),
        core.HeadersPolicy(),
        core.UserAgentPolicy(base_user_agent=user_agent),
        core.ContentDecodePolicy(),
        retry_policy(),
    ]


@dataclass(frozen=True)
class Way:
    """What both doors are made from: which cloud, who signs in, how requests are sent, and whether any may write.

    Clients are made under ``making``, one for both doors: making one imports packages, and two threads that import parts
    of azure-mgmt-core 1.5 at once block each other (Python raises its DeadlockError).
    """

    cloud: Cloud
    credential: t.Any
    transport: t.Any
    user_agent: str
    read_only: bool
    pace: Pace
    making: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @functools.cached_property
    def home(self) -> Home:
        """Where the token may go."""
        return Home.of(self.cloud.resource_manager)


def policies(way: Way) -> list[t.Any]:
    """The policies of one client. ARMAutoResourceProviderRegistrationPolicy is left out on purpose: it writes unasked."""
    from azure.core.pipeline import policies as core

    retries = retry_policy()
    chain: list[t.Any] = [
        core.RequestIdPolicy(),
        core.HeadersPolicy(),
        core.UserAgentPolicy(base_user_agent=way.user_agent),
        core.ContentDecodePolicy(),
        core.CustomHookPolicy(),
        retries,
        pace_policy(way.pace, is_write, retries),
        signing_policy(way.credential, way.cloud.scope, way.home),
    ]
    if way.read_only:
        chain.insert(0, _lock())
    return chain


def is_write(method: str, path: str) -> bool:
    """Whether a request changes anything in Azure."""
    if method in ("GET", "HEAD"):
        return False
    return not (method == "POST" and path.rstrip("/").lower().endswith(READING_POSTS))


def _lock() -> t.Any:
    from urllib.parse import urlsplit

    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class ReadOnlyLock(SansIOHTTPPolicy[t.Any, t.Any]):
        """Check mode's second lock: a write that slipped through the plan never leaves the machine."""

        def on_request(self, request: t.Any) -> None:
            method, path = request.http_request.method.upper(), urlsplit(request.http_request.url).path
            if is_write(method, path):
                raise RuntimeError(f"refused to send {method} {path} in check mode; this is a defect of the collection")

    return ReadOnlyLock()


def polling(
    progress: t.Callable[[str], None], what: str, timeout: float, now: t.Callable[[], float], home: Home
) -> t.Any:
    """ARM polling that asks often at first, honours Retry-After, reports its progress and ends at ``timeout`` seconds.

    It follows links to ``home`` only.
    """
    from azure.mgmt.core.polling.arm_polling import ARMPolling

    class Polling(ARMPolling):  # type: ignore[misc, unused-ignore]
        started: float = 0.0
        waits: int = 0

        def _extract_delay(self) -> float:
            named = super()._extract_delay()
            # ARMPolling answers its own default (0 here) when the service named no delay.
            return named or min(10.0, 0.5 * 2 ** min(self.waits, 5))

        def _delay(self) -> None:
            self.started = self.started or now()
            passed = now() - self.started
            # Some services name one second for what takes them half an hour; a twentieth of the time passed is soon enough.
            delay = max(self._extract_delay(), min(30.0, passed / 20))
            self.waits += 1
            if passed + delay > timeout:
                raise _Deadline(f"{what} is still {self.status() or 'running'} after {passed:.0f} s")
            if passed >= 5 or delay >= 5:
                progress(f"{what}: {self.status() or 'running'}, {passed:.0f} s of at most {timeout:.0f} s")
            self._sleep(delay)

        def request_status(self, status_link: str) -> t.Any:
            # A client takes what is no whole address for a path below its own, where nothing is.
            home.refuse_others(status_link)
            answer = super().request_status(status_link)
            if answer.http_response.status_code < 400:
                answers.acknowledged(answer.http_response)
            return answer

    return Polling(0)


class _Deadline(Exception):
    """Raised inside the poller's thread when the operator's patience is at its end."""


def translate(error: Exception, method: str, resource_id: str) -> Exception:
    """Any exception of the SDKs as one of ours. Exceptions that are already ours come back as they are."""
    from azure.core import exceptions as sdk

    if isinstance(error, _Deadline):
        return WaitTimeout(f"{error}; Azure goes on with it.", remedy="Run again to resume, or raise wait_timeout.")
    if isinstance(error, Elsewhere):
        return Misdirected(method, resource_id, named(error.url), str(error.home))
    if isinstance(error, sdk.ClientAuthenticationError) and _from_sign_in(error):
        return sign_in_error(error)
    if isinstance(error, sdk.HttpResponseError) and error.response is not None:
        return from_response(error.response, method, resource_id, failed_operation=_ended_badly(error))
    if isinstance(error, sdk.HttpResponseError):
        return Unreachable(f"{method} {resource_id}: {error.message}")
    if isinstance(error, (sdk.ServiceRequestError, sdk.ServiceResponseError)):
        return unreachable(error, resource_id)
    return error


def _from_sign_in(error: t.Any) -> bool:
    """Whether the identity platform refused, not Azure Resource Manager, whose 401 has the same class."""
    request = getattr(error.response, "request", None)
    return error.response is None or "/oauth2/" in str(getattr(request, "url", ""))


def _ended_badly(error: Exception) -> bool:
    return type(error.__cause__ or error.__context__).__name__ == "OperationFailed"


def from_response(response: t.Any, method: str, resource_id: str, *, failed_operation: bool = False) -> AzureError:
    """The error a response stands for. 404 means absent only when Azure itself says so in JSON."""
    status = int(response.status_code)
    code, answer = read_error(response)
    if status < 400 and not failed_operation:
        return _unexpected(response, method, resource_id, code, answer)
    kind: type[AzureError] = AzureError
    if status < 400:
        kind = OperationFailed
    elif status == 404 and code and code.lower() not in NOT_ABSENCE:
        kind = NotFound
    elif status == 403:
        kind = Forbidden
    elif status in (409, 412):
        kind = Conflict
    return kind(
        status=status,
        code=code,
        answer=answer,
        method=method,
        resource_id=resource_id,
        request_id=response.headers.get("x-ms-request-id", ""),
        remedy=remedy_for(code, status),
    )


def _unexpected(response: t.Any, method: str, resource_id: str, code: str, words: str) -> Unexpected:
    origin = answers.origin(response)
    return Unexpected(
        status=int(response.status_code),
        code=code,
        answer=answers.oddity(response, words),
        method=method,
        resource_id=resource_id,
        request_id=response.headers.get("x-ms-request-id", ""),
        remedy=f"Most likely that was not Azure: look for a proxy or a captive portal on the way to {origin}, and check "
        "cloud_environment.",
        outcome=f"failed; {origin} answered",
    )


def read_error(response: t.Any) -> tuple[str, str]:
    """Azure's code and message: wrapped in ``error``, bare as private DNS answers, or the body's first words."""
    try:
        text = response.text() if callable(response.text) else str(response.text)
    except Exception:  # noqa: BLE001 - a streamed body that cannot be read any more has no words for us
        text = ""
    try:
        document = json.loads(text)
    except ValueError:
        return "", " ".join(text.split())[:300] or "no body"
    error = document.get("error", document) if isinstance(document, dict) else {}
    if not isinstance(error, dict) or not (error.get("code") or error.get("message")):
        return "", " ".join(text.split())[:300]
    message = str(error.get("message") or "")
    inner = [item for item in error.get("details") or [] if isinstance(item, dict)]
    for item in inner:
        if item.get("message"):
            message = f"{message} [{item.get('code', '')}: {item['message']}]".strip()
    return str(error.get("code") or ""), message


def unreachable(error: Exception, where: str) -> Unreachable:
    """A transport error in the operator's terms."""
    text = " ".join(str(error).split())
    if any(sign in text for sign in CERTIFICATE_SIGNS):
        return Unreachable(
            f"The TLS certificate of the endpoint behind {where} is not trusted: {text[:300]}",
            remedy="Name the CA in ca_file or REQUESTS_CA_BUNDLE. Verification is never switched off.",
        )
    if lasts(text) and any(sign in text for sign in TLS_SIGNS):
        return Unreachable(
            f"No TLS with the endpoint behind {where}: {text[:300]}",
            remedy="Check the port in cloud_environment, what a proxy lets through, and that ca_file holds certificates.",
        )
    if any(sign in text for sign in NAME_SIGNS):
        return Unreachable(
            f"The endpoint behind {where} has no address: {text[:300]}", remedy="Check cloud_environment and DNS."
        )
    return Unreachable(
        f"No answer from the endpoint behind {where}: {text[:300]}",
        remedy="Check the network, the proxy and cloud_environment.",
    )


SIGN_IN_REMEDIES = {
    "AADSTS7000215": "The client secret is wrong: give the secret's value, not its id.",
    "AADSTS7000222": "The client secret has expired: make a new one.",
    "AADSTS700016": "client_id is not known in this tenant: check client_id, tenant and cloud_environment.",
    "AADSTS90002": "The tenant does not exist in this cloud: check tenant and cloud_environment.",
    "AADSTS900382": "The tenant belongs to another cloud: check cloud_environment.",
    "AADSTS50034": "The account is not known in this tenant.",
}


def sign_in_error(error: Exception) -> CredentialError | Unreachable:
    """A sign-in that was refused, with the remedy its AADSTS number asks for, or that never got an answer."""
    from azure.core import exceptions as sdk

    if isinstance(error.__cause__, (sdk.ServiceRequestError, sdk.ServiceResponseError)):
        return unreachable(error.__cause__, "the sign-in authority")
    text = " ".join(str(error).split())[:600]
    if type(error).__name__ == "CredentialUnavailableError":
        return CredentialError(
            f"This way to sign in is not available here: {text}",
            remedy="Run az login on this machine, or give client_id, secret and tenant.",
        )
    remedy = next((words for number, words in SIGN_IN_REMEDIES.items() if number in text), "")
    return CredentialError(
        f"Signing in to Azure failed: {text}", remedy=remedy or "Check tenant, client_id and secret."
    )

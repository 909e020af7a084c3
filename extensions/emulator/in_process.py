"""The emulator without a socket: for unit tests that run ``requests`` or the Azure SDKs against :class:`Arm` directly.

Waiting costs nothing: whatever would sleep moves the emulated clock ahead instead.
"""

from __future__ import annotations

import functools
import io
import typing as t

from .arm import Arm
from .faults import Interrupted
from .services.platform.sign_in import SignIn
from .wire import JSON, Request, Response

if t.TYPE_CHECKING:
    import requests
    from azure.core.credentials import AccessToken
    from azure.core.pipeline.transport import RequestsTransport

#: Where an emulator in process seems to be.
BASE_URL = "https://127.0.0.1"


class EmulatorAdapter:
    """A ``requests`` transport adapter: mount it on ``https://`` and nothing leaves the process. Threads may share it."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def send(self, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        """Answer a prepared request. Raises ``requests.ConnectionError`` where a fault drops the connection."""
        import requests

        content = request.body or b""
        if hasattr(content, "read"):
            content = content.read()
        body = content.encode() if isinstance(content, str) else bytes(content)
        asked = Request.parse(request.method or "GET", request.url or "", request.headers, body)
        answer = self._arm.answer(asked)
        with self._arm.lock:  # nobody changes the documents it shows meanwhile
            content = b"" if request.method == "HEAD" else answer.body()
        if isinstance(answer, Interrupted):
            if answer.drop:
                raise requests.ConnectionError(ConnectionResetError(104, "Connection reset by peer"), request=request)
            wait(self._arm, answer.delay)
        return _response(request, answer, content)

    def close(self) -> None:
        """Nothing to close."""


def session(arm: Arm) -> requests.Session:
    """A session that reaches the emulator whatever the host."""
    import requests

    made = requests.Session()
    made.trust_env = False
    made.mount("https://", t.cast(t.Any, EmulatorAdapter(arm)))
    made.mount("http://", t.cast(t.Any, EmulatorAdapter(arm)))
    return made


def transport(arm: Arm) -> RequestsTransport:
    """An azure-core transport that reaches the emulator; its ``sleep`` moves the clock.

    azure-core has prepared a request completely, so that nothing of a session (cookies, proxies, redirections) applies:
    it goes straight to the adapter.
    """
    from azure.core.pipeline.transport import RequestsTransport
    from requests import PreparedRequest, Session
    from requests import Response as Answer
    from requests.structures import CaseInsensitiveDict

    adapter = EmulatorAdapter(arm)

    class Straight(Session):
        def request(self, method: str, url: str, **options: t.Any) -> Answer:  # type: ignore[override]
            prepared = PreparedRequest()
            prepared.method, prepared.url = method, url
            prepared.headers = CaseInsensitiveDict(options.get("headers") or {})
            # A form (a sign-in) is encoded, everything else is content already.
            prepared.prepare_body(options.get("data"), None)
            return self.get_adapter(url).send(prepared)

    class EmulatorTransport(RequestsTransport):  # type: ignore[misc]  # azure-core exports it lazily, as Any
        def sleep(self, duration: float) -> None:
            wait(arm, duration)

    made = Straight()
    for scheme in ("https://", "http://"):
        made.mount(scheme, t.cast(t.Any, adapter))
    return EmulatorTransport(session=made, session_owner=False)


def wait(arm: Arm, seconds: float) -> None:
    """Let so many real seconds seem to pass."""
    with arm.lock:
        arm.clock.advance(seconds * arm.clock.speed)


def token(arm: Arm, object_id: str = "", audience: str = BASE_URL, base_url: str = BASE_URL) -> str:
    """A token for one of the world's principals, by default the first."""
    sign_in: SignIn = arm.service(SignIn)
    principal: JSON | None = sign_in.principal(object_id) if object_id else arm.world["principals"][0]
    if principal is None:
        raise LookupError(f"the world has no principal {object_id!r}")
    return sign_in.issue(principal, audience, base_url)


class Credential:
    """An azure-core credential for one of the world's principals, without a sign-in request."""

    def __init__(self, arm: Arm, object_id: str = "") -> None:
        self._arm, self._object_id = arm, object_id

    def get_token(self, *scopes: str, **options: t.Any) -> AccessToken:
        """A token made out to the first scope."""
        from azure.core.credentials import AccessToken

        audience = scopes[0].removesuffix("/.default")
        lifetime = float(self._arm.settings["token_lifetime"]) * self._arm.clock.speed
        return AccessToken(token(self._arm, self._object_id, audience), int(self._arm.clock.now() + lifetime))


@functools.cache
def _builder() -> requests.adapters.HTTPAdapter:
    """What makes responses; one for all, because it has a connection pool, which takes longer to make than a response."""
    import requests

    return requests.adapters.HTTPAdapter()


def _response(request: requests.PreparedRequest, answer: Response, body: bytes) -> requests.Response:
    from urllib3 import HTTPResponse

    headers = {**answer.headers, "Content-Length": str(len(body))}
    if body:
        headers["Content-Type"] = "application/json; charset=utf-8"
    raw = HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=answer.status,
        preload_content=False,
        request_method=request.method,
    )
    made = _builder().build_response(request, raw)
    made.content  # noqa: B018 - read at once, as a session without streaming does
    return made

"""The two that are asked: an Azure over HTTPS, and the local one in this process."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import typing as t
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request

from .settings import Settings

JSON = dict[str, t.Any]
_MOST_SECONDS = 1800.0
_TRIES = 6


class Unreachable(Exception):
    """Azure did not let us in, or its operation went on for too long."""


@dataclass(frozen=True)
class Answer:
    """One answer; names of headers in small letters."""

    status: int
    headers: t.Mapping[str, str]
    document: t.Any

    @property
    def code(self) -> str:
        """The code of a refusal, or an empty string."""
        document: JSON = self.document if isinstance(self.document, dict) else {}
        inner = document.get("error")
        error: JSON = inner if isinstance(inner, dict) else document
        return str(error.get("code", "")) if self.status >= 400 else ""


class Side:
    """One Azure. ``wait`` is called with the seconds that are to pass between two polls."""

    def __init__(self, wait: t.Callable[[float], None] = time.sleep) -> None:
        self._wait = wait

    def send(self, method: str, target: str, body: t.Any, headers: t.Mapping[str, str]) -> Answer:
        """Send one request; ``target`` is a path with its query, or an address that was answered before."""
        raise NotImplementedError

    def ask(
        self, method: str, path: str, version: str, body: t.Any = None, headers: t.Mapping[str, str] | None = None
    ) -> Answer:
        """One request of a story."""
        mark = "&" if "?" in path else "?"
        return self.send(method, f"{path}{mark}api-version={version}", body, headers or {})

    def settle(self, answer: Answer) -> Answer:
        """Follow a write to its end. Returns the last poll, or the answer itself where nothing goes on. Raises :class:`Unreachable`."""
        address = answer.headers.get("azure-asyncoperation") or answer.headers.get("location")
        if answer.status not in (200, 201, 202) or not address:
            return answer
        polled, waited = answer, 0.0
        while waited <= _MOST_SECONDS:
            polled = self.send("GET", address, None, {})
            status = str((polled.document or {}).get("status", "")) if isinstance(polled.document, dict) else ""
            running = status.lower() in ("inprogress", "running", "accepted", "updating", "deleting")
            if not running and polled.status != 202:
                return polled
            seconds = float(polled.headers.get("retry-after") or 10)
            waited += seconds
            self._wait(seconds)
        raise Unreachable(f"An operation had not ended after {_MOST_SECONDS:.0f} seconds.")


class RemoteAzure(Side):
    """Azure, or what stands for it at an endpoint."""

    def __init__(self, settings: Settings, wait: t.Callable[[float], None] = time.sleep) -> None:
        super().__init__(wait)
        self._endpoint = urlsplit(settings.endpoint)
        self._context = ssl.create_default_context(cafile=settings.ca_file or None)
        self._token = settings.token or self._signed_in(settings)

    def send(self, method: str, target: str, body: t.Any, headers: t.Mapping[str, str]) -> Answer:
        """As :meth:`Side.send`; throttled requests are sent again. The token goes to the endpoint and nowhere else."""
        parts = urlsplit(target)
        if parts.netloc and parts.netloc.lower() != self._endpoint.netloc.lower():
            raise Unreachable(f"Azure's answer leads to another host, '{parts.netloc}'.")
        path = f"{parts.path}?{parts.query}".replace(" ", "%20")
        sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **headers}
        content = b""
        if body is not None:
            sent["Content-Type"], content = "application/json", json.dumps(body).encode()
        for attempt in range(_TRIES):
            answer = self._exchange(self._endpoint.netloc, method, path, content, sent)
            if answer.status != 429 or attempt == _TRIES - 1:
                return answer
            self._wait(float(answer.headers.get("retry-after") or 30))
        raise AssertionError

    def _signed_in(self, settings: Settings) -> str:
        tenant, client, secret = settings.application
        form = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": secret,
            "scope": f"{settings.endpoint}/.default",
        }
        host, headers = urlsplit(settings.authority).netloc, {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._exchange(host, "POST", f"/{tenant}/oauth2/v2.0/token", urlencode(form).encode(), headers)
        document = answer.document if isinstance(answer.document, dict) else {}
        if answer.status != 200 or "access_token" not in document:
            raise Unreachable(f"No token: {answer.status} {document.get('error', '')}")
        return str(document["access_token"])

    def _exchange(self, host: str, method: str, path: str, content: bytes, headers: t.Mapping[str, str]) -> Answer:
        connection = http.client.HTTPSConnection(host, context=self._context, timeout=120)
        try:
            connection.request(method, path, body=content or None, headers=dict(headers))
            response = connection.getresponse()
            shown = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, shown, _parsed(response.read()))
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{host}: {error}") from error
        finally:
            connection.close()


class LocalAzure(Side):
    """The local Azure in this process, where operations take no time."""

    def __init__(self, arm: Arm) -> None:
        super().__init__(lambda _seconds: None)
        self._arm, self._token = arm, in_process.token(arm)

    def send(self, method: str, target: str, body: t.Any, headers: t.Mapping[str, str]) -> Answer:
        """As :meth:`Side.send`."""
        url = target if target.startswith("https://") else in_process.BASE_URL + target
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        content = b"" if body is None else json.dumps(body).encode()
        answer = self._arm.answer(Request.parse(method, url, sent, content))
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.headers.items()}, _parsed(answer.body())
        )


def _parsed(content: bytes) -> t.Any:
    try:
        return json.loads(content) if content.strip() else None
    except ValueError:
        return content.decode("utf-8", "replace")

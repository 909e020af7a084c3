"""What goes in and comes out of the emulator: requests, responses and the errors Azure answers with."""

from __future__ import annotations

import json
import math
import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

JSON = dict[str, t.Any]
#: Host names of this machine, for itself.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MANAGEMENT = re.compile(r"/+(subscriptions|providers|tenants)(/|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are lower case, ``base_url`` is scheme, host and port as the client wrote them."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "https://127.0.0.1"
    raw_query: str = ""

    @classmethod
    def parse(cls, method: str, url: str, headers: t.Mapping[str, str] | None = None, body: bytes = b"") -> Request:
        """Make a request from an absolute or relative URL. Query names keep the client's spelling."""
        parts = urlsplit(url)
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"https://{lowered.get('host', '127.0.0.1')}"
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method.upper(), unquote(parts.path), query, lowered, body, base, parts.query)

    @property
    def api_version(self) -> str:
        """The ``api-version`` of the query, or an empty string."""
        return next((value for name, value in self.query.items() if name.lower() == "api-version"), "")

    def json(self) -> JSON:
        """The body as a JSON object. Raises :class:`ArmError` 400 when it is anything else."""
        if not self.body:
            return {}
        try:
            document = json.loads(self.body, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise _unreadable(str(error)) from None
        if not isinstance(document, dict):
            raise _unreadable("An object is expected.")
        return document

    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


@dataclass
class Response:
    """One HTTP answer. ``document`` is sent as JSON; ``None`` means no body at all."""

    status: int = 200
    document: t.Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The bytes to send; 204 never has any."""
        if self.document is None or self.status == 204:
            return b""
        return json.dumps(self.document).encode()


class ArmError(Exception):
    """A refusal. ``wrapped=False`` gives the bare object that private DNS answers with instead of ``{"error": ...}``."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: list[JSON] | None = None,
        extra: JSON | None = None,
        wrapped: bool = True,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.details, self.extra, self.wrapped = details, extra or {}, wrapped
        self.headers = headers or {}

    def response(self) -> Response:
        """The answer the client sees."""
        error: JSON = {"code": self.code, "message": self.message, **self.extra}
        if self.details is not None:
            error["details"] = self.details
        return Response(self.status, {"error": error} if self.wrapped else error, dict(self.headers))


def _no_number(text: str) -> t.NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _unreadable(reason: str) -> ArmError:
    """400 for a body that is no JSON object. The reason in quotes is that of Azure's parser there, and of ours here."""
    return ArmError(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{reason}'.",
    )


def not_found(resource_id: str) -> ArmError:
    """404 for a resource (or a resource group) that does not exist, worded as the gateway words it.

    Source: azure-cli recording ``test_GetZone_ZoneNotExists_ExpectError.yaml`` (2023; those of 2019 have no link yet).
    """
    parts = resource_id.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    group = parts[lowered.index("resourcegroups") + 1] if "resourcegroups" in lowered else ""
    if "providers" not in lowered:
        return ArmError(
            404,
            "ResourceGroupNotFound",
            f"Resource group '{group}' could not be found.",
        )
    tail = parts[len(lowered) - 1 - lowered[::-1].index("providers") + 1 :]
    name = "/".join([tail[0], *(f"{kind}/{value}" for kind, value in zip(tail[1::2], tail[2::2]))])
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{name}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def parent_not_found(child_type: str, parent_id: str, action: str = "write") -> ArmError:
    """404 ``ParentResourceNotFound`` as recorded for private DNS records in a missing zone."""
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Failed to perform '{action}' on resource(s) of type '{child_type}', because the parent resource "
        f"'{parent_id}' could not be found.",
    )


def is_management(path: str) -> bool:
    """Whether a path is Azure Resource Manager's own: not of sign-in, Graph or the emulator."""
    return _MANAGEMENT.match(path) is not None


def fold(resource_id: str) -> str:
    """An id as a key: Azure compares ids without regard to case."""
    return "/" + resource_id.strip("/").lower()


def parent(resource_id: str) -> str:
    """The id one type/name pair up; a provider's top-level resource leads to its resource group."""
    parts = resource_id.strip("/").split("/")
    keep = parts[:-2]
    if len(keep) >= 2 and keep[-2].lower() == "providers":
        keep = keep[:-2]
    return "/" + "/".join(keep)


def location(name: str) -> str:
    """A region the way Azure writes it back: ``West Europe`` becomes ``westeurope``."""
    return re.sub(r"[\s()]", "", name or "").lower()

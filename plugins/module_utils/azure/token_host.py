"""Who may see the access token: the resource manager of the cloud, and nobody an answer names in its place.

An answer of Azure names where to go on (``nextLink``, ``Azure-AsyncOperation``, ``Location``, ``resourceLocation``), and
the token is sent there. Whoever can put a link into an answer would get it, so every request is judged right before it
is signed, wherever its address came from.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

#: Nothing but a host and a port may stand before the path: where a user name, a backslash or a space is allowed, two
#: readers of one address can find two hosts in it.
_ADDRESS = re.compile(r"https://([a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(?![^/?#])", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9.]+|\[.*\]")
_TLS_PORT = 443


class Elsewhere(Exception):
    """A request whose address is not the resource manager's; it was neither signed nor sent."""

    def __init__(self, url: str, home: Home) -> None:
        super().__init__(f"{named(url)} is not {home}")
        self.url, self.home = url, home


@dataclass(frozen=True)
class Home:
    """Where the token may go: over TLS to ``host``, or a name below it, at ``port``."""

    host: str
    port: int

    @classmethod
    def of(cls, resource_manager: str) -> Home:
        """The home of a token for a resource manager's URL."""
        parts = urlsplit(resource_manager)
        host = str(parts.hostname or "")
        return cls(f"[{host}]" if ":" in host else host, parts.port or _TLS_PORT)

    def owns(self, url: str) -> bool:
        """Whether an address is the resource manager's. Regional names (``westeurope.management.azure.com``) are."""
        match = _ADDRESS.match(url)
        if match is None or int(match[2] or _TLS_PORT) != self.port:
            return False
        host = match[1].lower()
        return host == self.host or (not _NUMBERS.fullmatch(self.host) and host.endswith(f".{self.host}"))

    def refuse_others(self, url: str) -> None:
        """Raise :class:`Elsewhere` for an address, or a link that Azure named, that is not the resource manager's."""
        if not self.owns(url):
            raise Elsewhere(url, self)

    def __str__(self) -> str:
        port = "" if self.port == _TLS_PORT else f":{self.port}"
        below = "" if _NUMBERS.fullmatch(self.host) else " and names below it"
        return f"https://{self.host}{port}{below}"


def named(url: str) -> str:
    """An address as an error may show it: what stands before the path, which may give away more than a host."""
    found = re.match(r"[^/?#]*(?://)?[^/?#]*", url)
    return "".join(letter if letter.isprintable() else "?" for letter in (found[0] if found else "")[:200])


def signing_policy(credential: t.Any, scope: str, home: Home) -> t.Any:
    """The policy that lays the token on a request, once its address is ``home``'s; else it raises :class:`Elsewhere`."""
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

    class Signature(ARMChallengeAuthenticationPolicy):
        """That of azure-mgmt-core, less the token it keeps, which one thread may take away from under another."""

        def on_request(self, request: t.Any) -> None:
            self.authorize_request(request, scope)

        def authorize_request(self, request: t.Any, *scopes: str, **options: t.Any) -> None:
            home.refuse_others(str(request.http_request.url))
            token = credential.get_token(*scopes, **options).token
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    return Signature(credential, scope)

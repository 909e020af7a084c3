"""Who is asking: the check of the bearer token that comes before everything else.

Wording: what Azure Resource Manager answers, as quoted in public issues (azure-cli and Terraform trackers).
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from ...arm import Call, RequestCheck, Route
from ...wire import LOOPBACK, ArmError, Response
from .sign_in import SignIn

_GRAPH = "/v1.0/"


class AccessToken(RequestCheck):
    """Sets ``call.caller`` to the principal of the token, or refuses with 401."""

    def check(self, call: Call, route: Route) -> Response | None:
        header = call.request.headers.get("authorization", "")
        if not header:
            raise self._refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        scheme, _space, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            text = "Authentication failed. The 'Authorization' header is provided in an invalid format."
            raise self._refuse("AuthenticationFailed", text)
        sign_in: SignIn = self._arm.service(SignIn)
        claims = sign_in.claims(token.strip())
        principal = sign_in.principal(claims["oid"]) if claims else None
        if claims is None or principal is None or claims["tid"] != sign_in.tenant_id:
            raise self._refuse("InvalidAuthenticationToken", "The access token is invalid.")
        self._check_audience(claims["aud"], call, sign_in)
        now = self._arm.clock.now()
        if claims["exp"] <= now:
            raise self._refuse(
                "ExpiredAuthenticationToken",
                f"The access token expiry UTC time '{_time(claims['exp'])}' is earlier than "
                f"current UTC time '{_time(now)}'.",
            )
        call.caller = principal
        return None

    def _check_audience(self, audience: str, call: Call, sign_in: SignIn) -> None:
        """A token for this emulator, or for the cloud it stands for; one for another cloud's is refused there, too."""
        given = audience.rstrip("/")
        if given == call.request.base_url or urlsplit(given).hostname in LOOPBACK:
            return
        graph = call.request.path.lower().startswith(_GRAPH)
        own = (sign_in.cloud.graph_audience,) if graph else sign_in.cloud.audiences
        if given not in own:
            shown = ",".join(f"'{name}/','{name}'" for name in own)
            raise self._refuse(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{audience}'. "
                f"It should exactly match with one of the allowed audiences {shown}.",
            )

    def _refuse(self, code: str, message: str) -> ArmError:
        tenant = self._arm.world["tenant_id"]
        challenge = (
            f'Bearer authorization_uri="https://login.microsoftonline.com/{tenant}", '
            f'error="invalid_token", error_description="{message}"'
        )
        return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def _time(when: float) -> str:
    moment = datetime.fromtimestamp(when, UTC)
    return f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}"

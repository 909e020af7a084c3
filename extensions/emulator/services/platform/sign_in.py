"""Signing in: cloud metadata, OpenID discovery, the token endpoints and a corner of Microsoft Graph.

Sources: Microsoft Learn "OAuth 2.0 client credentials flow on the Microsoft identity platform", "Access token claims
reference", "Microsoft Entra authentication and authorization error codes" and, of Graph, "directoryObject: getByIds" and
"servicePrincipal resource type"; azure-cli ``azure/cli/core/cloud.py`` for what it reads from ``/metadata/endpoints``.
"""

from __future__ import annotations

import hmac
import typing as t
import uuid

from ...arm import Arm, Call, Route
from ...clouds import CLOUDS, Cloud
from ...shapes import misfits
from ...token_signing import Signer
from ...wire import JSON, ArmError, Response

_TENANT_ALIASES = ("common", "organizations")


class SignIn:
    """The identity platform of one tenant. Principals come from the world's ``principals``."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._signer = Signer.shared()

    @property
    def tenant_id(self) -> str:
        """The only tenant there is."""
        return str(self._arm.world["tenant_id"])

    @property
    def cloud(self) -> Cloud:
        """The cloud this emulator stands for."""
        return CLOUDS[self._arm.world["cloud"]]

    def routes(self) -> t.Iterable[Route]:
        """Everything a client may ask before it has a token, and Graph."""
        anonymous: list[tuple[str, str, t.Callable[[Call], Response]]] = [
            ("GET", "/metadata/endpoints", self._metadata),
            ("GET", "/common/discovery/instance", self._discovery),
            ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._configuration),
            ("GET", "/{tenant}/.well-known/openid-configuration", self._configuration),
            ("GET", "/{tenant}/discovery/v2.0/keys", self._keys),
            ("GET", "/{tenant}/discovery/keys", self._keys),
            ("POST", "/{tenant}/oauth2/v2.0/token", self._token),
            ("POST", "/{tenant}/oauth2/token", self._token),
        ]
        yield from (Route(method, pattern, handler, anonymous=True) for method, pattern, handler in anonymous)
        yield Route("POST", "/v1.0/directoryObjects/getByIds", self._objects, action="")
        yield Route("GET", "/v1.0/servicePrincipals", self._service_principals, action="")

    def load(self, world: JSON) -> None:
        """Nothing to make: principals are read from the world when they sign in."""

    def principal(self, object_id: str) -> JSON | None:
        """A principal that can sign in, by object id."""
        return next((one for one in self._principals() if one["object_id"].lower() == object_id.lower()), None)

    def issue(self, principal: JSON, audience: str, base_url: str) -> str:
        """A signed token for a principal.

        It lives ``token_lifetime`` real seconds at the clock's present speed; moving the clock ahead ages it.
        """
        now = int(self._arm.clock.now())
        lifetime = float(self._arm.settings["token_lifetime"]) * self._arm.clock.speed
        return self._signer.sign(
            {
                "aud": audience,
                "iss": f"{base_url}/{self.tenant_id}/v2.0",
                "iat": now,
                "nbf": now,
                "exp": now + int(lifetime),
                "appid": principal["client_id"],
                "appidacr": "1",
                "idtyp": "app",
                "oid": principal["object_id"],
                "sub": principal["object_id"],
                "tid": self.tenant_id,
                "ver": "1.0",
            }
        )

    def claims(self, token: str) -> JSON | None:
        """The claims of a token signed here, expired or not; ``None`` for any other text."""
        return self._signer.claims(token)

    def _principals(self) -> list[JSON]:
        return t.cast(list[JSON], self._arm.world["principals"])

    def _metadata(self, call: Call) -> Response:
        base = call.request.base_url
        cloud = self.cloud
        document: JSON = {
            "name": cloud.name,
            "portal": cloud.portal,
            "authentication": {
                "loginEndpoint": f"{base}/",
                "audiences": [base, *cloud.audiences],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "resourceManager": f"{base}/",
            "graph": f"{base}/",
            "graphAudience": f"{base}/",
            "microsoftGraphResourceId": f"{base}/",
            "gallery": f"{base}/",
            "suffixes": {"storage": cloud.storage_suffix, "keyVaultDns": cloud.key_vault_suffix},
        }
        return Response(200, document if call.request.api_version >= "2022" else [document])

    def _discovery(self, call: Call) -> Response:
        endpoint = f"{call.request.base_url}/{self.tenant_id}/v2.0/.well-known/openid-configuration"
        return Response(200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": []})

    def _configuration(self, call: Call) -> Response:
        if not self._is_tenant(call["tenant"]):
            return self._refuse(400, "invalid_tenant", 90002, f"Tenant '{call['tenant']}' not found.")
        base = f"{call.request.base_url}/{call['tenant']}"
        return Response(
            200,
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "issuer": f"{call.request.base_url}/{self.tenant_id}/v2.0",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "response_types_supported": ["code", "token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            },
        )

    def _keys(self, call: Call) -> Response:
        return Response(200, {"keys": [self._signer.public_key()]})

    def _token(self, call: Call) -> Response:
        form = call.request.form()
        client = form.get("client_id", "")
        if not self._is_tenant(call["tenant"]):
            return self._refuse(400, "invalid_request", 90002, f"Tenant '{call['tenant']}' not found.")
        if form.get("grant_type") != "client_credentials":
            text = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
            return self._refuse(400, "unsupported_grant_type", 70003, text)
        found = next((one for one in self._principals() if one["client_id"].lower() == client.lower()), None)
        if found is None:
            text = f"Application with identifier '{client}' was not found in the directory '{self.tenant_id}'."
            return self._refuse(400, "unauthorized_client", 700016, text)
        secret = form.get("client_secret")
        if secret is None:
            text = "'client_assertion', 'client_secret' or 'request' is required for the grant type."
            return self._refuse(401, "invalid_client", 7000216, text)
        if not hmac.compare_digest(secret.encode(), str(found["client_secret"]).encode()):
            text = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                f"value, not the client secret ID, for a secret added to app '{client}'."
            )
            return self._refuse(401, "invalid_client", 7000215, text)
        audience = form.get("resource") or form.get("scope", "").split(" ")[0].removesuffix("/.default")
        if not audience:
            text = "The provided value for the input parameter 'scope' is not valid."
            return self._refuse(400, "invalid_scope", 70011, text)
        lifetime = int(self._arm.settings["token_lifetime"])
        return Response(
            200,
            {
                "token_type": "Bearer",
                "expires_in": lifetime,
                "ext_expires_in": lifetime,
                "access_token": self.issue(found, audience, call.request.base_url),
            },
            {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"},
        )

    def _is_tenant(self, name: str) -> bool:
        return name.lower() in (self.tenant_id.lower(), *_TENANT_ALIASES)

    def _refuse(self, status: int, error: str, number: int, text: str) -> Response:
        trace, correlation = self._arm.guid(), self._arm.guid()
        when = self._arm.clock.iso()[:19].replace("T", " ") + "Z"
        description = f"AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {when}"
        return Response(
            status,
            {
                "error": error,
                "error_description": description,
                "error_codes": [number],
                "timestamp": when,
                "trace_id": trace,
                "correlation_id": correlation,
            },
        )

    def _objects(self, call: Call) -> Response:
        for where, kind in misfits(call.body, {"ids": ["text"], "types": ["text"]}):
            raise ArmError(400, "Request_BadRequest", f"Invalid value specified for '{where}': {kind} is expected.")
        wanted = {one.lower() for one in call.body.get("ids") or []}
        return Response(200, {"value": [one for one in self._directory() if one["id"].lower() in wanted]})

    def _service_principals(self, call: Call) -> Response:
        condition = call.request.query.get("$filter", "").lower()
        # An application has its id among its names, its object id is none of them.
        fields = ("appId",) if "serviceprincipalnames" in condition else ("appId", "id")
        found = [one for one in self._directory() if any(one[field].lower() in condition for field in fields)]
        return Response(200, {"value": found})

    def _directory(self) -> t.Iterator[JSON]:
        """Everyone the tenant knows: who can sign in, and the managed identities of resources."""
        for one in self._principals():
            yield _service_principal(one["object_id"], one["client_id"], one["name"], "Application")
        for resource in self._arm.store.all():
            identity: JSON = resource.document.get("identity") or {}
            if "principalId" in identity:
                object_id = identity["principalId"]
                client_id = str(uuid.uuid5(uuid.NAMESPACE_OID, object_id))  # no answer of Azure's shows it
                yield _service_principal(object_id, client_id, resource.name, "ManagedIdentity")
            for name, one in (identity.get("userAssignedIdentities") or {}).items():
                yield _service_principal(
                    one["principalId"], one["clientId"], name.rsplit("/", 1)[-1], "ManagedIdentity"
                )


def _service_principal(object_id: str, client_id: str, name: str, kind: str) -> JSON:
    return {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": object_id,
        "appId": client_id,
        "displayName": name,
        "servicePrincipalNames": [client_id],
        "servicePrincipalType": kind,
    }

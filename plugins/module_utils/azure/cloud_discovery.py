"""Asking an endpoint which cloud it is."""

from __future__ import annotations

import typing as t

from ..errors import CredentialError, Unreachable
from .clouds import CLOUDS, Cloud
from .pipeline import retry_policy, unreachable

METADATA_API_VERSION = "2022-09-01"


def from_metadata(url: str, document: t.Any) -> Cloud:
    """The cloud an ARM endpoint describes at ``/metadata/endpoints`` (api-version 2022-09-01)."""
    if isinstance(document, list):
        document = next((item for item in document if isinstance(item, dict)), None)
    if not isinstance(document, dict) or "authentication" not in document:
        raise Unreachable(f"{url}/metadata/endpoints did not describe a cloud; is {url} an Azure Resource Manager?")
    sign_in = document["authentication"]
    audiences = sign_in.get("audiences") or [url]
    name = str(document.get("name") or "Custom")
    like = CLOUDS.get(name)
    storage = (document.get("suffixes") or {}).get("storage") or (like.storage_suffix if like else "")
    return Cloud(
        name,
        url.rstrip("/"),
        str(sign_in["loginEndpoint"]).rstrip("/"),
        str(audiences[0]).rstrip("/") + "/.default",
        like.backup_suffix if like else "",
        like.site_recovery_suffix if like else "",
        storage,
    )


def discover(url: str, transport: t.Any) -> Cloud:
    """Ask an ARM endpoint which cloud it is. ``transport`` is an open azure-core transport.

    Raises :class:`Unreachable` when it does not answer, :class:`CredentialError` when it answers with an error.
    """
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError as SdkError
    from azure.core.rest import HttpRequest

    base = url.rstrip("/")
    client: t.Any = PipelineClient(base, transport=transport, policies=[retry_policy()])
    request = HttpRequest("GET", f"{base}/metadata/endpoints", params={"api-version": METADATA_API_VERSION})
    try:
        response = client.send_request(request)
    except SdkError as error:
        raise unreachable(error, base) from error
    if response.status_code != 200:
        raise CredentialError(
            f"{base}/metadata/endpoints answered {response.status_code}; is it an Azure Resource Manager?"
        )
    try:
        return from_metadata(base, response.json())
    except ValueError as error:
        raise Unreachable(f"{base}/metadata/endpoints did not answer with JSON.") from error

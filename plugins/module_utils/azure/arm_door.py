"""The general door: azure-mgmt-core's ARM pipeline, for every type that has no supported client of its own here."""

from __future__ import annotations

import typing as t

from ..ids import ResourceId, same_id
from ..wire import JSON
from . import answers
from .pipeline import Way, is_write, policies


class ArmDoor:
    """Any resource by id."""

    def __init__(self, way: Way) -> None:
        self._way, self._base = way, way.cloud.resource_manager
        self._made: t.Any = None

    @property
    def _client(self) -> t.Any:
        """Made when first needed: a task that asks the operation groups only does not pay for it."""
        with self._way.making:
            if self._made is None:
                from azure.mgmt.core import ARMPipelineClient

                transport, chain = self._way.transport, policies(self._way)
                self._made = ARMPipelineClient(self._base, transport=transport, policies=chain)
            return self._made

    def serves(self, kind: str) -> bool:
        """Every type."""
        return True

    def get(self, target: ResourceId, api_version: str, query: JSON) -> t.Any:
        """GET by id."""
        return answers.document(self._send("GET", target.text, api_version, query=query).http_response)

    def post(self, path: str, api_version: str, body: JSON | None) -> t.Any:
        """POST to a path. A question must be answered; an action need not say anything."""
        response = self._send("POST", path, api_version, body={} if body is None else body).http_response
        return answers.acknowledged(response) if is_write("POST", path) else answers.document(response)

    def list(self, collection: str, api_version: str, query: JSON) -> list[JSON]:
        """GET a collection and follow ``nextLink``, verbatim."""
        items, link = answers.page(self._send("GET", collection, api_version, query=query).http_response)
        while link:
            more, link = answers.page(self._request("GET", link).http_response)
            items += more
        return items

    def write(
        self, method: str, target: ResourceId, api_version: str, body: t.Any, headers: JSON, polling_method: t.Any
    ) -> t.Any:
        """PUT, PATCH or DELETE, followed to the end when a polling method is given."""
        from azure.core.polling import LROPoller

        first = self._send(method, target.text, api_version, body=body, headers=headers)
        answer = answers.acknowledged(first.http_response)
        if polling_method is None:
            return answer
        poller: t.Any = LROPoller(
            self._client, first, lambda last: answers.acknowledged(last.http_response), polling_method
        )
        result = poller.result()
        if method == "PATCH" and first.http_response.status_code == 202 and not _is_of(result, target):
            # A vault answers 202 without a body; the resource itself says what became of it.
            return self.get(target, api_version, {})
        return result

    def _send(
        self,
        method: str,
        path: str,
        api_version: str,
        *,
        query: JSON | None = None,
        body: t.Any = None,
        headers: JSON | None = None,
    ) -> t.Any:
        parameters = {"api-version": api_version, **(query or {})}
        return self._request(method, self._base + path, headers, params=parameters, json=body)

    def _request(self, method: str, url: str, headers: JSON | None = None, **parts: t.Any) -> t.Any:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        request = HttpRequest(method, url, headers={"Accept": "application/json", **(headers or {})}, **parts)
        pipeline_response = self._client.send_request(request, _return_pipeline_response=True)
        response = pipeline_response.http_response
        if response.status_code >= 300:
            raise HttpResponseError(response=response)
        return pipeline_response


def _is_of(answer: t.Any, target: ResourceId) -> bool:
    """Whether an operation ended with the resource itself, which then need not be read once more."""
    return isinstance(answer, dict) and same_id(str(answer.get("id") or ""), target.text) and "properties" in answer

"""Tags of one resource, changed without sending the rest of it or the tags of others."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.tags import laid_over
from ..errors import AzureError
from ..wire import JSON, get_path

#: The tags of the resource above it: https://learn.microsoft.com/rest/api/resources/tags/update-at-scope
DEFAULT = "providers/Microsoft.Resources/tags/default"
API_VERSION = "2021-04-01"


def merge_tags(azure: Azure, resource_id: str, tags: t.Mapping[str, str]) -> dict[str, str] | None:
    """Lay tags over those that a resource has when the request arrives, and return all it has then.

    Azure merges them, so that a tag somebody else adds meanwhile stays. None, with nothing written, when the signed-in
    identity may write the resource but not ``Microsoft.Resources/tags``.
    """
    body: JSON = {"operation": "Merge", "properties": {"tags": dict(tags)}}
    try:
        answer = azure.patch(f"{resource_id}/{DEFAULT}", API_VERSION, body)
    except AzureError as error:
        if error.status != 403:
            raise
        return None
    return dict(get_path(answer, "properties.tags") or {})


def changed_tags(before: t.Mapping[str, t.Any] | None, after: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The tags of ``after`` that ``before`` has not, or with another value."""
    return {name: value for name, value in laid_over({}, after).items() if (before or {}).get(name) != value}

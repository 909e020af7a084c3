"""What Resource Manager refuses about the tags of any resource, and what private DNS forgets about its own.

Codes and texts of reserved characters and of values are Azure's (public transcripts of ``az storage account update``;
Azure-Samples/azure-search-openai-demo#1997); those of names, numbers and repeated names are unverified. Limits:
https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
"""

from __future__ import annotations

import re

from ...arm import Call, RequestCheck, Route
from ...wire import JSON, ArmError, Response

_MOST, _MOST_OF_DNS = 50, 15
_LONGEST_NAME, _LONGEST_VALUE = 512, 256
_RESERVED = re.compile(r"[<>%&\\?/\x00-\x1f\x7f]")
_EXEMPT = ("hidden", "link")
# Accepted and left out: Azure/azure-rest-api-specs#11748, Azure/azure-resource-manager-schemas#3367. That the rest of
# what the documentation calls unsupported goes the same way is unverified.
_FORGOTTEN = re.compile(r"[\s:()]|^[0-9]|[^\x00-\x7f]")


class ResourceTags(RequestCheck):
    """It comes after the checks of who may write."""

    def check(self, call: Call, route: Route) -> Response | None:
        if call.request.method not in ("PUT", "PATCH") or not isinstance(call.body, dict):
            return None
        tags = call.body.get("tags")
        if isinstance(tags, dict):
            refuse_tags(tags)
        return None


def kept_by_dns(tags: JSON | None) -> JSON:
    """The tags that zones and links keep. Raises ArmError for more than they can have."""
    if len(tags or {}) > _MOST_OF_DNS:
        raise ArmError(400, "BadRequest", f"The number of tags exceeds the maximum of {_MOST_OF_DNS}.")
    return {name: value for name, value in (tags or {}).items() if not _FORGOTTEN.search(name)}


def refuse_tags(tags: JSON) -> None:
    """Raise ArmError for tags that no resource can have."""
    reserved = [name for name in tags if _RESERVED.search(name) and not name.lower().startswith(_EXEMPT)]
    if reserved:
        raise ArmError(
            400,
            "InvalidTagNameCharacters",
            f"The tag names '{', '.join(reserved)}' have reserved characters '<,>,%,&,\\,?,/' or control characters. "
            "These characters are only allowed for tags that start with the prefix 'hidden, link'.",
        )
    if len(tags) > _MOST:
        raise ArmError(400, "InvalidTagCount", f"The number of tags '{len(tags)}' exceeds the maximum of {_MOST}.")
    if len({name.lower() for name in tags}) < len(tags):
        raise ArmError(400, "InvalidRequestContent", "The tag names are not unique; their case does not count.")
    for name, value in tags.items():
        _measure("key", name, _LONGEST_NAME, "InvalidTagNameLength")
        _measure("value", str(value or ""), _LONGEST_VALUE, "InvalidTagValueLength")


def _measure(what: str, text: str, most: int, code: str) -> None:
    if len(text) > most:
        raise ArmError(
            400,
            code,
            f"Tag {what} too large. Following tag {what} '{text}' exceeded the maximum length. Maximum allowed length "
            f"for tag {what} - '{most}' characters.",
        )

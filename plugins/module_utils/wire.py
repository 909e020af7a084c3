"""Small helpers for wire JSON: the documents Microsoft's REST pages show."""

from __future__ import annotations

import copy
import re
import typing as t
from datetime import datetime, timezone

JSON = dict[str, t.Any]

# Below these keys the keys are the user's own words, not Azure's.
_VERBATIM = frozenset({"tags", "metadata", "userAssignedIdentities"})


def get_path(document: t.Any, path: str) -> t.Any:
    """The value at a dotted path (``properties.subnet.id``, ``…Connections.0.properties``); None when absent."""
    for key in path.split("."):
        if isinstance(document, list) and key.isdigit():
            document = document[int(key)] if int(key) < len(document) else None
        elif isinstance(document, dict):
            document = document.get(key)
        else:
            return None
    return document


def provisioning(document: JSON | None) -> str:
    """The provisioning state in lower case; empty when the type has none."""
    return str(get_path(document, "properties.provisioningState") or "").lower()


def set_path(document: JSON, path: str, value: t.Any) -> None:
    """Put a value at a dotted path, making what is missing on the way (``0`` makes a one-item list)."""
    keys = path.split(".")
    here: t.Any = document
    for position, key in enumerate(keys[:-1]):
        fresh: t.Any = [] if keys[position + 1].isdigit() else {}
        if isinstance(here, list):
            if int(key) == len(here):
                here.append(fresh)
            here = here[int(key)]
        else:
            if here.get(key) is None:
                here[key] = fresh
            here = here[key]
    last = keys[-1]
    if isinstance(here, list):
        if int(last) == len(here):
            here.append(value)
        else:
            here[int(last)] = value
    else:
        here[last] = value


def drop_path(document: t.Any, path: str) -> None:
    """Remove what stands at a dotted path; ``*`` stands for every item of a list."""
    head, _dot, rest = path.partition(".")
    if isinstance(document, list):
        for item in document if head == "*" else []:
            drop_path(item, rest)
    elif isinstance(document, dict):
        if rest:
            drop_path(document.get(head), rest)
        else:
            document.pop(head, None)


def without(document: JSON, paths: t.Iterable[str]) -> JSON:
    """A deep copy without the given dotted paths."""
    clean = copy.deepcopy(document)
    for path in paths:
        drop_path(clean, path)
    return clean


def snake(name: str) -> str:
    """``privateEndpointConnections`` as ``private_endpoint_connections``, ``privateIPAddress`` as ``private_ip_address``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def snake_keys(value: t.Any) -> t.Any:
    """The same document with Azure's keys in snake case; the user's own keys (tags, metadata) stay as they are."""
    if isinstance(value, list):
        return [snake_keys(item) for item in value]
    if isinstance(value, dict):
        return {
            snake(str(key)): (copy.deepcopy(item) if key in _VERBATIM else snake_keys(item))
            for key, item in value.items()
        }
    return value


def facts(document: JSON | None) -> JSON:
    """A resource as task results show it: snake case, ``properties`` lifted to the top. Empty for None."""
    if not document:
        return {}
    plain = t.cast(JSON, snake_keys(document))
    properties = plain.pop("properties", None) or {}
    return {**properties, **plain}


def parse_time(text: str) -> datetime | None:
    """An Azure timestamp (up to seven digits of a second); None when it is none."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None

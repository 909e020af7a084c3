"""The shape of a request's body: which kind of value Azure expects where. Declared by the parts, for what the services read.

Azure reads a body into typed objects before anything looks at it, so a text where a list belongs is refused as a whole. Of each
shape only what a service reads is written down; a property that is not is taken as it comes.
"""

from __future__ import annotations

import typing as t

from .wire import JSON, ArmError

#: A kind by name, a list of one shape, or an object with the shapes of its keys. A key that ends with ``!`` must be there.
Shape = t.Union[str, list["Shape"], t.Mapping[str, "Shape"]]

_KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int, float), "flag": (bool,), "object": (dict,)}

#: A reference to another resource.
REFERENCE: Shape = {"id": "text"}
#: The state of a connection, on a target of endpoints.
CONNECTION: Shape = {
    "privateLinkServiceConnectionState": {"status": "text", "description": "text", "actionsRequired": "text"},
    "privateEndpoint": REFERENCE,
    "groupIds": ["text"],
}
#: What Resource Manager itself reads of every resource.
ENVELOPE: t.Mapping[str, Shape] = {
    **dict.fromkeys(("id", "name", "type", "location", "kind", "etag", "managedBy"), "text"),
    "tags": "object",
    "sku": {"name": "text", "tier": "text"},
    "identity": {"type": "text", "userAssignedIdentities": "object"},
    "properties": "object",
}


def refuse_misshapen(body: JSON, properties: Shape, *, whole: bool = True) -> None:
    """Raise 400 for a body whose envelope or properties are not of their shape.

    ``whole``: what must be there is asked for, as of a PUT. The code is Resource Manager's; how each provider words it is unverified.
    """
    given = {**body, "properties": body.get("properties") or {}} if whole and isinstance(properties, dict) else body
    for where, wanted in misfits(given, {**ENVELOPE, "properties": properties}, whole=whole):
        raise ArmError(
            400,
            "InvalidRequestContent",
            f"The request content was invalid and could not be deserialized: 'Error converting value at path '{where}': "
            f"{wanted} is expected.'.",
        )


def misfits(value: t.Any, shape: Shape, where: str = "", *, whole: bool = True) -> t.Iterator[tuple[str, str]]:
    """Each place that does not fit, and what is expected there. A null fits everywhere but in a list."""
    if isinstance(shape, str):
        fits = isinstance(value, _KINDS[shape]) and (shape == "flag" or not isinstance(value, bool))
        if not fits:
            yield where, f"a {shape}"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield where, "a list"
            return
        for number, item in enumerate(value):
            yield from misfits(item, shape[0], f"{where}[{number}]", whole=whole)
    elif not isinstance(value, dict):
        yield where, "an object"
    else:
        for name, inner in shape.items():
            key = name.removesuffix("!")
            place = f"{where}.{key}".lstrip(".")
            if value.get(key) is not None:
                yield from misfits(value[key], inner, place, whole=whole)
            elif name != key and whole:
                yield place, "a value"

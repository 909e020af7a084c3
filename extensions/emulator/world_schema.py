"""What a world file may hold: one table of keys and kinds, and the check that goes by it."""

from __future__ import annotations

import ipaddress
import re
import typing as t

JSON = dict[str, t.Any]
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Keys(dict[str, t.Any]):
    """A mapping of a world file: its keys, each with the kind of its value. A key that ends with ``!`` is required."""


class Many(t.NamedTuple):
    """A list; ``of`` is the kind of its entries. ``names`` lets an entry be a mere name in place of a mapping."""

    of: t.Any
    names: bool = False


def _prefix(value: t.Any) -> bool:
    try:
        ipaddress.ip_network(str(value), strict=True)
    except ValueError:
        return False
    return "/" in str(value)


def _address(value: t.Any) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True


#: The kinds of single values: a test, and what is wanted, as text.
KINDS: dict[str, tuple[t.Callable[[t.Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "text"),
    "number": (
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0,
        "a number",
    ),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "guid": (lambda value: bool(_GUID.fullmatch(str(value))), "a GUID"),
    "id": (lambda value: isinstance(value, str) and value.startswith("/"), "the id of a resource or scope"),
    "prefix": (_prefix, "an address range such as 10.1.0.0/16, without host bits"),
    "address": (_address, "an IP address"),
    "mapping": (lambda value: isinstance(value, dict), "a mapping"),
}

#: Of everything that stands in a resource group.
PLACED = {"name!": "text", "resource_group!": "text", "subscription_id": "guid"}
#: Values of ``publicNetworkAccess`` and the like.
ACCESS = ("Enabled", "Disabled")


def problems(value: t.Any, kind: t.Any, place: str = "") -> t.Iterator[str]:
    """What is wrong in a world, each with its place, such as ``virtual_networks[0].subnets[1].name: is required``.

    A value that is null or an empty text counts as not given.
    """
    if isinstance(kind, Keys):
        yield from _of_mapping(value, kind, place)
    elif isinstance(kind, Many):
        if not isinstance(value, list):
            yield f"{place}: must be a list, not {value!r}"
            return
        for position, entry in enumerate(value):
            if not (kind.names and isinstance(entry, (str, int)) and entry):
                yield from problems(entry, kind.of, f"{place}[{position}]")
    elif isinstance(kind, tuple):
        if value not in kind:
            yield f"{place}: must be one of {', '.join(kind)}, not {value!r}"
    elif not KINDS[kind][0](value):
        yield f"{place}: must be {KINDS[kind][1]}, not {value!r}"


def _of_mapping(value: t.Any, kind: Keys, place: str) -> t.Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place or 'the world'}: must be a mapping, not {value!r}"
        return
    known = {key.removesuffix("!"): (of, key.endswith("!")) for key, of in kind.items()}
    here = f"{place}." if place else ""
    for key in value:
        if key not in known:
            yield f"{here}{key}: unknown key; known are {', '.join(known)}"
    for key, (of, required) in known.items():
        if value.get(key) not in (None, ""):
            yield from problems(value[key], of, f"{here}{key}")
        elif required:
            yield f"{here}{key}: is required"

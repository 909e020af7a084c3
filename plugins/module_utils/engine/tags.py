"""Tags: what Azure takes for one, when two are the same, and what it silently forgets.

The limits are those of https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations.
"""

from __future__ import annotations

import re
import typing as t
from functools import partial

from .spec import Option

MOST = 50
# Zones, links and records of private DNS.
MOST_OF_DNS = 15
LONGEST_NAME, LONGEST_VALUE = 512, 256
_RESERVED = re.compile(r"[<>%&\\?/\x00-\x1f\x7f]")
# Azure's own words when it refuses a reserved character exempt these (error InvalidTagNameCharacters).
_EXEMPT = ("hidden", "link")
# Private DNS answers with success and leaves such tags out, so that they would be missing after every run:
# Azure/azure-rest-api-specs#11748 (colon), Azure/azure-resource-manager-schemas#3367 (space); the rest as documented.
_FORGOTTEN_BY_DNS = re.compile(r"[\s:()]|^[0-9]|[^\x00-\x7f]")


def tags(to: str = "") -> Option:
    """The row of a resource's tags."""
    return Option(type="dict", to=to, fold=folded, judge=unacceptable)


def dns_tags(to: str, own: int) -> Option:
    """The row of the tags of zones and links, to which a module adds ``own`` ones."""
    return Option(type="dict", to=to, fold=folded, judge=partial(unacceptable_to_dns, own=own))


def texts(given: t.Mapping[t.Any, t.Any] | None) -> dict[str, str]:
    """Tags as Azure keeps them: names and values are text, and no value is an empty one."""
    return {str(name): "" if value is None else str(value) for name, value in (given or {}).items()}


def folded(given: t.Any) -> dict[str, str]:
    """Tags as they are compared: the case of names does not count, that of values does; no tags are an empty object."""
    return {name.lower(): value for name, value in texts(given).items()}


def laid_over(current: t.Mapping[str, t.Any] | None, given: t.Mapping[t.Any, t.Any] | None) -> dict[str, str]:
    """The tags that are there with the given ones laid over them. A name that is there keeps its spelling."""
    spelled = {name.lower(): name for name in texts(current)}
    return {
        **texts(current),
        **{spelled.get(name.lower(), name): value for name, value in texts(given).items()},
    }


def carries(there: t.Mapping[str, t.Any] | None, marks: t.Mapping[t.Any, t.Any] | None) -> bool:
    """Whether all of ``marks`` are among the tags that are there."""
    return folded(marks).items() <= folded(there).items()


def unacceptable(given: t.Mapping[t.Any, t.Any], most: int = MOST) -> list[str]:
    """What Azure would refuse about tags, a phrase each."""
    found = [] if len(given) <= most else [f"has {len(given)} tags, Azure keeps at most {most} of them"]
    names = [str(name).lower() for name in given]
    found += [f"names {name} twice; case does not count" for name in sorted(set(names)) if names.count(name) > 1]
    for name, value in ((str(name), value) for name, value in given.items()):
        if not 1 <= len(name) <= LONGEST_NAME:
            found.append(f"has a name of {len(name)} characters ({name[:40]}), Azure takes 1 to {LONGEST_NAME}")
        if _RESERVED.search(name) and not name.lower().startswith(_EXEMPT):
            found.append(f"has the name {name!r}, and none may contain < > % & \\ ? / or control characters")
        if isinstance(value, (dict, list)):
            found.append(f"has no text as the value of {name}")
        elif len(str(value)) > LONGEST_VALUE:
            found.append(f"has {len(str(value))} characters as the value of {name}, Azure takes {LONGEST_VALUE}")
    return found


def unacceptable_to_dns(given: t.Mapping[t.Any, t.Any], own: int) -> list[str]:
    """What private DNS would refuse about tags or leave out without a word, when ``own`` of ours come to them."""
    return [
        *unacceptable(given, MOST_OF_DNS - own),
        *(
            f"has the name {name!r}: private DNS leaves out, without an error, names with spaces, colons, parentheses or "
            "letters beyond ASCII, and those that begin with a digit"
            for name in map(str, given)
            if _FORGOTTEN_BY_DNS.search(name)
        ),
    ]

"""Which permission a request needs, and what a wildcard covers.

Source: Microsoft Learn "Understand Azure role definitions" (``{company}.{provider}/{resourceType}/{action}``,
wildcards, ``notActions``).
"""

from __future__ import annotations

import functools
import re

_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_SUBSCRIPTION_TYPES = {
    "resourcegroups": "resourceGroups",
    "resources": "resources",
    "providers": "providers",
    "locations": "locations",
    "operationresults": "operationresults",
}


def action_of(method: str, path: str) -> str:
    """The action that a request stands for: ``PUT`` of a vault is ``Microsoft.RecoveryServices/vaults/write``.

    A ``POST`` is named by the last segment: ``Microsoft.Storage/storageAccounts/listKeys/action``.
    """
    parts = path.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    if "providers" not in lowered or lowered[-1] == "providers":
        return f"{_management_type(lowered)}/{_VERBS.get(method, 'action')}"
    tail = parts[len(lowered) - lowered[::-1].index("providers") :]
    if method in _VERBS:
        if len(tail) == 1:
            return f"Microsoft.Resources/subscriptions/providers/{_VERBS[method]}"
        return "/".join([tail[0], *tail[1::2], _VERBS[method]])
    return "/".join([tail[0], *tail[1:-1:2], tail[-1], "action"])


def scope_of(path: str) -> str:
    """The scope a request is checked on: the resource itself, or for a list what it is a list of."""
    parts = path.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    if "providers" not in lowered:
        return "/" + "/".join(parts[: len(parts) - len(parts) % 2])
    start = len(lowered) - 1 - lowered[::-1].index("providers")
    tail = parts[start + 2 :]
    if len(tail) <= 1:
        return "/" + "/".join(parts[:start])
    return "/" + "/".join(parts[: len(parts) - len(tail) % 2])


def covers(pattern: str, action: str) -> bool:
    """Whether an action pattern, whose ``*`` spans segments, names the action. Case does not matter."""
    return _expression(pattern).fullmatch(action) is not None


def listed(scope: str, own: str, condition: str) -> bool:
    """Whether a list at ``scope`` shows what belongs to ``own``: at, above and, unless ``atScope()`` is asked, below."""
    return within(scope, own) or ("atscope()" not in condition.lower() and within(own, scope))


def within(scope: str, ancestor: str) -> bool:
    """Whether ``scope`` is ``ancestor`` or lies below it. Management groups stand above every subscription."""
    inner, outer = scope.strip("/").lower(), ancestor.strip("/").lower()
    if outer in ("", inner) or inner.startswith(outer + "/"):
        return True
    return outer.startswith("providers/microsoft.management/managementgroups/") and inner.startswith("subscriptions")


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE)


def _management_type(lowered: list[str]) -> str:
    names = [_SUBSCRIPTION_TYPES.get(part, part) for part in lowered[::2][1:]]
    return "/".join(["Microsoft.Resources", lowered[0], *names])

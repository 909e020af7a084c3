"""Azure resource ids, regions and deterministic names."""

from __future__ import annotations

import hashlib
import re
import typing as t
import uuid
from dataclasses import dataclass

from .errors import InputError

GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)

# Names of the assignments this collection makes; changing it would orphan every assignment made before.
ASSIGNMENT_NAMESPACE = uuid.UUID("6b0f6b0e-5c5f-5d0e-9b57-0f7d3a1c9d42")

_NETWORK_NAME = (
    r"[A-Za-z0-9]([\w.-]{0,78}\w)?",
    "1 to 80 letters, digits, underscores, periods and hyphens, beginning with a letter or digit and not ending with a "
    "period or hyphen",
)
#: How resources we create may be called: a pattern and its words. Microsoft's list of naming rules allows an endpoint 64
#: characters, the network provider's own refusal (InvalidResourceName) speaks of 80.
#: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
NAMES = {
    "Microsoft.RecoveryServices/vaults": (
        r"[A-Za-z][A-Za-z0-9-]{1,49}",
        "2 to 50 letters, digits and hyphens, beginning with a letter",
    ),
    "Microsoft.Network/privateEndpoints": _NETWORK_NAME,
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": _NETWORK_NAME,
}
_ANY_NAME = (r"[^\s/]([^/]*[^\s/])?", "no slash, and no space at either end")


# What is of these types, or below one, is always in a resource group.
IN_GROUPS = frozenset(
    {
        "microsoft.classicstorage/storageaccounts",
        "microsoft.compute/disks",
        "microsoft.compute/virtualmachines",
        "microsoft.dataprotection/backupvaults",
        "microsoft.keyvault/vaults",
        "microsoft.managedidentity/userassignedidentities",
        "microsoft.migrate/assessmentprojects",
        "microsoft.migrate/migrateprojects",
        "microsoft.network/networkinterfaces",
        "microsoft.network/privatednszones",
        "microsoft.network/privateendpoints",
        "microsoft.network/virtualnetworks",
        "microsoft.offazure/mastersites",
        "microsoft.recoveryservices/vaults",
        "microsoft.storage/storageaccounts",
    }
)


@dataclass(frozen=True)
class ResourceId:
    """A parsed ARM id. ``kind`` is the full type as written, ``names`` the names along it."""

    subscription_id: str
    resource_group: str
    kind: str
    names: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1] if self.names else self.resource_group or self.subscription_id

    @property
    def type(self) -> str:
        """The full type in lower case, ``microsoft.network/virtualnetworks/subnets``."""
        return self.kind.lower()

    @property
    def group_id(self) -> str:
        """The id of the resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    def ancestor(self, levels: int = 1) -> str:
        """The id ``levels`` type/name pairs up, within the same provider."""
        return "/".join(self.text.split("/")[: -2 * levels])


def parse_id(text: str, expected: str = "", *, option: str = "id") -> ResourceId:
    """Parse an id. ``expected`` is a type the id must have (``Microsoft.Network/virtualNetworks/subnets``).

    Raises :class:`InputError` naming ``option`` when the text is no id, one of another type, or one without the resource
    group that its type always has.
    """
    cleaned = "/" + (text or "").strip().strip("/")
    parts = cleaned[1:].split("/")
    if any(not part or part.strip() != part or re.search(r"[\s?#<>\\]", part) for part in parts) or len(parts) % 2:
        raise _malformed(text, expected, option)
    keys = [part.lower() for part in parts]
    if keys[0] != "subscriptions" or not GUID.match(parts[1]):
        raise _malformed(text, expected, option)
    group = parts[3] if len(parts) > 3 and keys[2] == "resourcegroups" else ""
    start = _provider(keys)
    if start < 0:
        found = ResourceId(parts[1], group, "", (), cleaned)
    else:
        tail = parts[start + 1 :]
        if len(tail) == 1 and start == 2:
            # A registration of a resource provider: its name is all there is.
            tail = ["Microsoft.Resources", "providers", tail[0]]
        if len(tail) < 3 or len(tail) % 2 == 0:
            raise _malformed(text, expected, option)
        found = ResourceId(parts[1], group, "/".join([tail[0], *tail[1::2]]), tuple(tail[2::2]), cleaned)
    if expected and found.type != expected.lower():
        raise InputError(
            f"{option} must be the id of a {expected}, got one of {found.kind or 'a resource group'}: {text}"
        )
    if not group and "/".join(found.type.split("/")[:2]) in IN_GROUPS:
        raise _malformed(text, expected or found.kind, option)
    return found


@dataclass(frozen=True)
class Collection:
    """A parsed collection path: everything of one type in a resource, a resource group or a subscription."""

    subscription_id: str
    resource_group: str
    type: str
    names: tuple[str, ...]


def parse_collection(path: str) -> Collection:
    """Parse ``{scope}/providers/{provider}/{type}[/{name}/{child type}]``; ``type`` comes back in lower case."""
    parts = path.strip("/").split("/")
    keys = [part.lower() for part in parts]
    start = _provider(keys)
    if start < 0 or keys[0] != "subscriptions":
        return Collection(parts[1] if len(parts) > 1 else "", "", "", ())
    tail = parts[start + 1 :]
    group = parts[3] if start > 3 and keys[2] == "resourcegroups" else ""
    return Collection(parts[1], group, "/".join([tail[0], *tail[1::2]]).lower(), tuple(tail[2::2]))


def _provider(keys: list[str]) -> int:
    """Where the last provider begins, -1 without one. Names stand at odd places, so one may be called ``providers``."""
    return max((place for place in range(0, len(keys), 2) if keys[place] == "providers"), default=-1)


def _malformed(text: str, expected: str, option: str) -> InputError:
    what = f"the id of a {expected}" if expected else "an Azure resource id"
    return InputError(
        f"{option} is not {what}: {text!r}.",
        remedy="An id looks like /subscriptions/<guid>/resourceGroups/<name>/providers/<provider>/<type>/<name>.",
    )


def group_id(subscription_id: str, resource_group: str) -> str:
    """The id of a resource group. Raises :class:`InputError` for a name Azure would refuse."""
    if not re.match(r"^[-\w.()]{1,90}$", resource_group) or resource_group.endswith("."):
        raise InputError(f"resource_group {resource_group!r} is not a valid resource group name.")
    if not GUID.match(subscription_id or ""):
        raise InputError(f"subscription_id must be a GUID, got {subscription_id!r}.")
    return f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}"


def build_id(subscription_id: str, resource_group: str, kind: str, *names: str) -> str:
    """The id of a resource from its parts; ``kind`` is the full type. Raises :class:`InputError` for a name that cannot be."""
    provider, *types = kind.split("/")
    for name in names:
        refuse_name(kind, name)
    pairs = "/".join(f"{segment}/{name}" for segment, name in zip(types, names, strict=True))
    return f"{group_id(subscription_id, resource_group)}/providers/{provider}/{pairs}"


def refuse_name(kind: str, name: str) -> None:
    """Raise :class:`InputError` when Azure would refuse a resource of this type for its name."""
    pattern, words = NAMES.get(kind, _ANY_NAME)
    if not re.fullmatch(pattern, name or "", re.ASCII):
        raise InputError(f"{name!r} is not a valid name for a {kind}: {words}.")


def same_id(first: str | None, second: str | None) -> bool:
    """Whether two ids name the same resource; Azure's casing of ids is not stable."""
    return fold_id(first) == fold_id(second)


def fold_id(text: str | None) -> str:
    """An id as a dictionary key."""
    return (text or "").strip().rstrip("/").lower()


def trailing_guid(text: str) -> str:
    """The last segment in lower case: what identifies a role definition whatever scope its id was read at."""
    return text.rstrip("/").rsplit("/", 1)[-1].lower()


def region(name: str | None) -> str:
    """A region as Azure writes it back: ``West Europe`` is ``westeurope``, ``US Gov Virginia`` ``usgovvirginia``."""
    return re.sub(r"[\s()_-]", "", name or "").lower()


def with_digest(name: str, resource_id: str) -> str:
    """A name followed by eight digits that follow from an id, for names that may repeat elsewhere."""
    return f"{name}-{hashlib.sha256(fold_id(resource_id).encode()).hexdigest()[:8]}"


def assignment_name(scope: str, principal_id: str, role: str, attempt: int = 0) -> str:
    """The deterministic GUID of a role assignment: the same three always give the same name.

    Later attempts give other names, for when Azure does not take the first.
    """
    key = "|".join((fold_id(scope), principal_id.lower(), trailing_guid(role), *([str(attempt)] if attempt else [])))
    return str(uuid.uuid5(ASSIGNMENT_NAMESPACE, key))


def unique_ids(ids: t.Iterable[str]) -> list[str]:
    """Ids without repetition, in order, compared as Azure compares them."""
    seen: dict[str, str] = {}
    for text in ids:
        seen.setdefault(fold_id(text), text)
    return list(seen.values())

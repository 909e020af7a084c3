"""Which experience of Backup a vault's endpoints are of: the two do not go together on one vault, and only v1 can be left."""

from __future__ import annotations

import typing as t

from ...errors import AzureError, Forbidden
from ...ids import parse_id
from ...resources.classic_endpoints import (
    CLASSIC,
    EXPERIENCE_TAG,
    LEAVING,
    is_storage_endpoint,
    publishes_storage,
)
from ...resources.endpoint_connections import endpoint_of, of_group
from ...resources.vaults import connections
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from ..marks import noted_experience

KEEP_OPEN = (
    "First, while these endpoints are there, set the vault's tag {} to true (privatelink.recovery.vault, tags): by it a vault "
    "in use may be given endpoints again. "
)
GO_OVER = (
    "The playbook privatelink.recovery.backup_to_v2 does all of it in order and goes on where it was interrupted; to keep what "
    "there is, set "
    f"sequence.variant: {CLASSIC}."
)


class Seen(t.NamedTuple):
    """What a vault's endpoints show: those that a classic vault's identity made, those of the current experience, and the groups
    of endpoints that may not be read. ``noted`` is what the vault's tag says, and only while it has endpoints for Backup.
    """

    classic: list[str]
    current: list[str]
    unread: list[str]
    noted: str


def seen(inspection: Inspection, *, names: bool = False) -> Seen:
    """Look at the endpoints of the vault. ``names``: also at what each of them publishes, a request or two for each."""
    attached = [item for item in connections(inspection.vault) if endpoint_of(item).count("/") > 6]
    own = [endpoint_of(item) for item in attached]
    children: list[str] = []
    unread: list[str] = []
    for group in sorted({parse_id(text).group_id for text in own}):
        try:
            items = inspection.endpoints_in(group)
        except Forbidden:
            unread.append(group)
            continue
        children += [item["id"] for item in items if is_storage_endpoint(str(item.get("name") or ""))]
    mine = [child for child in children if any(child.lower().startswith(f"{name.lower()}_") for name in own)]
    backup = [endpoint_of(item) for item in attached if of_group(item, inspection.desired.sub_resource)]
    current = [one for one in backup if names and _publishes_storage(inspection, one)]
    return Seen(mine, current, unread, noted_experience(inspection) if backup else "")


def experience(inspection: Inspection) -> t.Iterator[Gate]:
    """A vault with classic (v1) endpoints takes no v2 endpoint until all of those are deleted, and there is no way back.

    https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-concept. Who then sees a vault in use and without
    endpoints cannot know that it had some: the tag that says so must be set while they are there.
    """
    subject, classic = inspection.desired.vault_id, inspection.desired.classic
    go_over = GO_OVER if inspection.desired.sequence.classic else ""
    found = seen(inspection, names=classic)
    if found.noted == LEAVING:
        yield refused(
            "experience", subject,
            f"{subject} is on its way from classic (v1) endpoints to v2 ones: its tag {EXPERIENCE_TAG} is {LEAVING}.",
            "Run the playbook privatelink.recovery.backup_to_v2 to its end; it goes on where it stopped.",
        )  # fmt: skip
    elif classic:
        yield _of_classic(subject, found)
    elif found.classic:
        yield refused(
            "experience", subject,
            f"The vault has classic (v1) private endpoints, seen by {found.classic[0]}; v2 endpoints cannot be added beside them.",
            f"{'' if inspection.marked else KEEP_OPEN.format(inspection.mark)}Delete all classic endpoints of the vault, then run again; "
            f"servers must register again. {go_over}".rstrip(), found.classic,
        )  # fmt: skip
    elif found.noted == CLASSIC:
        yield refused(
            "experience", subject,
            f"{subject} was set up with classic (v1) private endpoints, says its tag {EXPERIENCE_TAG}; v2 endpoints cannot be added "
            "beside them.", go_over or "Delete them, or use another vault (sequence.vault.name).",
        )  # fmt: skip
    elif found.unread:
        # Nothing is lost by it: Azure refuses or fails the endpoint, and the vault may have others.
        yield warning(
            "experience", subject,
            f"The vault has endpoints in {', '.join(found.unread)}, where none may be read: whether they are classic (v1) is not known.",
            "Ask their owner: v2 endpoints cannot be added beside classic ones.",
        )  # fmt: skip
    else:
        yield ok("experience", subject, "No classic (v1) endpoints are in the way.")


def _of_classic(subject: str, found: Seen) -> Gate:
    if found.current:
        return refused(
            "experience", subject,
            f"{found.current[0]} publishes names of storage itself: the endpoints of this vault are v2 ones, and classic (v1) ones "
            "cannot be added beside them.", "Set sequence.variant: v2. Azure offers no way back to the classic experience.", found.current,
        )  # fmt: skip
    if found.noted not in ("", CLASSIC):
        return refused(
            "experience", subject,
            f"{subject} was set up with v2 private endpoints, says its tag {EXPERIENCE_TAG}; classic (v1) ones cannot be added beside "
            "them.", "Set sequence.variant: v2. Azure offers no way back to the classic experience.",
        )  # fmt: skip
    if found.classic or found.noted:
        return ok("experience", subject, "The endpoints of this vault are classic (v1) ones.", *found.classic)
    return ok(
        "experience", subject, "No v2 endpoints are in the way. Azure shows which kind an endpoint is once a server is registered."
    )  # fmt: skip


def _publishes_storage(inspection: Inspection, endpoint_id: str) -> bool:
    """Whether an endpoint is seen to be of the current experience; one that may not be read is not."""
    try:
        return publishes_storage(inspection.names(endpoint_id))
    except AzureError:
        return False

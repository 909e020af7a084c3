"""What is asked before a vault leaves its classic (v1) endpoints for v2 ones: what goes, whether it may, and who is cut off."""

from __future__ import annotations

import typing as t

from ...ids import parse_id
from ...resources.classic_endpoints import CLASSIC, EXPERIENCE_TAG
from ...resources.endpoint_names import ENDPOINT_TYPE
from ...resources.roles import ASSIGNMENT_TYPE, DEFINITION_TYPE, actions
from ...resources.vault_contents import contents, listed
from ...resources.vaults import TYPE as VAULT
from ..gate import Gate, ok, refused, warning
from ..grants import custom_roles, grants_of
from ..inspection import Inspection
from ..switch import Leaving, leaving
from .permissions import Needed, missing_permissions


def what_goes(inspection: Inspection) -> t.Iterator[Gate]:
    """The endpoints of the vault are known to be classic ones: nothing of which that is not certain is deleted."""
    subject, found = inspection.desired.vault_id, leaving(inspection)
    if inspection.vault is None:
        yield refused(
            "experience", subject, f"{subject} does not exist.", "Run the playbook backup: a new vault begins with v2."
        )
    elif found.unclear:
        yield refused(
            "experience", subject,
            f"Nothing shows yet whether the endpoints of {subject} are classic ones: {', '.join(found.unclear)}.",
            f"If you know that they are, set the vault's tag {EXPERIENCE_TAG} to {CLASSIC} (privatelink.recovery.vault, tags).",
            found.unclear,
        )  # fmt: skip
    elif found.rows or found.connections:
        count = len(found.rows)
        yield ok(
            "experience",
            subject,
            f"{count} classic endpoints go, with the storage endpoints beside them.",
            *_ids(found),
        )
    else:
        yield ok("experience", subject, "The vault has no classic endpoints (any more).")


def ours_or_named(inspection: Inspection) -> t.Iterator[Gate]:
    """An endpoint that was not made here is deleted only when it is named."""
    subject = inspection.desired.vault_id
    named = {one.lower() for one in inspection.desired.removable_endpoints}
    foreign = [row["id"] for row in leaving(inspection).rows if not row["ours"] and row["id"].lower() not in named]
    if foreign:
        yield refused(
            "ownership", subject, f"Not made here, and to be deleted: {', '.join(foreign)}.",
            "Where that is meant, name their ids in sequence.removable_endpoints; else use another vault.", foreign,
        )  # fmt: skip
    else:
        yield ok("ownership", subject, "Every endpoint that goes was made here, or is named.")


def permissions(inspection: Inspection) -> t.Iterator[Gate]:
    """The signed-in identity may do all of it: rejecting a connection, an early step, is final."""
    needed, found = Needed(), leaving(inspection)
    needed.want(inspection.desired.vault_id, *actions(VAULT, "write"))
    for row in found.rows:
        needed.want(inspection.desired.vault_id, *inspection.desired.sequence.target.on_connections("write", "delete"))
        needed.want(parse_id(row["id"]).group_id, *actions(ENDPOINT_TYPE, "read", "delete"))
    for grant in grants_of(inspection.desired) if found.rows else ():
        needed.want(grant.scope, *actions(ASSIGNMENT_TYPE, "delete"))
    for role, scopes in custom_roles(inspection.desired) if found.rows else ():
        if inspection.role_definition(scopes[0], role.name):
            needed.want(scopes[0], *actions(DEFINITION_TYPE, "delete"))
    yield from missing_permissions(inspection, needed)


def locks(inspection: Inspection) -> t.Iterator[Gate]:
    """Nothing that goes is locked, nor the vault."""
    subject, found = inspection.desired.vault_id, leaving(inspection)
    locked = [
        (one, lock)
        for one in ([subject, *_ids(found)] if found.rows else ())
        for lock in inspection.locks(parse_id(one).group_id)
        if lock.covers(one)
    ]
    for one, lock in locked:
        yield refused(
            "locks", one, f"{one} cannot be removed or changed: {lock.scope} has the lock {lock.name}.",
            "Have the lock removed by its owner, then run again.", [lock.scope],
        )  # fmt: skip
    if not locked:
        yield ok("locks", subject, "No lock stands in the way.")


def register_again(inspection: Inspection) -> t.Iterator[Gate]:
    """Who is registered through what goes has to register again; protection need not be stopped."""
    subject = inspection.desired.vault_id
    users = contents(inspection.azure, subject) if inspection.vault is not None else []
    if users and leaving(inspection).rows:
        yield warning(
            "register_again", subject, f"The vault serves {listed(users, 20)}; none of them reaches it until v2 endpoints are there.",
            "Announce the window, and have them register again afterwards; protection need not be stopped.",
        )  # fmt: skip
    else:
        yield ok("register_again", subject, "Nobody is cut off.")


def _ids(found: Leaving) -> list[str]:
    return [one["id"] for row in found.rows for one in (*row["storage"], row)]

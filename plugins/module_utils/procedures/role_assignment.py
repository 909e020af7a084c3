"""Role assignments: made once whatever they are called, and waited for until they count."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..engine.runner import Task
from ..engine.work import Work
from ..errors import AzureError, Conflict, InputError, NotFound
from ..ids import GUID, assignment_name, fold_id, parse_id, trailing_guid
from ..resources.roles import (
    API_VERSION,
    ASSIGNMENT_TYPE,
    UNKNOWN_ROLE,
    assignments_at,
    definition_id,
    definition_name,
    find_definition,
    granted,
    matching,
    missing_actions,
    role_to_come,
    stated_guid,
)
from ..wire import JSON, get_path

Question = tuple[str, str, str]

# azure-cli (command_modules/role/custom.py) knows a principal that has not spread yet by these words.
NOT_SPREAD = " does not exist in the directory "
# In check mode: the identity of what an earlier task would have made. Nobody has this id.
NOT_YET = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Wanted:
    """One assignment asked for. ``existing`` is the one that already says the same, whatever its name."""

    scope: str
    role: str
    guid: str
    principal_id: str
    principal_type: str
    description: str
    existing: JSON | None

    @property
    def id(self) -> str:
        """The id of the assignment that exists, or of the one that would be made."""
        if self.existing:
            return str(self.existing["id"])
        return self.own_ids[0]

    @property
    def own_ids(self) -> list[str]:
        """The ids that this module gives, the second when Azure does not take the first."""
        names = [assignment_name(self.scope, self.principal_id, self.guid, attempt) for attempt in range(2)]
        return [f"{self.scope}/providers/{ASSIGNMENT_TYPE}/{name}" for name in names]

    @property
    def made_here(self) -> bool:
        """Whether the assignment that exists has a name this module gives."""
        names = [trailing_guid(own) for own in self.own_ids]
        return self.existing is not None and trailing_guid(self.id) in names

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two assignments the same."""
        return fold_id(self.scope), self.principal_id.lower(), self.guid

    @property
    def words(self) -> str:
        """The assignment in a message."""
        return f"{self.role} to {self.principal_id} at {self.scope}"

    def shown(self) -> JSON:
        """The assignment in a difference and in a result."""
        principal = "known once the identity exists" if self.principal_id == NOT_YET else self.principal_id
        return {"scope": self.scope, "role": self.role, "principal_id": principal}

    def body(self) -> JSON:
        """What is sent. With ``principalType`` the service does not look a young identity up first.

        https://learn.microsoft.com/azure/role-based-access-control/troubleshooting (PrincipalNotFound)
        """
        properties = {
            "roleDefinitionId": definition_id(self.scope, self.guid),
            "principalId": self.principal_id,
            "principalType": self.principal_type,
        }
        return {"properties": {**properties, **({"description": self.description} if self.description else {})}}


def manage_role_assignments(task: Task) -> JSON:
    """Serve the ``role_assignment`` module."""
    principal = task.options.get("principal_id") or (NOT_YET if task.check_mode else "")
    rows = [
        _checked({**row, "principal_id": row.get("principal_id") or principal}) for row in task.options["assignments"]
    ]
    wanted = _unique(_look_up(task, rows))
    if task.options["state"] == "absent":
        return _remove(task, wanted)
    missing = [item for item in wanted if item.existing is None]
    effective: dict[tuple[str, str, str], str] = {}
    if missing and not task.check_mode:
        work = Work()
        answers = work.do((f"assign {item.words}", partial(_assign, task, item)) for item in missing)
        made = dict(zip((item.key for item in missing), answers))
        wanted = [item if item.existing else _with(item, made[item.key]) for item in wanted]
        if task.options["wait_effective"]:
            effective = work.attempt(lambda: _wait_effective(task, missing))
    return _result(wanted, {item.key for item in missing}, effective)


def is_not_spread(error: AzureError) -> bool:
    """Whether the directory does not know the principal yet; status and code of this refusal vary."""
    return error.code.lower() == "principalnotfound" or NOT_SPREAD in error.answer


def _checked(row: t.Mapping[str, t.Any]) -> JSON:
    scope = parse_id(row["scope"], option="assignments: scope").text
    if not GUID.match(row["principal_id"]):
        raise InputError(
            f"assignments: principal_id {row['principal_id']!r} is not an object id.",
            remedy="Give the object (principal) id of the identity, not its name.",
        )
    return {**row, "scope": scope, "guid": stated_guid(row["role"])}


def _look_up(task: Task, rows: list[JSON]) -> list[Wanted]:
    """What is wanted, with what is there: assignments and custom roles are asked for once each, several at once."""
    questions: dict[Question, t.Callable[[], t.Any]] = {}
    for row in rows:
        place, role = _questions(row)
        if row["principal_id"] != NOT_YET:
            questions.setdefault(place, partial(assignments_at, task.azure, row["scope"], row["principal_id"]))
        if not row["guid"]:
            questions.setdefault(role, partial(find_definition, task.azure, row["scope"], row["role"].strip()))
    asked = dict(zip(questions, task.azure.ahead(questions.values())))
    guids: dict[Question, str] = {}
    wanted = []
    for row in rows:
        place, role = _questions(row)
        existing = [] if row["principal_id"] == NOT_YET else asked[place]()
        if role not in guids:
            guids[role] = row["guid"] or _custom_guid(task, row["scope"], row["role"].strip(), asked[role])
        wanted.append(
            Wanted(
                row["scope"],
                row["role"],
                guids[role],
                row["principal_id"],
                row["principal_type"],
                row.get("description") or "",
                matching(existing, row["principal_id"], guids[role]),
            )
        )
    return wanted


def _questions(row: JSON) -> tuple[Question, Question]:
    """Which assignments and which role a row is about."""
    scope = fold_id(row["scope"])
    return ("assignments", scope, row["principal_id"].lower()), ("role", scope, row["role"].lower())


def _custom_guid(task: Task, scope: str, role: str, find: t.Callable[[], JSON | None]) -> str:
    """The GUID of a custom role; the one this collection gives when the role is not there.

    In check mode the role may be one that an earlier task would have made, and a role or a scope that is gone has no
    assignment to take back: a role that is assigned cannot be deleted
    (https://learn.microsoft.com/azure/role-based-access-control/custom-roles).
    """
    taking_back = task.options["state"] == "absent"
    try:
        found = find()
    except NotFound:
        if not (task.check_mode or taking_back):
            raise
        found = None
    if found is not None:
        return str(found["name"]).lower()
    if not (task.check_mode or taking_back):
        raise InputError(f"No role named {role!r} is known at {scope}.", remedy=UNKNOWN_ROLE)
    if not taking_back:
        task.warn(role_to_come(scope, role))
    return definition_name(f"/subscriptions/{parse_id(scope).subscription_id}", role)


def _unique(wanted: t.Iterable[Wanted]) -> list[Wanted]:
    return list({item.key: item for item in wanted}.values())


def _with(item: Wanted, existing: JSON) -> Wanted:
    return Wanted(item.scope, item.role, item.guid, item.principal_id, item.principal_type, item.description, existing)


def _assign(task: Task, item: Wanted) -> JSON:
    """Make one assignment, waiting for the directory to know the principal."""

    def put() -> JSON:
        first, second = item.own_ids
        # The answer is the assignment: Azure makes it at once, and there is no operation to follow.
        try:
            return t.cast(JSON, task.azure.put(first, API_VERSION, item.body(), wait=False))
        except AzureError as error:
            # "Please use a new Guid", says Azure now and then of any name, and goes on saying so: Azure/azure-cli#23770.
            if error.code.lower() != "hashconflictondifferentroleassignmentids":
                raise
            return t.cast(JSON, task.azure.put(second, API_VERSION, item.body(), wait=False))

    def attempt() -> JSON | None:
        try:
            return put()
        except Conflict as error:
            if error.code.lower() != "roleassignmentexists":
                raise
            # Someone else made it under another name since it was looked up.
            other = matching(assignments_at(task.azure, item.scope, item.principal_id), item.principal_id, item.guid)
            if other is None:
                raise
            return other
        except AzureError as error:
            if not is_not_spread(error):
                raise
            return None

    what = f"the directory to know principal {item.principal_id}"
    return t.cast(JSON, task.azure.until(what, attempt, first=5.0))


def _wait_effective(task: Task, made: t.Sequence[Wanted]) -> dict[tuple[str, str, str], str]:
    """Wait for what was made in this run; say for each how sure it is."""
    own = task.connection.object_id().lower()
    made_at = task.azure.now()
    sure: dict[tuple[str, str, str], str] = {}
    others = [item for item in made if item.principal_id.lower() != own]
    for item in made:
        if item.principal_id.lower() == own:
            _prove(task, item)
            sure[item.key] = "proven"
    seconds = float(task.options["settle_seconds"])
    if others and seconds > 0:
        task.azure.until(
            f"{len(others)} new role assignments to spread",
            lambda: task.azure.now() - made_at >= seconds,
            timeout=seconds + 30.0,
            first=min(10.0, seconds),
        )
    sure.update({item.key: "settled" for item in others})
    return sure


def _prove(task: Task, item: Wanted) -> None:
    rows = get_path(task.azure.get(definition_id(item.scope, item.guid), API_VERSION), "properties.permissions") or []
    actions = [action for row in rows for action in row.get("actions") or []]
    data_actions = [action for row in rows for action in row.get("dataActions") or []]

    def counts() -> bool:
        permissions = granted(task.azure, item.scope)
        return not missing_actions(permissions, actions) and not missing_actions(permissions, data_actions, data=True)

    task.azure.until(f"role {item.role} to count at {item.scope}", counts)


def _remove(task: Task, wanted: t.Sequence[Wanted]) -> JSON:
    there = [item for item in wanted if item.made_here or (item.existing and not task.options["only_made_here"])]
    if not task.check_mode:
        Work().do((f"remove {item.words}", partial(task.azure.delete, item.id, API_VERSION)) for item in there)
    before = {"assignments": [item.shown() for item in there]}
    rows = [
        _row(
            item,
            changed=item in there,
            effective="removed" if item in there else "present" if item.existing else "absent",
        )
        for item in wanted
    ]
    return {"changed": bool(there), "diff": _diff(before, {"assignments": []}), "assignments": rows}


def _result(
    wanted: t.Sequence[Wanted], changed: set[tuple[str, str, str]], effective: t.Mapping[tuple[str, str, str], str]
) -> JSON:
    rows = []
    for item in wanted:
        default = "made" if item.key in changed else "present"
        rows.append(_row(item, changed=item.key in changed, effective=effective.get(item.key, default)))
    before = {"assignments": [item.shown() for item in wanted if item.key not in changed]}
    after = {"assignments": [item.shown() for item in wanted]}
    return {"changed": bool(changed), "diff": _diff(before, after), "assignments": rows}


def _row(item: Wanted, *, changed: bool, effective: str) -> JSON:
    return {
        "id": item.id,
        **item.shown(),
        "role_definition_id": definition_id(item.scope, item.guid),
        "principal_type": str(get_path(item.existing, "properties.principalType") or item.principal_type),
        "changed": changed,
        "effective": effective,
    }


def _diff(before: JSON, after: JSON) -> JSON:
    return {
        "before_header": "role assignments (before)",
        "after_header": "role assignments (after)",
        "before": before,
        "after": after,
    }

"""One kind of Azure resource: read, plan, apply."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..azure.client import Azure
from ..errors import AzureError, OperationFailed, Refusal
from ..wire import JSON, provisioning
from .plan import Plan, ended_badly, etag_of, plan_absent, plan_present
from .spec import Options, desired, differing, modelled
from .tags import carries, laid_over, texts

#: Answers what a resource is; None for one that is not there.
Read = t.Callable[[], "JSON | None"]


@dataclass(frozen=True)
class Kind:
    """What the engine must know of a resource type.

    ``read_only`` are dotted paths a PUT must not send back; ``update`` the verb that changes an existing resource;
    ``recreate`` what making it anew would cost the operator. With ``if_match`` an update or a deletion says on which
    state it rests, for types whose etag Azure compares.
    """

    type: str
    api_version: str
    options: Options
    read_only: tuple[str, ...] = ("id", "name", "type", "etag", "systemData", "properties.provisioningState")
    update: t.Literal["PUT", "PATCH"] = "PUT"
    creating: t.Mapping[str, t.Any] | None = None
    recreate: str = ""
    if_none_match: bool = False
    if_match: bool = False

    def read(self, azure: Azure, resource_id: str) -> JSON | None:
        """The resource, or None when Azure says it does not exist."""
        return azure.find(resource_id, self.api_version)

    def plan(
        self, resource_id: str, current: JSON | None, values: JSON, *, absent: bool = False, extra: JSON | None = None
    ) -> Plan:
        """What to do for the option values; ``extra`` is wire JSON for options that need more than a row."""
        if absent:
            return plan_absent(resource_id, self.options, current)
        return plan_present(
            resource_id,
            self.options,
            current,
            {**desired(self.options, values), **(extra or {})},
            read_only=self.read_only,
            creating=dict(self.creating or {}),
            verb=self.update,
            recreate=self.recreate,
        )

    def apply(self, azure: Azure, plan: Plan, *, wait: bool = True) -> JSON | None:
        """Do what the plan says and return the resource as Azure answers it (None after a deletion)."""
        if plan.action == "create":
            return self._create(azure, plan, wait)
        if plan.action == "update" and self.update == "PATCH":
            return azure.patch(plan.resource_id, self.api_version, plan.body, wait=wait)
        if plan.action == "none":
            return None
        if not self.if_match:
            return self._change(azure, plan, wait)
        try:
            return self._change(azure, plan, wait, plan.etag)
        except AzureError as error:
            if not came_to_be(error):
                raise
            return self.change_anew(azure, plan, wait=wait, answer=error.answer)

    def _change(self, azure: Azure, plan: Plan, wait: bool, etag: str = "") -> JSON | None:
        if plan.action == "update":
            return azure.put(plan.resource_id, self.api_version, plan.body, wait=wait, match=etag)
        azure.delete(plan.resource_id, self.api_version, wait=wait, match=etag)
        return None

    def change_anew(self, azure: Azure, plan: Plan, *, wait: bool = True, answer: str = "") -> JSON | None:
        """Somebody has changed the resource since it was read: go on where nothing of it differs that was looked at.

        ``answer`` is what Azure said of it. Raises :class:`Refusal` when something does.
        """
        now = self.read(azure, plan.resource_id)
        if now is None and plan.action == "delete":
            return None
        if now is None or modelled(self.options, now) != plan.before:
            raise changed_by_others(plan.resource_id, answer)
        return self._change(azure, plan, wait, etag_of(now))

    def apply_latest(
        self, azure: Azure, plan: Plan, read: Read, judge: t.Callable[[JSON], Plan], *, wait: bool = True
    ) -> tuple[Plan, JSON | None]:
        """:meth:`apply` for a type whose etag Azure is not known to compare: it rests on what is read right before.

        ``read`` is that of :func:`latest`. ``judge`` gives the plan for a resource that somebody has changed, or made, since the
        plan was decided; the answer is the plan that counts, with the resource. Raises :class:`Refusal` for one that is gone, or
        that somebody else made otherwise.
        """
        now = read()
        if now is None and plan.action == "delete":
            return plan, None
        if now is None and plan.action == "update":
            raise changed_by_others(plan.resource_id)
        if now is not None and (plan.action == "create" or etag_of(now) != plan.etag or not plan.etag):
            judged = judge(now)
            if plan.action == "create" and judged.changed:
                raise changed_by_others(plan.resource_id)
            plan = judged
        if not plan.changed:
            return plan, now
        return plan, self.apply(azure, plan, wait=wait)

    def _create(self, azure: Azure, plan: Plan, wait: bool) -> JSON:
        try:
            return azure.put(plan.resource_id, self.api_version, plan.body, wait=wait, new=self.if_none_match)
        except AzureError as error:
            # Since it was read it came to be, by somebody else or by an attempt of ours whose answer was lost.
            made = self.settle(azure, plan.resource_id) if came_to_be(error) else None
            if made is None or not self.fulfils(made, plan):
                raise
            refuse_failed(made, plan.resource_id)
            return made

    def fulfils(self, document: JSON, plan: Plan) -> bool:
        """Whether a resource is what the plan of its creation asked for. One that is not was made by somebody else.

        That its operation failed is not seen when a creation was not waited for; the current document shows it. Further tags do
        not count, since a policy may add them.
        """
        rows = {name: row for name, row in self.options.items() if row.to != "tags"}
        return not differing(rows, document, plan.body) and carries(document.get("tags"), plan.body.get("tags"))

    def settle(self, azure: Azure, resource_id: str) -> JSON | None:
        """Wait until nobody is working on the resource, whether that goes well or not.

        None when it was being deleted and is gone.
        """

        def settled() -> list[JSON | None]:
            document = self.read(azure, resource_id)
            return [document] if provisioning(document) in ENDED else []

        (document,) = azure.until(f"{self.type} {resource_id.rsplit('/', 1)[-1]}", settled)
        return t.cast("JSON | None", document)


def latest(azure: Azure, changes: t.Sequence[tuple[Kind, Plan]]) -> list[Read]:
    """What a task is about to write, in that order: for each a function that answers what it is right before.

    All are read side by side before the first is written. One that is there and comes later is read when its function is called,
    for the writes before it may have taken long.
    """
    reads: list[Read] = [partial(settled, azure, kind, plan.resource_id, check_mode=False) for kind, plan in changes]
    early = [place for place, (_kind, plan) in enumerate(changes) if not place or plan.action == "create"]
    # A read that is refused ends the task here, before anything is written.
    for place, now in zip(early, azure.together([reads[place] for place in early])):
        reads[place] = partial(_answered, now)
    return reads


def _answered(now: JSON | None) -> JSON | None:
    return now


def changed_by_others(resource_id: str, answer: str = "") -> Refusal:
    """The refusal to write over what somebody has done since a resource was read; ``answer`` is what Azure said of it."""
    return Refusal(
        f"{resource_id} was changed by somebody else while this task ran, and stays as they left it."
        + (f" Azure said: {answer}" if answer else ""),
        remedy="Run again: it is judged anew.",
    )


ENDED = ("succeeded", "failed", "canceled", "")


def came_to_be(error: AzureError) -> bool:
    """Whether a creation was refused because the resource exists by now.

    Record sets say so at once, with 412; zones and links accept the request and end its operation as Failed (azure-cli
    recordings ``test_PutRecordSet_IfNoneMatchFailure``, ``test_PutZone_ZoneExistsIfNoneMatchFailure`` and
    ``test_PutLink_LinkExistsIfNoneMatchFailure``). The code is the same; that of a resolver's 412 no public source shows.
    """
    return error.status == 412 or error.code.lower() == "preconditionfailed"


def refuse_failed(document: JSON, resource_id: str) -> None:
    """Raise OperationFailed for a resource whose provisioning ended badly."""
    if ended_badly(document):
        state = provisioning(document)
        raise OperationFailed(
            status=200,
            code="ProvisioningState" + state.capitalize(),
            answer=f"provisioningState is {state.capitalize()}",
            method="PUT",
            resource_id=resource_id,
            remedy="Look at the activity log of the resource and its target, then run again: what failed is written once "
            "more. If it fails the same way, delete it first.",
        )


def wanted_tags(current: JSON | None, tags: t.Mapping[str, t.Any] | None, append: bool) -> dict[str, str] | None:
    """The complete tags object to want; None when tags were not given. Appending keeps the tags that are there."""
    if tags is None:
        return None
    return laid_over((current or {}).get("tags"), tags) if append else texts(tags)


def settled(azure: Azure, kind: Kind, resource_id: str, *, check_mode: bool) -> JSON | None:
    """The resource once nobody is working on it any more, so that an interrupted run can be resumed; None if absent.

    What ended badly is answered too: a plan for it mends it, and :func:`refuse_failed` reports it.
    """
    current = kind.read(azure, resource_id)
    if current is None or check_mode or provisioning(current) in ENDED:
        return current
    return kind.settle(azure, resource_id)

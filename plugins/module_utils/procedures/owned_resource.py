"""What is the same for projects, key vaults and storage accounts that a run makes: what others made is kept, deletion is confirmed."""

from __future__ import annotations

import typing as t

from ..engine.resource import Kind, wanted_tags
from ..engine.runner import Task, outcome
from ..engine.spec import Option
from ..engine.tags import carries, laid_over, tags, texts
from ..errors import AzureError, Refusal
from ..resources.endpoint_connections import endpoint_of
from ..resources.vaults import group_location
from ..wire import JSON, get_path

OWNED = {
    "resource_group": Option(required=True),
    "name": Option(required=True),
    "state": Option(choices=("present", "absent"), default="present"),
    "existing": Option(choices=("change", "keep"), default="change"),
    "append_tags": Option(type="bool", default=True),
    "ownership_tags": tags(),
    "confirm": Option(),
}
Answer = t.TypeVar("Answer")


def if_registered(task: Task, namespace: str, ask: t.Callable[[], Answer], nothing: Answer) -> Answer:
    """Ask; in check mode a provider that is not registered yet is taken to have nothing, since an earlier task registers it."""
    try:
        return ask()
    except AzureError as error:
        if not task.check_mode or error.code.lower() != "missingsubscriptionregistration":
            raise
        task.warn(
            f"{namespace} is not registered in the subscription yet; the real run refuses unless an earlier task registers it."
        )
        return nothing


def ours(task: Task, current: JSON | None) -> bool:
    """Whether a resource carries the marks of the task; without marks every one counts as the operator's own."""
    return current is not None and carries(current.get("tags"), texts(task.options.get("ownership_tags")))


def kept(task: Task, current: JSON | None) -> bool:
    """Whether a resource of somebody else is there and stays as it is."""
    return current is not None and task.options["existing"] == "keep" and not ours(task, current)


def wanted(task: Task, current: JSON | None) -> JSON:
    """The values to want: tags with their marks, and the resource group's region for a new one."""
    options = task.options
    found = {**options, "tags": wanted_tags(current, options.get("tags"), options["append_tags"])}
    if current is None:
        found["tags"] = laid_over(texts(options.get("ownership_tags")), found["tags"] or {}) or None
        if not options.get("location"):
            found["location"] = group_location(task.azure, task.subscription_id, options["resource_group"])
    return found


def refuse_unconfirmed(task: Task, resource_id: str, lost: str) -> None:
    """Raise :class:`Refusal` unless the task repeats the name of what it deletes; ``lost`` says what goes with it."""
    name = task.options["name"]
    if task.options.get("confirm") != name:
        raise Refusal(
            f"{resource_id} is not deleted without confirmation: {lost}",
            remedy=f"Set confirm: {name} when you mean it.",
        )


def remove(task: Task, kind: Kind, resource_id: str, current: JSON | None, lost: str, **more: t.Any) -> JSON:
    """Delete a resource that carries our marks, after its name was repeated; one of somebody else is left and named.

    ``lost`` says what goes with it. Raises :class:`Refusal` without confirmation, and while private endpoints lead to it.
    """
    if current is not None and not ours(task, current):
        marks = texts(task.options.get("ownership_tags"))
        reason = f"{resource_id} does not carry the tags {marks}: it was not made by this and is left."
        task.warn(reason)
        return outcome(kind.plan(resource_id, current, {}), current, left=reason, **more)
    if current is not None:
        refuse_unconfirmed(task, resource_id, lost)
        held = [endpoint_of(item) for item in get_path(current, "properties.privateEndpointConnections") or []]
        if held:
            raise Refusal(
                f"{resource_id} is still reached by private endpoints and is not deleted: {', '.join(held)}.",
                remedy="Remove the endpoints first (teardown does).",
            )
    plan = kind.plan(resource_id, current, {}, absent=True)
    if plan.changed and not task.check_mode:
        kind.apply(task.azure, plan, wait=task.options["wait"])
    return outcome(plan, None, left="", **more)

"""The ``provider_registration`` module."""

from __future__ import annotations

from ..engine.runner import Task
from ..resources.providers import API_VERSION, plan_registration, provider_id, read_provider, registration_state
from ..wire import JSON


def register_provider(task: Task) -> JSON:
    """Serve the ``provider_registration`` module."""
    subscription_id, namespace = task.subscription_id, task.options["namespace"]
    resource_id = provider_id(subscription_id, namespace)
    state = registration_state(read_provider(task.azure, subscription_id, namespace))
    plan = plan_registration(resource_id, state, force=task.options["force"])
    if not task.check_mode:
        if plan.changed:
            state = registration_state(task.azure.post(f"{resource_id}/register", API_VERSION))
        if task.options["wait"] and state.lower() != "registered":
            state = _wait(task, subscription_id, namespace)
    return {"changed": plan.changed, "diff": plan.diff(), "id": resource_id, "registration_state": state}


def _wait(task: Task, subscription_id: str, namespace: str) -> str:
    def registered() -> str:
        state = registration_state(read_provider(task.azure, subscription_id, namespace))
        return state if state.lower() == "registered" else ""

    return str(task.azure.until(f"the registration of {namespace}", registered))

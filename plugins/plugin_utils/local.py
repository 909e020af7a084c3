"""Run a module's table in the controller process when the task is local; otherwise run the ordinary module."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import typing as t

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.azure.connection import Context
from ..module_utils.engine.runner import Module, Task, execute
from .masking import without_secrets

display = Display()
#: The interpreter of the implicit localhost, and what Ansible's documentation has one write for others.
#: https://docs.ansible.com/ansible/latest/inventory/implicit_localhost.html
CONTROLLERS_OWN = "{{ ansible_playbook_python }}"


class LocalAction(ActionBase):  # type: ignore[misc]
    """Base of every action plugin of the collection; a subclass names its table in ``MODULE``.

    In process: the connection is local, no privilege escalation, no ``async``, and no interpreter but the controller's
    was asked for. The worker of a task is a process of its own, so ``environment`` can be laid on ``os.environ`` for as
    long as the module runs.
    """

    MODULE: t.ClassVar[Module]
    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result, the same whichever way it was reached."""
        result = t.cast("dict[str, t.Any]", super().run(tmp, task_vars))
        variables = task_vars or {}
        if not self._in_process(variables):
            fallen_back = self._execute_module(task_vars=variables, wrap_async=bool(self._task.async_val))
            return {**result, **fallen_back}
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)
        with laid_on_environment(environment):
            result.update(self._run_here())
        return result

    def _in_process(self, variables: dict[str, t.Any]) -> bool:
        if self._task.async_val or self._connection.transport not in ("local", "ansible.builtin.local"):
            return False
        if self._connection.become is not None:
            return False
        delegated = self._task.delegate_to
        host = variables.get("ansible_delegated_vars", {}).get(delegated, {}) if delegated else variables
        asked = host.get("ansible_python_interpreter")
        if asked is None:
            asked = C.config.get_config_value("INTERPRETER_PYTHON")
        if asked == CONTROLLERS_OWN:
            # A worker's first template costs it as much as a request does.
            asked = variables.get("ansible_playbook_python", asked)
        return is_controller_python(str(self._templar.template(asked)))

    def _run_here(self) -> dict[str, t.Any]:
        arguments = self.MODULE.arguments()
        validation = ArgumentSpecValidator(**arguments).validate(untagged(dict(self._task.args)))
        if validation.error_messages:
            message = str(validation.errors.msg)
            if isinstance(validation.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({self._task.action}) module: {message}"
            return {"failed": True, "msg": message}
        options = untagged(validation.validated_parameters)
        context = Context(
            check_mode=bool(self._task.check_mode), progress=self._progress, cache_directory=C.DEFAULT_LOCAL_TMP
        )
        task = Task(options, context, diff_mode=bool(self._task.diff))
        answer = execute(self.MODULE, task)
        answer["invocation"] = {"module_args": options}
        return without_secrets(answer, validation._no_log_values)

    def _progress(self, text: str) -> None:
        if not self._task.no_log:
            # Callbacks write documents to the standard output.
            display.display(f"    {self._task.action.rsplit('.', 1)[-1]}: {text}", stderr=True)


@contextlib.contextmanager
def laid_on_environment(values: t.Mapping[str, t.Any]) -> t.Iterator[None]:
    """Lay values on ``os.environ`` and take them off again."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update({name: str(value) for name, value in values.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def is_controller_python(interpreter: str) -> bool:
    """Whether an ``ansible_python_interpreter`` value means the Python this process runs on."""
    if interpreter.startswith("auto"):
        return True
    return os.path.abspath(os.path.expanduser(interpreter)) == os.path.abspath(sys.executable)


def untagged(value: t.Any) -> t.Any:
    """Plain Python values, as an ordinary module gets them through JSON (``ansible.module_utils.common.json``).

    ansible-core 2.19 and newer hand over subclasses that carry tags, older ones objects that hide a vaulted text until
    they are asked for it; YAML's dates and times become texts.
    """
    if isinstance(value, dict):
        return {str(key): untagged(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [untagged(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value) if getattr(value, "__ENCRYPTED__", False) else value

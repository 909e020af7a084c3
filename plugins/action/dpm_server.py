"""The ``dpm_server`` module: on a Windows host its script is run there, a stand-in runs in the controller process."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import RecoveryError
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dpm_server import (
    conclude,
    of_windows,
    prepare,
    windows_arguments,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import compose
from ansible_collections.privatelink.recovery.plugins.modules.dpm_server import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction, untagged
from ansible_collections.privatelink.recovery.plugins.plugin_utils.masking import without_secrets

SCRIPTS = Path(__file__).parents[2] / "roles" / "dpm_mabs" / "files"
WINDOWS_MODULE = "ansible.windows.win_powershell"


class ActionModule(LocalAction):
    """Runs the module's table, on the server itself where the connection has PowerShell."""

    MODULE = TABLE
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result; secrets are in no part of it."""
        result: dict[str, t.Any] = super(LocalAction, self).run(tmp, task_vars)
        if not self._task.args.get("stand_in") and self._has_powershell():
            result.update(self._run_there(task_vars or {}))
        else:
            result.update(self._run_here())
        return result

    def _has_powershell(self) -> bool:
        return getattr(self._connection._shell, "SHELL_FAMILY", "") == "powershell"

    def _run_there(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        validation = ArgumentSpecValidator(**self.MODULE.arguments()).validate(untagged(dict(self._task.args)))
        if validation.error_messages:
            return {"failed": True, "msg": str(validation.errors.msg)}
        options = untagged(validation.validated_parameters)
        try:
            request = prepare(options)
            answered = self._execute_module(
                module_name=WINDOWS_MODULE,
                module_args=windows_arguments(request, script(request.job)),
                task_vars=variables,
            )
            result = conclude(request, of_windows(request, answered))
            result["invocation"] = {"module_args": options}
        except RecoveryError as error:
            result = {"failed": True, "changed": False, "msg": error.sentence(), **error.facts()}
        except AnsibleError as error:
            result = {
                "failed": True,
                "msg": f"{WINDOWS_MODULE} could not be run: {error}. It is in the collection ansible.windows.",
            }
        if not self._task.diff:
            result.pop("diff", None)
        return without_secrets(result, validation._no_log_values)


def script(job: str) -> str:
    """The PowerShell of a job, whole."""
    frame, text = ((SCRIPTS / f"{name}.ps1").read_text(encoding="utf-8") for name in ("frame", job))
    return compose(frame, text)

"""The ``migrate_appliance`` module: on a Windows host its scripts are run there, a stand-in runs in the controller process."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.plugins.action.dpm_server import SCRIPTS as SHARED
from ansible_collections.privatelink.recovery.plugins.action.dpm_server import WINDOWS_MODULE
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import RecoveryError
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dpm_server import (
    Request,
    of_windows,
    windows_arguments,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_appliance import carry_out
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import compose
from ansible_collections.privatelink.recovery.plugins.modules.migrate_appliance import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction, untagged

SCRIPTS = Path(__file__).parents[2] / "roles" / "migrate" / "files"


class ActionModule(LocalAction):
    """Runs the module's table, on the host itself where the connection has PowerShell."""

    MODULE = TABLE
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result."""
        result: dict[str, t.Any] = super(LocalAction, self).run(tmp, task_vars)
        there = (
            not self._task.args.get("stand_in") and getattr(self._connection._shell, "SHELL_FAMILY", "") == "powershell"
        )
        result.update(self._run_there(task_vars or {}) if there else self._run_here())
        return result

    def _run_there(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        validation = ArgumentSpecValidator(**self.MODULE.arguments()).validate(untagged(dict(self._task.args)))
        if validation.error_messages:
            return {"failed": True, "msg": str(validation.errors.msg)}
        options = untagged(validation.validated_parameters)

        def ask(request: Request) -> str:
            arguments = windows_arguments(request, script(request.job))
            answered = self._execute_module(module_name=WINDOWS_MODULE, module_args=arguments, task_vars=variables)
            return of_windows(request, answered)

        try:
            result = carry_out(options, ask, check_mode=self._task.check_mode)
        except RecoveryError as error:
            result = {"failed": True, "changed": False, "msg": error.sentence(), **error.facts()}
        except AnsibleError as error:
            result = {
                "failed": True,
                "msg": f"{WINDOWS_MODULE} could not be run: {error}. It is in the collection ansible.windows.",
            }
        if not self._task.diff:
            result.pop("diff", None)
        return result


def script(job: str) -> str:
    """The PowerShell of a job, whole; what every server is asked alike is the role dpm_mabs's."""
    own = SCRIPTS / f"{job}.ps1"
    text = (own if own.is_file() else SHARED / f"{job}.ps1").read_text(encoding="utf-8")
    return compose((SHARED / "frame.ps1").read_text(encoding="utf-8"), text)

"""The ``dns_server_updates`` module in the controller process, which has the collection that will write the updates."""

from __future__ import annotations

import typing as t

from ansible.plugins.loader import module_loader
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_updates import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction

WRITER = "community.general.nsupdate"


class ActionModule(LocalAction):
    """Runs the module's table once it is sure that somebody can write what it finds."""

    MODULE = TABLE

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result, or a refusal before anything is read."""
        if not module_loader.find_plugin_with_context(WRITER).resolved:
            remedy = "ansible-galaxy collection install community.general"
            message = f"{WRITER}, which writes dynamic updates, is not installed on the controller. Nothing was read or written."
            return {"failed": True, "msg": f"{message} {remedy}", "remedy": remedy}
        return super().run(tmp, task_vars)

"""The ``storage_account`` module in the controller process."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.plugins.modules.storage_account import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils import preload as _preload  # noqa: F401 - before the fork
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction


class ActionModule(LocalAction):
    """Runs the module's table."""

    MODULE = TABLE

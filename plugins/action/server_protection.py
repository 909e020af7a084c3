"""The ``server_protection`` module in the controller process."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.plugins.modules.server_protection import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction


class ActionModule(LocalAction):
    """Runs the module's table."""

    MODULE = TABLE

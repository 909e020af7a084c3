"""The ``passphrase_copy`` module in the controller process."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.plugins.modules.passphrase_copy import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction


class ActionModule(LocalAction):
    """Runs the module's table."""

    MODULE = TABLE

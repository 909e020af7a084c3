"""The ``sequence_variables`` module in the controller process."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.plugins.modules.sequence_variables import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction


class ActionModule(LocalAction):
    """Runs the module's table. It needs no Azure package, and so none is loaded."""

    MODULE = TABLE

"""The ``dns_server_configuration`` module in the controller process, where the DNS server is this host."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.plugins.modules.dns_server_configuration import MODULE as TABLE
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction


class ActionModule(LocalAction):
    """Runs the module's table."""

    MODULE = TABLE

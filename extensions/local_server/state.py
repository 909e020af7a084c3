"""The state of a server that nothing has happened to yet: what a world does not say of it is as here."""

from __future__ import annotations

import typing as t

JSON = dict[str, t.Any]
#: A server nobody has touched: DPM 2022 in the version that knows private endpoints.
NEW: JSON = {
    "product": "DPM",
    "product_version": "10.22.123.0",
    "agent_version": "2.0.9262.0",
    "installers": {"C:\\Install\\MARSAgentInstaller.exe": "2.0.9270.0"},
    "folders": ["D:\\Staging"],
    "clock_offset_seconds": 0,
    "language_mode": "FullLanguage",
    "execution_policies": {"LocalMachine": "RemoteSigned", "MachinePolicy": "Undefined"},
    "proxy": {"server": "", "bypass": []},
    "unreachable": [],
    "vault_number": "",
    "machine_id": "",
    "registered_over": "",
    "registering": "",
    "passphrase": "",
    "first_passphrase": "",
    "settings": {"staging_folder": "", "proxy_server": "", "proxy_port": 0},
    "work_hours": "",
    "leftovers": 0,
    "data_sources": [],
    "jobs": [],
}
#: A data source as its world has it: how often it is looked at before the replica, and an online backup, are complete.
SOURCE: JSON = {
    "computer": "",
    "group": "Protection Group 1",
    "online": True,
    "polls_to_replica": 1,
    "polls_to_backup": 1,
    "disk_points": 0,
    "online_points": 0,
    "latest_disk": "",
    "latest_online": "",
    "running": 0,
    "known_to_azure": False,
}

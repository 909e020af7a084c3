"""Serve the ``security_pin`` module: fetch the PIN that changing a server's passphrase takes, and shred it afterwards."""

from __future__ import annotations

import datetime as dt
import os
import typing as t

from .. import secret_files
from ..engine.runner import Task
from ..errors import Refusal
from ..ids import parse_id
from ..resources.vault_contents import BACKUP_API_VERSION
from ..resources.vaults import TYPE as VAULT_TYPE
from ..wire import JSON


def manage_pin(task: Task) -> JSON:
    """Write a fresh PIN into the file, or shred the file.

    https://learn.microsoft.com/rest/api/backup/security-pins/get
    """
    vault_id = parse_id(task.options["vault"], VAULT_TYPE, option="vault").text
    path = os.path.expanduser(task.options["path"])
    secret_files.check_place(path)
    left, expires = secret_files.there(path), ""
    wanted = task.options["state"] == "present"
    if not task.check_mode and wanted:
        expires = _fetch(task, vault_id, path)
    elif not task.check_mode:
        for each in left:
            secret_files.shred(each)
    changed = wanted or bool(left)
    before = {"file": "a PIN, not shown"} if left else {}
    return {
        "changed": changed,
        "diff": {
            "before_header": f"{path} (before)",
            "after_header": f"{path} (after)",
            "before": before,
            "after": {"file": "a fresh PIN, not shown"} if wanted else {},
        },
        "path": path,
        "expires": expires,
    }


def _fetch(task: Task, vault_id: str, path: str) -> str:
    answer = t.cast(JSON, task.azure.post(f"{vault_id}/backupSecurityPIN", BACKUP_API_VERSION))
    pin = str(answer.get("securityPIN") or "")
    if not pin:
        raise Refusal(
            f"{vault_id}: Azure answered no PIN. No file was written.",
            remedy="Run again, or make one in the Azure portal (Properties > Security PIN).",
        )
    secret_files.write(path, pin.encode())
    ticks = int(answer.get("expiryTimeInUtcTicks") or 0)
    # .NET counts tenths of microseconds from the year 1.
    return (
        (dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(microseconds=ticks // 10)).isoformat()
        if ticks
        else ""
    )

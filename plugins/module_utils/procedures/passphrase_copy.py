"""Serve the ``passphrase_copy`` module: the passphrase kept off the servers, written once and never replaced."""

from __future__ import annotations

import os

from .. import secret_files
from ..engine.runner import Task
from ..errors import InputError, Refusal
from ..wire import JSON


def keep_copy(task: Task) -> JSON:
    """Write the copy when there is none; refuse when the one that is there is another passphrase."""
    path = os.path.expanduser(task.options["path"])
    given = task.options["passphrase"]
    secret_files.check_place(path)
    if not given.strip():
        raise InputError("passphrase is empty.")
    there = os.path.lexists(path)
    content = secret_files.content_of(path)
    if there and content is None:
        raise InputError(f"{path} cannot be read, or others may read it.", remedy="Its mode must be 0600.")
    if content is not None and content.decode().rstrip("\r\n") != given:
        raise Refusal(
            f"{path} holds another passphrase; it was not replaced.",
            remedy="Use the saved passphrase: recovery points that are there cannot be read with another one.",
        )
    if not there and not task.check_mode:
        secret_files.write(path, f"{given}\n".encode())
    after = {"file": "the passphrase, not shown"}
    return {
        "changed": not there,
        "diff": {
            "before_header": f"{path} (before)",
            "after_header": f"{path} (after)",
            "before": after if there else {},
            "after": after,
        },
        "path": path,
    }

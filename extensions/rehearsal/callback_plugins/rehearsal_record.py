"""Writes what every task of a run did as JSON lines, so that a check and the run after it can be compared."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: rehearsal_record
type: aggregate
short_description: Records the outcome of every task as JSON lines
description:
  - Writes one line for each task or loop item to the file named by E(REHEARSAL_RECORD).
requirements:
  - enabled in C(callbacks_enabled)
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """The recording callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "rehearsal_record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._path = os.environ.get("REHEARSAL_RECORD", "")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task ended well; a loop was recorded item by item."""
        if "results" not in result._result or not result._task.loop:
            self._write(result, "ok")

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """A loop item ended well."""
        self._write(result, "ok")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._write(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """A host did not answer."""
        self._write(result, "failed")

    def _write(self, result: t.Any, status: str) -> None:
        if not self._path:
            return
        values = result._result
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "item": values.get("_ansible_item_label"),
            "status": status,
            "changed": bool(values.get("changed")),
            "diff": values.get("diff") if values.get("changed") else None,
            "message": str(values.get("msg") or "") if status == "failed" else "",
        }
        if "json_path" in values and "html_path" in values:
            line["report"] = {"json": values["json_path"], "html": values["html_path"]}
        with open(self._path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, default=str) + "\n")

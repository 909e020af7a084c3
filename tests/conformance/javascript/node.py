"""Node, the packages it finds, and what the checks written for it say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

FOLDER = Path(__file__).resolve().parent
#: Where ``make conformance`` has installed ``package-lock.json``.
PACKAGES = FOLDER.parents[2] / ".cache" / "javascript" / "node_modules"
_CHECK = re.compile(r'^check\("([^"]+)"', re.MULTILINE)
_SECONDS = 300


def groups() -> list[str]:
    """The files with checks, one for each group of commands."""
    return sorted(path.stem for path in FOLDER.glob("*.mjs") if path.stem != "harness")


def checks(group: str) -> list[str]:
    """The names of a file's checks."""
    return _CHECK.findall((FOLDER / f"{group}.mjs").read_text(encoding="utf-8"))


def options(version: str) -> str:
    """What a version of Node has to be started with. Before 19 ``crypto`` is global on demand only, and the SDKs rely on it."""
    return "--experimental-global-webcrypto --no-warnings" if int(version.lstrip("v").partition(".")[0]) < 19 else ""


class Node:
    """Runs each file once, when its first check is asked for. Modules are looked for beside a file, so it runs as a copy."""

    def __init__(self, emulated: EmulatorProcess, folder: Path) -> None:
        self._emulated, self._folder = emulated, folder
        self._said: dict[str, dict[str, t.Any]] = {}
        folder.mkdir()
        for path in FOLDER.glob("*.mjs"):
            shutil.copy(path, folder)
        (folder / "node_modules").symlink_to(PACKAGES, target_is_directory=True)
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        self._variables = {
            "NODE_EXTRA_CA_CERTS": emulated.ready["ca_file"],
            "NODE_OPTIONS": options(version),
            "LOCAL_AZURE_READY_FILE": str(folder / "ready.json"),
        }
        (folder / "ready.json").write_text(json.dumps(emulated.ready), encoding="utf-8")

    def outcome(self, group: str, name: str) -> str | None:
        """What went wrong in a check, or nothing. A check that never ran is wrong."""
        if group not in self._said:
            self._said[group] = self._run(group)
        return t.cast("str | None", self._said[group].get(name, self._said[group].get("", "it did not run")))

    def _run(self, group: str) -> dict[str, t.Any]:
        command = ["node", f"{group}.mjs"]
        ended = subprocess.run(
            command,
            cwd=self._folder,
            env={**os.environ, **self._variables},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        rows = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
        found = {row["name"]: row["error"] for row in rows}
        return found if ended.returncode == 0 else {**found, "": ended.stderr}

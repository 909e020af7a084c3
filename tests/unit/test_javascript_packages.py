"""Installing the JavaScript SDKs: not where Node is missing or too old, once for each lock, and as they are listed."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tests.conformance.javascript import node
from ansible_collections.privatelink.recovery.tools import javascript

LANE = Path(node.FOLDER)


class Programs:
    """Stands for node and npm; notes what is run."""

    def __init__(self, version: str = "v20.1.0", code: int = 0) -> None:
        self.version, self.code, self.ran = version, code, t.cast("list[list[str]]", [])

    def __call__(self, command: t.Sequence[str], **_options: t.Any) -> subprocess.CompletedProcess[str]:
        self.ran.append(list(command))
        if "--version" in command:
            return subprocess.CompletedProcess(command, 0, self.version, "")
        return subprocess.CompletedProcess(command, self.code, "", "no such package")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Programs:
    found = Programs()
    monkeypatch.setattr(javascript.subprocess, "run", found)
    monkeypatch.setattr(javascript.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(javascript, "_FOLDER", javascript.CACHE / f"test-{tmp_path.name}")
    return found


def installs(programs: Programs) -> int:
    return sum("ci" in command for command in programs.ran)


def test_nothing_is_installed_without_node(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.version = "v16.20.0"
    assert javascript.installed() is False
    monkeypatch.setattr(javascript.shutil, "which", lambda name: None)
    assert javascript.installed() is False
    shown = capsys.readouterr().out
    assert shown.count("apt-get install nodejs npm") == 2 and installs(programs) == 0


def test_packages_are_installed_once_for_each_lock(programs: Programs) -> None:
    import shutil

    try:
        assert javascript.installed() and javascript.installed()
        assert installs(programs) == 1
        (javascript._FOLDER / "installed").write_text("of another lock")
        assert javascript.installed()
        assert installs(programs) == 2
        (javascript._FOLDER / "installed").unlink()
        programs.code = 1
        with pytest.raises(RuntimeError, match="no such package"):
            javascript.installed()
    finally:
        shutil.rmtree(javascript._FOLDER)


def test_the_lock_has_what_is_listed_and_says_from_where_nothing_comes() -> None:
    listed = json.loads((LANE / "package.json").read_text())["dependencies"]
    locked = json.loads((LANE / "package-lock.json").read_text())["packages"]
    assert locked[""]["dependencies"] == listed
    assert {name: locked[f"node_modules/{name}"]["version"] for name in listed} == listed
    assert not any("resolved" in package for package in locked.values())
    assert all("integrity" in package for name, package in locked.items() if name)


@pytest.mark.parametrize(("version", "asked"), [("v18.19.0\n", True), ("v20.11.1", False), ("v22.0.0", False)])
def test_old_nodes_are_asked_for_crypto(version: str, asked: bool) -> None:
    assert ("--experimental-global-webcrypto" in node.options(version)) is asked

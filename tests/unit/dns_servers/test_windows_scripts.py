"""The scripts for Windows: taken by a PowerShell grammar, reading before they write. No step was run on Windows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .powershell import commands, errors, nodes, tree

FILES = Path(__file__).parents[3] / "roles" / "dns_servers" / "files"
SCRIPTS = sorted(FILES.glob("*.ps1"))
WRITES = re.compile(r"^(Add|Set|Remove|Clear|New|Save)-|^ipconfig$|WriteAllText")
# Functions of the scripts whose writes are guarded inside, and cmdlets that write nothing but a variable or a file of ours.
GUARDED = {"New-Object", "Set-StrictMode", "Set-Forwarder", "Set-Answer", "Remove-Zone", "Add-Placement"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_powershell(path: Path) -> None:
    text = path.read_text()
    assert errors(text) == []
    assert text.isascii()


def test_there_are_two_scripts() -> None:
    assert [path.name for path in SCRIPTS] == ["windows.ps1", "windows_hosts.ps1"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_write_is_left_out_with_check(path: Path) -> None:
    unguarded = []
    for node in nodes(tree(path.read_text())):
        if node.type != "command_name" or not WRITES.search(node.text.decode()) or node.text.decode() in GUARDED:
            continue
        above, around = node.parent, []
        while above is not None:
            if above.type == "if_statement":
                around.append(above.text.decode().split("{")[0])
            if above.type == "function_statement" and "Save-Ours" in above.text.decode().split("{")[0]:
                around.append("-not $Check")
            above = above.parent
        if not any("-not $Check" in condition for condition in around):
            unguarded.append(node.text.decode())
    assert unguarded == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_takes_no_secret_and_runs_no_text(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^\s+\[(?:string|switch)\] \$(\w+)", text.split("Set-StrictMode")[0], re.MULTILINE) == [
        "Wanted",
        "Check",
    ]
    assert {"Invoke-Expression", "iex", "Start-Process"} & set(commands(text)) == set()


def test_only_what_is_on_the_list_is_removed() -> None:
    text = (FILES / "windows.ps1").read_text()
    assert commands(text).count("Remove-DnsServerZone") == 1
    assert "foreach ($zone in $ours)" in text.split("Remove-Zone -Name $zone")[0][-160:]

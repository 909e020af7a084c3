"""The PowerShell of the jobs, parsed by a grammar and held against the table; what servers answer is judged."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.action.dpm_server import SCRIPTS, script
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.resources import server_jobs
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import JOBS, Job, ServerError

from ... import powershell

JSON = dict[str, t.Any]
TYPES = {"string": str, "int": int, "int64": int, "bool": bool, "string[]": list}
#: How win_powershell finds out whether a script may run in check mode (ansible.windows, win_powershell.ps1).
MAY_BE_CHECKED = re.compile(r"\[CmdletBinding\((?:[\w=\$]+,\s*)?SupportsShouldProcess(?:=\$true)?(?:,\s*[\w=\$]+)?\)\]")
#: Verbs that change nothing, and functions of the frame that do not.
READING: tuple[str, ...] = (
    "Get-",
    "Test-",
    "Write-Answer",
    "Write-Failure",
    "ForEach-Object",
    "Where-Object",
    "Confirm-",
    "Import-",
)
READING += ("Open-Connection", "New-Object", "Select-Object", "Join-Path", "ConvertTo-Json", "Stop-Job", "Out-Null")


def own(job: str) -> str:
    """A job's script without the frame."""
    return (SCRIPTS / f"{job}.ps1").read_text()


def parameters(text: str) -> dict[str, str]:
    """The parameters of a script: type by name."""
    # That of the script comes first; functions have theirs inside.
    block = next(node for node in powershell.nodes(powershell.tree(text)) if node.type == "param_block")
    rows = [node.text.decode() for node in powershell.nodes(block) if node.type == "script_parameter"]
    found = [re.match(r"\[([\w\[\]]+)\] \$(\w+)", row) for row in rows]
    return {match[2]: match[1] for match in found if match}


def answers(text: str) -> list[list[str]]:
    """The keys of each table that a script hands to Write-Answer as its answer."""
    tables = [node for node in powershell.nodes(powershell.tree(text)) if node.type == "hash_literal_expression"]
    found = []
    for table in tables:
        keys = [entry for entry in powershell.nodes(table) if entry.type == "key_expression"]
        depth = [entry.text.decode() for entry in keys if _owner(entry) == table]
        if "job" in depth:
            found.append(depth)
    return found


def _owner(node: t.Any) -> t.Any:
    while node.type != "hash_literal_expression":
        node = node.parent
    return node


def test_there_is_a_script_for_each_job_and_no_other() -> None:
    assert sorted(path.stem for path in SCRIPTS.glob("*.ps1")) == sorted([*JOBS, "frame"])


@pytest.mark.parametrize("job", JOBS)
def test_a_grammar_takes_the_script_alone_and_with_its_frame(job: str) -> None:
    assert powershell.errors(own(job)) == []
    assert powershell.errors(script(job)) == []
    assert script(job).count("function Write-Answer") == 1


def test_a_wrong_script_would_be_seen() -> None:
    assert powershell.errors("if ($a { 'b' }") != []
    assert answers("@{ job = 'x'; inner = @{ y = 1 } }") == [["job", "inner"]]
    assert parameters("param([string] $One = '', [int] $Two)\n1") == {"One": "string", "Two": "int"}


@pytest.mark.parametrize(("job", "row"), JOBS.items())
def test_parameters_are_those_of_the_table(job: str, row: Job) -> None:
    found = parameters(own(job))
    secrets = {name for name, kind in found.items() if kind == "securestring"}
    assert secrets == {server_jobs.pascal(name) for name in row.secrets}
    plain = {name: TYPES[kind] for name, kind in found.items() if name not in secrets}
    assert plain == {server_jobs.pascal(name): kind for name, kind in row.parameters.items()}


@pytest.mark.parametrize(("job", "row"), JOBS.items())
def test_answers_are_those_of_the_table(job: str, row: Job) -> None:
    (keys,) = answers(own(job))
    assert keys == ["job", "failed", "changed", *row.answers]


@pytest.mark.parametrize("job", JOBS)
def test_a_job_may_run_in_check_mode(job: str) -> None:
    assert MAY_BE_CHECKED.search(own(job))


@pytest.mark.parametrize(("job", "row"), JOBS.items())
def test_what_only_reads_calls_nothing_that_changes(job: str, row: Job) -> None:
    changing = [name for name in powershell.commands(own(job)) if not name.startswith(READING)]
    assert row.changes == bool(changing), changing
    assert row.changes == ("$PSCmdlet.ShouldProcess(" in own(job))


@pytest.mark.parametrize("job", [*JOBS, "frame"])
def test_windows_powershell_understands_it(job: str) -> None:
    """No operators of PowerShell 7: null coalescing, the ternary, chains; and only ASCII, which has no byte order mark."""
    text = own(job)
    assert text.isascii()
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in code if re.search(r"\?\?|\?\.|&&|\|\||\s\?\s", line)] == []
    assert "-AsHashtable" not in text and "-AsPlainText" not in text


@pytest.mark.parametrize("job", [*JOBS, "frame"])
def test_a_secret_reaches_no_command_line_and_no_output(job: str) -> None:
    text = own(job)
    secrets = [name for name, kind in parameters(text).items() if kind == "securestring"] if job != "frame" else []
    calls = [node.text.decode() for node in powershell.nodes(powershell.tree(text)) if node.type == "command"]
    allowed = ("Set-DPMCloudSubscriptionSetting", "Set-OBMachineSetting", "New-SecretFile")
    reported = [call for call in calls if any(f"${name}" in call for name in secrets) and not call.startswith(allowed)]
    assert reported == []
    assert [call for call in calls if call.startswith("Get-Plain")] == ([] if job != "frame" else ["Get-Plain $Secret"])
    assert "Read-Host" not in text and "Write-Host" not in text and "Start-Transcript" not in text


def test_every_code_has_a_remedy_and_every_word_a_use() -> None:
    used = {match for job in [*JOBS, "frame"] for match in re.findall(r"Stop-Job '([a-z-]+)'", own(job))}
    used |= set(re.findall(r"\$code = '([a-z-]+)'", own("frame")))
    reported = {code for code in server_jobs.REMEDIES if not code[0].isdigit()}
    assert used == reported


def test_the_stand_in_knows_no_other_codes() -> None:
    source = (Path(__file__).parents[4] / "extensions" / "local_server" / "server.py").read_text()
    used = {code for code in re.findall(r"JobFailed\(\s*\"([\w-]*)\"", source) if code}
    assert len(used) > 8 and used <= server_jobs.REMEDIES.keys()


def test_only_one_place_for_the_frame() -> None:
    assert server_jobs.compose("F\n", "a\n# frame\nb") == "a\nF\nb"
    with pytest.raises(ValueError, match="one line"):
        server_jobs.compose("F\n", "a\nb")


@pytest.mark.parametrize(
    ("job", "given", "secrets", "says"),
    [
        ("clock", {"names": []}, [], "does not take names; it takes nothing"),
        ("register", {}, ["pin"], "does not take pin"),
        ("connectivity", {"names": "a"}, [], "names of the job connectivity must be a list"),
        ("connectivity", {"port": True}, [], "port of the job connectivity must be a int"),
        ("register", {"again": "maybe"}, [], "again of the job register must be a bool"),
    ],
)
def test_what_a_job_does_not_take(job: str, given: JSON, secrets: list[str], says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        server_jobs.check(job, server_jobs.typed(job, given), secrets)


def test_templates_without_native_types_are_understood() -> None:
    given = {"vault_number": 4611686018427387905, "again": "False", "proxy_port": "8080", "command": "x"}
    assert server_jobs.typed("register", given) == {
        "vault_number": "4611686018427387905",
        "again": False,
        "proxy_port": 8080,
        "command": "x",
    }


@pytest.mark.parametrize(
    ("reported", "says"),
    [
        ("", "it answered no result"),
        ("[]", "it answered no result"),
        (json.dumps({"job": "versions", "changed": False}), "it answered no result"),
        (json.dumps({"job": "clock", "changed": False}), "lacks utc"),
        (json.dumps({"job": "clock", "changed": 0, "utc": 1}), "lacks changed, utc"),
        (json.dumps({"job": "clock", "failed": True}), "it did not say why"),
    ],
)
def test_what_is_no_answer(reported: str, says: str) -> None:
    with pytest.raises(ServerError, match=says):
        server_jobs.answer("dpm01", "clock", reported)


def test_a_failure_brings_its_remedy() -> None:
    reported = {
        "job": "register",
        "failed": True,
        "changed": True,
        "error": "Invalid vault credentials",
        "code": "34513",
    }
    with pytest.raises(ServerError) as caught:
        server_jobs.answer("dpm01", "register", json.dumps(reported))
    assert (
        "dpm01: the job register failed (34513): Invalid vault credentials The credential file is old"
        in caught.value.sentence()
    )
    assert caught.value.facts() == {
        "remedy": server_jobs.REMEDIES["34513"],
        "server": "dpm01",
        "job": "register",
        "code": "34513",
        "changed": True,
    }


def test_an_answer_has_no_more_than_the_table_says() -> None:
    reported = {"job": "clock", "changed": False, "utc": "x", "passphrase": "not for you"}
    assert server_jobs.answer("dpm01", "clock", json.dumps(reported)) == {"changed": False, "utc": "x"}


def test_secrets_are_taken_out_of_texts() -> None:
    assert server_jobs.censored('said "a\\"b" and a"b', ['a"b', ""]) == 'said "VALUE HIDDEN" and VALUE HIDDEN'

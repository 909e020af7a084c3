"""Serve the ``dpm_server`` module: one job on a DPM or MABS server.

On Windows the action plugin sends the job's script; here is what is common, and the way to a stand-in for a server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass, field

from .. import secret_files
from ..engine.runner import Task
from ..errors import InputError
from ..resources import server_jobs
from ..wire import JSON

#: Longer than any job works: waiting for what takes hours is asking again, not one long job.
MOST_SECONDS = 3600


@dataclass(frozen=True)
class Request:
    """One job for one server. ``secrets`` are texts by name, those of files read."""

    server: str
    job: str
    parameters: JSON
    secrets: dict[str, str] = field(repr=False)
    began: float = field(default_factory=time.time)


def prepare(options: JSON) -> Request:
    """The request the options describe. Raises :class:`InputError` before anything is sent."""
    job = options["job"]
    parameters = server_jobs.typed(job, {k: v for k, v in (options["parameters"] or {}).items() if v is not None})
    secrets = {name: str(value) for name, value in (options["secrets"] or {}).items() if value not in (None, "")}
    files = options["secret_files"] or {}
    server_jobs.check(job, parameters, [*secrets, *files])
    for name, path in files.items():
        content = secret_files.content_of(os.path.expanduser(str(path)))
        if content is None:
            raise InputError(
                f"secret_files.{name}: {path} cannot be read, or others may read it.",
                remedy="It must be a file with mode 0600 on the controller.",
            )
        secrets[name] = content.decode()
    return Request(options["server"], job, parameters, secrets)


def conclude(request: Request, text: str) -> JSON:
    """The task's result for what a server answered. Raises :class:`~.server_jobs.ServerError`."""
    reported = server_jobs.answer(request.server, request.job, server_jobs.censored(text, request.secrets.values()))
    if request.job == "clock":
        reported.update(server_jobs.compared(request.server, reported["utc"], request.began, time.time()))
    changed = reported.pop("changed")
    deed = f"{request.server}: {request.job}"
    after = {"done": True, **({"changes": reported["changes"]} if "changes" in reported else {})} if changed else {}
    return {
        "changed": changed,
        "diff": {"before_header": f"{deed} (before)", "after_header": f"{deed} (after)", "before": {}, "after": after},
        "server": request.server,
        "job": request.job,
        "answer": reported,
    }


def give_job(task: Task) -> JSON:
    """Give a job to the stand-in. A real server is a Windows host, which the action plugin reaches."""
    request = prepare(task.options)
    if not task.options["stand_in"]:
        raise InputError(
            f"{request.server} is not reached as a Windows host: its connection has no PowerShell.",
            remedy="Set ansible_connection to winrm or psrp for it (or ssh with ansible_shell_type: powershell).",
        )
    return conclude(request, ask_stand_in(task.options["stand_in"], request, check_mode=task.check_mode))


def payload(request: Request, *, check_mode: bool) -> str:
    """What a stand-in gets on its standard input."""
    return json.dumps(
        {
            "server": request.server,
            "job": request.job,
            "parameters": request.parameters,
            "secrets": request.secrets,
            "check_mode": check_mode,
        }
    )


def ask_stand_in(program: str, request: Request, *, check_mode: bool) -> str:
    """Run a stand-in for the server; the job goes to its standard input, so that no process list shows a secret."""
    if not os.path.isfile(program):
        raise InputError(f"stand_in {program} is not a file.")
    try:
        done = subprocess.run(
            [sys.executable, program],
            input=payload(request, check_mode=check_mode),
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise server_jobs.ServerError(request.server, request.job, type(error).__name__) from None
    if done.returncode != 0:
        last = server_jobs.censored(done.stderr, request.secrets.values()).strip().splitlines()[-1:]
        raise server_jobs.ServerError(request.server, request.job, f"the stand-in ended with {done.returncode}: {last}")
    return done.stdout


def windows_arguments(request: Request, script: str) -> JSON:
    """The arguments of ``ansible.windows.win_powershell`` for a request: secrets become SecureString there."""
    return {
        "script": script,
        "parameters": {server_jobs.pascal(name): value for name, value in request.parameters.items()},
        "sensitive_parameters": [
            {"name": server_jobs.pascal(name), "value": value} for name, value in request.secrets.items()
        ],
        "error_action": "stop",
    }


def of_windows(request: Request, result: t.Mapping[str, t.Any]) -> str:
    """The line of JSON in the result of ``win_powershell``. Raises :class:`~.server_jobs.ServerError` when there is none."""
    lines = [str(line) for line in result.get("output") or []]
    if lines:
        return lines[-1]
    reported = " ".join(
        [str(result.get("msg") or ""), *(str((row or {}).get("output") or row) for row in result.get("error") or [])]
    )
    text = server_jobs.censored(reported, request.secrets.values()).strip() or "no answer"
    lower = text.lower()
    code = ""
    if "language mode" in lower:
        code = "language-mode"
    elif (
        "running scripts is disabled" in lower or "not digitally signed" in lower or "about_execution_policies" in lower
    ):
        code = "execution-policy"
    raise server_jobs.ServerError(request.server, request.job, text, code)

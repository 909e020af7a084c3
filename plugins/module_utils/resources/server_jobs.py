"""The jobs a DPM or MABS server is given: what each takes, what it answers, and what to do about what goes wrong.

The jobs themselves are PowerShell files of the role ``dpm_mabs``; a test holds each against its row here. Cmdlets and their
parameters: https://learn.microsoft.com/powershell/module/dataprotectionmanager/,
https://learn.microsoft.com/azure/backup/backup-client-automation and
https://learn.microsoft.com/azure/backup/backup-dpm-automation.
"""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from dataclasses import dataclass, field

from ..errors import InputError, RecoveryError
from ..wire import JSON

FRAME = "# frame\n"


@dataclass(frozen=True)
class Job:
    """A job. ``parameters``, ``secrets`` and ``answers`` are by name in snake case; a script writes its own in Pascal case."""

    parameters: t.Mapping[str, type] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    answers: t.Mapping[str, type] = field(default_factory=dict)
    changes: bool = False


_PROXY: dict[str, type] = {"proxy_server": str, "proxy_port": int}

JOBS: dict[str, Job] = {
    "versions": Job(
        answers={
            **dict.fromkeys(("computer", "product", "product_version", "agent_version", "powershell_version"), str),
            "language_mode": str,
            "execution_policies": dict,
        }
    ),
    "clock": Job(answers={"utc": str}),
    "connectivity": Job(
        parameters={"names": list, "port": int, **_PROXY, "proxy_bypass": list, "seconds": int},
        answers={"names": list, "service_proxy": str, "service_bypass": list},
    ),
    "registration": Job(
        answers={
            **dict.fromkeys(("vault_number", "machine_id", "registered_over"), str),
            "unfinished": bool,
            "leftovers": int,
            "settings": dict,
        }
    ),
    "agent": Job(
        parameters={
            **dict.fromkeys(("wanted_version", "installer_path", "install_folder", "cache_folder"), str),
            **_PROXY,
        },
        answers={"version_before": str, "version": str},
        changes=True,
    ),
    "settings": Job(
        parameters={
            "staging_folder": str,
            "proxy_mode": str,
            **_PROXY,
            "proxy_username": str,
            "work_days": list,
            "start_work_hour": str,
            "end_work_hour": str,
            "work_hour_bandwidth": int,
            "non_work_hour_bandwidth": int,
        },
        secrets=("proxy_password",),
        answers={"changes": list},
        changes=True,
    ),
    "register": Job(
        parameters={
            **dict.fromkeys(("vault_number", "vault_name", "over"), str),
            "again": bool,
            "command": str,
            "staging_folder": str,
            **_PROXY,
            "proxy_username": str,
        },
        secrets=("credentials", "passphrase", "proxy_password"),
        answers={"vault_number": str, "machine_id": str},
        changes=True,
    ),
    "protection": Job(
        parameters={"since": str, "ready_states": list}, answers={"data_sources": list, "jobs": list}
    ),
    "backup": Job(
        parameters={"data_sources": list, "kind": str}, answers={"started": list}, changes=True
    ),
    "cleanup": Job(answers={"removed": int}, changes=True),
    "install_mabs": Job(
        parameters={"setup_path": str, "log_path": str},
        secrets=("answer_file", "credentials"),
        answers={"version": str},
        changes=True,
    ),
}  # fmt: skip

#: By the code of an answer that failed: what the operator can do. Numbers are those of Microsoft's agent:
#: https://learn.microsoft.com/azure/backup/backup-azure-mars-troubleshoot.
REMEDIES: dict[str, str] = {
    "language-mode": "Application control keeps PowerShell in a restricted language mode for this account: have its owner allow "
    "these scripts (they are files of the role dpm_mabs, and can be signed), or run them as an account that may.",
    "execution-policy": "A policy allows only scripts of trusted publishers (Get-ExecutionPolicy -List shows which): have Microsoft's "
    "modules trusted there, or run as an account the policy does not hold for. Nothing here lowers a policy.",
    "no-server": "Install DPM 2022 or MABS V4 on it first.",
    "no-agent": "Install the MARS agent: give the role the path of its installer on the server.",
    "no-installer": "Copy the installer of the MARS agent to the server and give the role its path there.",
    "unsigned-installer": "Download the installer again from https://aka.ms/azurebackup_agent; nothing was run.",
    "installer-failed": "Look at the installer's log on the server; a restart may be due.",
    "no-staging-folder": "Make the folder on the server; it is not made for you, because its place decides what fills up.",
    "registered-elsewhere": "Unregister it from the other vault first, or name that vault. Its online recovery points stay there.",
    "no-credentials": "Run again: a fresh credential file is fetched.",
    "passphrase": "Use the passphrase of at least 16 characters with which the servers of this vault were registered.",
    "not-registered": "Register the server first.",
    "not-kept": "Look at Management > Online in the console of DPM or MABS and run again.",
    "no-data-source": "List the data sources with the job protection and name those.",
    "no-answer-file": "Give the role its variables for the unattended installation.",
    "34513": "The credential file is old or was replaced by a newer one: run again, which fetches a new one.",
    "100110": "The server is registered to another vault: unregister it there first.",
    "34506": "The passphrase or the scratch folder of the agent is not right; check proxy and network as well.",
    "100050": "The proxy asks for a user (407), or blocks: correct the proxy's settings on the server.",
    "0x1FC07": "The scratch folder lacks room (5 to 10 % of the protected data), or its encryption file is missing.",
}


class ServerError(RecoveryError):
    """A job failed on a server. ``code`` is ours or the agent's number, ``server`` its name."""

    def __init__(self, server: str, job: str, text: str, code: str = "", *, changed: bool = False) -> None:
        self.server, self.job, self.code, self.changed = server, job, code, changed
        reported = f" ({code})" if code else ""
        super().__init__(f"{server}: the job {job} failed{reported}: {text}", remedy=REMEDIES.get(code, ""))

    def facts(self) -> dict[str, t.Any]:
        """Server, job and code, and whether something was changed before it failed."""
        return {**super().facts(), "server": self.server, "job": self.job, "code": self.code, "changed": self.changed}


def pascal(name: str) -> str:
    """``proxy_server`` as a script's parameter: ``ProxyServer``."""
    return "".join(part.capitalize() for part in name.split("_"))


def check(job: str, parameters: t.Mapping[str, t.Any], secrets: t.Iterable[str]) -> None:
    """Raise :class:`InputError` for a parameter or secret that the job does not take, or of another type."""
    row = JOBS[job]
    wrong = [name for name in parameters if name not in row.parameters]
    wrong += [name for name in secrets if name not in row.secrets]
    if wrong:
        allowed = ", ".join([*row.parameters, *row.secrets]) or "nothing"
        raise InputError(f"The job {job} does not take {', '.join(wrong)}; it takes {allowed}.")
    for name, value in parameters.items():
        if not of_type(value, row.parameters[name]):
            raise InputError(f"{name} of the job {job} must be a {row.parameters[name].__name__}, got {value!r}.")


def of_type(value: t.Any, wanted: type) -> bool:
    """Whether a value is of a type of JSON; true and false are no numbers."""
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def typed(job: str, parameters: t.Mapping[str, t.Any]) -> JSON:
    """Parameters as templates without native types leave them, in the types of the job; what does not fit stays."""
    made: JSON = {}
    for name, value in parameters.items():
        wanted = JOBS[job].parameters.get(name, str)
        if isinstance(value, str) and wanted is int and value.strip().lstrip("-").isdigit():
            value = int(value)
        elif isinstance(value, str) and wanted is bool and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        elif wanted is str and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        made[name] = value
    return made


def compose(frame: str, text: str) -> str:
    """A job's script with what all of them have in common in its place."""
    if text.count(FRAME) != 1:
        raise ValueError("a job has one line '# frame'")
    return text.replace(FRAME, frame)


def answer(server: str, job: str, text: str) -> JSON:
    """What a job answered, judged by its row: it comes from another machine. Raises :class:`ServerError`."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("job") != job:
        raise ServerError(server, job, f"it answered no result: {text[:200]!r}")
    if found.get("failed"):
        raise ServerError(
            server,
            job,
            str(found.get("error") or "it did not say why"),
            str(found.get("code") or ""),
            changed=bool(found.get("changed")),
        )
    wanted = {"changed": bool, **JOBS[job].answers}
    wrong = [name for name, kind in wanted.items() if not of_type(found.get(name), kind)]
    if wrong:
        raise ServerError(server, job, f"its answer lacks {', '.join(wrong)}, or has another type there")
    return {name: found[name] for name in wanted}


def compared(server: str, utc: str, began: float, ended: float) -> JSON:
    """How far a server's clock is ahead of ours, and how exactly that can be known: half of the time its answer took."""
    try:
        reported = dt.datetime.strptime(utc, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.timezone.utc).timestamp()
    except ValueError:
        raise ServerError(server, "clock", f"{utc!r} is no time") from None
    return {
        "ahead_seconds": round(reported - (began + ended) / 2, 3),
        "uncertainty_seconds": round((ended - began) / 2, 3),
    }


def censored(text: str, secrets: t.Iterable[str]) -> str:
    """A text without any secret in it, should a program have repeated one."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "VALUE HIDDEN").replace(json.dumps(secret)[1:-1], "VALUE HIDDEN")
    return text

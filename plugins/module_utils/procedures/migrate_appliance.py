"""Serve the ``migrate_appliance`` module: one step on the host of an appliance.

On Windows the action plugin sends the jobs' scripts; here is what is decided, and the way to a stand-in for such a host.
"""

from __future__ import annotations

import json
import re
import time
import typing as t
from dataclasses import dataclass

from ..engine.runner import Task
from ..errors import InputError, RecoveryError
from ..resources import appliance_jobs as jobs
from ..resources.server_jobs import ServerError, compared, of_type
from ..wire import JSON
from .dpm_server import Request, ask_stand_in

#: Carries a job out on a host and returns the text it answered.
Ask = t.Callable[[Request], str]
PROXY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}")
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
MOST_SECONDS = 3600


class HostError(RecoveryError):
    """A step on a host cannot be taken, or did not do what it was for. ``answer`` is what the host said."""

    def __init__(self, message: str, answer: JSON, remedy: str = "", *, changed: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.answer, self.changed = answer, changed

    def facts(self) -> dict[str, t.Any]:
        """What the host said, for a rescue block or a report."""
        return {**super().facts(), "answer": self.answer, "changed": self.changed}


@dataclass(frozen=True)
class Step:
    """What a task is about: the options that decisions need, typed."""

    host: str
    kind: jobs.Kind
    scenario: str
    private: bool
    ask: Ask
    check_mode: bool


def manage_appliance(task: Task) -> JSON:
    """Serve the module on a stand-in. A real host is a Windows host, which the action plugin reaches."""
    program = task.options["stand_in"]
    if not program:
        raise InputError(
            f"{task.options['host']} is not reached as a Windows host: its connection has no PowerShell.",
            remedy="Set ansible_connection to winrm or psrp for it (or ssh with ansible_shell_type: powershell).",
        )
    return carry_out(
        task.options,
        lambda request: ask_stand_in(program, request, check_mode=task.check_mode),
        check_mode=task.check_mode,
    )


def carry_out(options: JSON, ask: Ask, *, check_mode: bool) -> JSON:
    """The task's result for what the host answers. Raises :class:`InputError` before anything is asked, then :class:`HostError`."""
    kind: jobs.Kind = options["kind"]
    jobs.needs_of(kind, options["scenario"])
    if options["step"] == "package" and not SHA256.fullmatch(str(options["checksum"] or "").strip()):
        raise InputError(
            "checksum must be the SHA-256 that Microsoft publishes today: 64 digits of 0-9 and A-F.",
            remedy="It stands beside the download in the portal and in the article about the appliance; it changes with each release.",
        )
    if options["step"] == "proxy" and not PROXY.fullmatch(str(options["proxy"] or "")):
        raise InputError(
            "proxy must be an address with a port, such as proxy.corp.example:8080, and nothing else.",
            remedy="The appliance takes an HTTP proxy only: no https://. Credentials belong into its configuration manager.",
        )
    step = Step(options["host"], kind, options["scenario"], options["private_endpoint"], ask, check_mode)
    served: dict[str, t.Callable[[Step, JSON], JSON]] = {
        "look": _look, "package": _package, "install": _install, "auto_update": _auto_update, "proxy": _proxy, "flush": _flush,
        "names": _names,
    }  # fmt: skip
    return served[options["step"]](step, options)


def asked(step: Step, job: str, **parameters: t.Any) -> JSON:
    """What the host answered to a job, judged by the job's row. Raises :class:`ServerError`."""
    request = Request(step.host, job, parameters, {})
    text = step.ask(request)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("job") != job:
        raise ServerError(step.host, job, f"it answered no result: {text[:200]!r}")
    if found.get("failed"):
        said = str(found.get("error") or "it did not say why")
        raise ServerError(step.host, job, said, str(found.get("code") or ""), changed=bool(found.get("changed")))
    rows = {"names": list} if job == "connectivity" else jobs.JOBS[job].answers
    wrong = [name for name, wanted in {"changed": bool, **rows}.items() if not of_type(found.get(name), wanted)]
    if wrong:
        raise ServerError(step.host, job, f"its answer lacks {', '.join(wrong)}, or has another type there")
    return t.cast(JSON, found)


def _look(step: Step, options: JSON) -> JSON:
    """Whether the host can become the appliance, or is it already."""
    began = time.time()
    seen = asked(step, "look")
    ahead = float(compared(step.host, seen["utc"], began, time.time())["ahead_seconds"])
    installed = jobs.present(seen, step.kind)
    problems = [] if installed else jobs.unfit(seen, jobs.needs_of(step.kind, step.scenario), step.kind, ahead)
    if step.kind == "replication" and seen["appliance_config"]:
        problems.append("a discovery appliance is on it (appliance.json): use another host, the two never share one")
    wrong = jobs.wrong_state(seen, step.kind, step.scenario, private=step.private) if installed else []
    registered = _registered(seen, step.kind)
    result = _result(step, "look", False, {**seen, "ahead_seconds": ahead})
    result.update(installed=installed, registered=installed and registered, problems=[*problems, *wrong])
    if (problems or wrong) and options["enforce"]:
        raise HostError(
            f"{step.host} cannot be the {step.kind} appliance: {'; '.join([*problems, *wrong])}. Nothing was changed on it.",
            result["answer"],
            "Correct the host, or name another one.",
        )
    return result


def _registered(seen: JSON, kind: jobs.Kind) -> bool:
    """Whether the appliance says that it is registered with its project."""
    if kind == "replication":
        return bool(seen["replication"].get("registered"))
    return str(seen["config"].get("IsApplianceRegistered")).lower() == "true"


def _package(step: Step, options: JSON) -> JSON:
    """The installer's zip: there, exactly the one that was published, and its scripts signed by Microsoft. Else it is removed."""
    wanted = str(options["checksum"]).strip()
    path, folder = options["path"], options["folder"]
    if not path or not folder:
        raise InputError("step package needs path (the zip on the host) and folder (where it is unpacked).")
    if step.check_mode:
        return _result(step, "package", False, {"checksum": "", "path": path})
    seen = asked(step, "package", url=options["url"] or "", path=path, checksum=wanted, folder=folder)
    if not seen["matches"]:
        old = jobs.of_old(wanted)
        history = f" The wanted value is the one that the article of 2021 printed for {old}: history." if old else ""
        gone = "it was removed" if seen["removed"] else "it could NOT be removed"
        raise HostError(
            f"{path} on {step.host} is not the installer that was published: its SHA-256 is {seen['checksum']}, wanted is {wanted}; "
            f"{gone} and nothing was run.{history}",
            seen,
            "Compare the value with the one beside the download in the portal today (each release has another), "
            "and download again.",
            changed=seen["removed"],
        )
    if seen["unsigned"] or not seen["signers"]:
        raise HostError(
            f"{path} on {step.host}: not signed by Microsoft: {', '.join(seen['unsigned']) or 'every script'}; nothing was run.",
            seen, "Do not use this package; download it again from Microsoft.", changed=bool(seen["changed"]),
        )  # fmt: skip
    return _result(step, "package", bool(seen["changed"]), seen)


def _install(step: Step, options: JSON) -> JSON:
    """Run the installer once, and believe only what is there afterwards."""
    arguments = jobs.installer_arguments(
        step.kind, step.scenario, options["cloud"],
        private=step.private, auto_update=options["auto_update"], trusted_hosts=options["trusted_hosts"],
    )  # fmt: skip
    before = _look(step, {**options, "enforce": True})
    if before["installed"]:
        return _result(step, "install", False, before["answer"])
    needs = jobs.needs_of(step.kind, step.scenario)
    script = options["script"] or "\\".join((str(options["folder"] or "").rstrip("\\"), needs.script))
    if not options["script"] and not options["folder"]:
        raise InputError("step install needs folder, where the package was unpacked, or script.")
    if step.check_mode:
        return _result(step, "install", True, before["answer"])
    ran = asked(
        step,
        "install",
        script=script,
        arguments=arguments,
        answer_yes=step.kind == "discovery",
        seconds=options["timeout"],
    )
    code, seen = int(ran["exit_code"]), asked(step, "look")
    means, cure = jobs.meaning(step.kind, code)
    wrong = jobs.wrong_state(seen, step.kind, step.scenario, private=step.private)
    if code != 0 or wrong:
        tail = f" Its log: {ran['log']}." if ran["log"] else ""
        state = f" What is there: {'; '.join(wrong)}." if wrong else ""
        raise HostError(
            f"{needs.script} on {step.host} ended with {code}: {means}.{state}{tail}",
            {**seen, "exit_code": code, "log": ran["log"]}, cure, changed=True,
        )  # fmt: skip
    return _result(step, "install", True, {**seen, "exit_code": code, "log": ran["log"]})


def _auto_update(step: Step, options: JSON) -> JSON:
    """The appliance's own updates on or off; off also stops its check of aka.ms."""
    wanted = options["auto_update"]
    seen = asked(step, "look")
    held = seen["auto_update"] != "0"
    if held == wanted or step.check_mode:
        return _result(step, "auto_update", held != wanted, {"before": seen["auto_update"], "after": str(int(wanted))})
    done = asked(step, "auto_update", enabled=wanted)
    return _result(step, "auto_update", True, done)


def _proxy(step: Step, options: JSON) -> JSON:
    """The proxy of the host's services, with the private names past it. Names that others put past the same proxy stay.

    Whether it worked is read from what is there afterwards.
    """
    server = str(options["proxy"])
    wanted = [str(row["fqdn"]).lower().rstrip(".") for row in options["names"] or []] + list(options["bypass"] or [])
    before = _service_proxy(step)
    held = before["bypass"] if _same_server(before["server"], server) else []
    missing = [name for name in dict.fromkeys(wanted) if name.lower() not in {text.lower() for text in held}]
    after = {"server": server, "bypass": [*held, *missing]}
    changed = bool(missing) or not _same_server(before["server"], server)
    if changed and not step.check_mode:
        done = asked(step, "proxy", **after)
        found = _service_proxy(step)
        lacking = {text.lower() for text in after["bypass"]} - {text.lower() for text in found["bypass"]}
        if done["exit_code"] != 0 or lacking or not _same_server(found["server"], server):
            raise HostError(
                f"netsh winhttp set proxy on {step.host} ended with {done['exit_code']}; its proxy is {found['server'] or 'none'} now, "
                f"{server} was wanted{', and these names do not go past it: ' + ', '.join(sorted(lacking)) if lacking else ''}.",
                found, "Set it by hand there: netsh winhttp set proxy; look for a policy that sets the proxy.", changed=True,
            )  # fmt: skip
    result = _result(step, "proxy", changed, after)
    result["diff"].update(before=before if changed else after, after=after)
    return {**result, "proxy": {"address": after["server"], "bypass": after["bypass"]}}


def _same_server(there: str, wanted: str) -> bool:
    """Whether a proxy is the wanted one; Windows may show its scheme."""
    return there.lower().removeprefix("http://").rstrip("/") == wanted.lower()


def _service_proxy(step: Step) -> JSON:
    """The proxy of the host's services, and what goes past it; empty without one."""
    seen = asked(step, "connectivity", names=[], port=443)
    return {"server": str(seen.get("service_proxy") or ""), "bypass": list(seen.get("service_bypass") or [])}


def _flush(step: Step, options: JSON) -> JSON:
    """Empty the host's DNS cache; nothing that was there before is lost by it, so it is no change."""
    return _result(step, "flush", False, {} if step.check_mode else asked(step, "flush"))


def _names(step: Step, options: JSON) -> JSON:
    """What the host says of names, in the rows that verifications take."""
    from ..dns.query import Lookup
    from ..dns.resolution import asked_names, judge

    wanted = asked_names(options["names"] or [])
    seen = asked(step, "connectivity", names=[item.fqdn for item in wanted], port=443)
    said = {str(row.get("name")).lower(): row for row in seen["names"]}
    rows = []
    for item in wanted:
        row = said.get(item.fqdn, {})
        found = tuple(sorted(text for text in map(str, row.get("addresses") or []) if ":" not in text))
        judged = judge(item, Lookup(found, failure="" if found else str(row.get("error") or "no address")))
        if judged["resolved"]:
            judged["connected"] = bool(row.get("reached"))
            if not judged["connected"]:
                judged["message"] = f"{item.fqdn} resolves but is not reached: {row.get('error') or 'no answer'}."
        rows.append(judged)
    result = _result(step, "names", False, {})
    proxy = {"address": str(seen.get("service_proxy") or ""), "bypass": list(seen.get("service_bypass") or [])}
    return {**result, "names": rows, "proxy": proxy}


def _result(step: Step, name: str, changed: bool, answer: JSON) -> JSON:
    deed = f"{step.host}: {name}"
    after = {"done": True} if changed else {}
    return {
        "changed": changed,
        "diff": {"before_header": f"{deed} (before)", "after_header": f"{deed} (after)", "before": {}, "after": after},
        "host": step.host,
        "answer": {key: value for key, value in answer.items() if key not in ("job", "failed", "changed")},
    }

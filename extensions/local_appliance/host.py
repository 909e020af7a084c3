"""What the host of an appliance answers to the jobs of the role ``migrate``, and what it becomes by them."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from .installers import INSTALLERS, Asked

JSON = dict[str, t.Any]
#: A host that fits every appliance and has none.
NEW: JSON = {
    "os_caption": "Microsoft Windows Server 2022 Datacenter",
    "os_build": "10.0.20348",
    "culture": "en-US",
    "cores": 8,
    "memory_gb": 32,
    "largest_free_gb": 640,
    "elevated": True,
    "is_server": True,
    "edge": True,
    "internet_explorer": False,
    "site_recovery_server": False,
    "fips": False,
    "roles": [],
    "appliance_config": "",
    "config": {},
    "replication": {"installed": False, "registered": False},
    "manager_answers": False,
    "web_service": False,
    "auto_update": "",
    "clock_offset_seconds": 0,
    "files": {},
    "downloads": {},
    "folders": {},
    "unsigned": [],
    "signers": ["CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"],
    "installer_exit_code": 0,
    "installer_does_nothing": False,
    "answers": [],
    "proxy": {"server": "", "bypass": []},
    "proxy_refused": False,
    "names": {},
    "unreachable": [],
    "flushed": 0,
    "ran": [],
}
LOOKED = (
    *("os_caption", "os_build", "culture", "cores", "memory_gb", "largest_free_gb", "elevated", "is_server", "edge"),
    *("internet_explorer", "site_recovery_server", "fips", "roles", "appliance_config", "config", "replication"),
    *("manager_answers", "web_service", "auto_update"),
)


class JobFailed(Exception):
    """A job ends with an error, with a code of the jobs'."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class LocalHost:
    """One host; ``state`` is the caller's and is all that is remembered.

    ``files`` maps paths to the text of a zip (its content decides its hash), ``downloads`` URLs to the same; ``names`` maps names to
    the addresses its resolver answers.
    """

    def __init__(self, name: str, state: JSON, now: t.Callable[[], dt.datetime]) -> None:
        for key, value in NEW.items():
            state.setdefault(key, value.copy() if isinstance(value, (dict, list)) else value)
        self.name, self.state, self._now = name, state, now

    def answer(self, job: str, parameters: JSON) -> JSON:
        """What the job answers."""
        done: t.Callable[[JSON], JSON] = getattr(self, f"_{job}")
        try:
            return {"job": job, "failed": False, "changed": False, **done(parameters)}
        except JobFailed as failed:
            return {"job": job, "failed": True, "changed": False, "error": failed.text, "code": failed.code}

    def _look(self, _parameters: JSON) -> JSON:
        utc = self._now() + dt.timedelta(seconds=self.state["clock_offset_seconds"])
        reported = {key: self.state[key] for key in LOOKED}
        return {**reported, "computer": self.name.upper(), "utc": utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}

    def _package(self, parameters: JSON) -> JSON:
        path, url, changed = parameters["path"], parameters["url"], False
        if path not in self.state["files"]:
            if url not in self.state["downloads"]:
                raise JobFailed("no-package", f"There is no {path} on this host, and no URL to fetch it from.")
            self.state["files"][path], changed = self.state["downloads"][url], True
        found = hashlib.sha256(self.state["files"][path].encode()).hexdigest().upper()
        answer: JSON = {"checksum": found, "removed": False, "signers": [], "unsigned": [], "script": ""}
        if found.lower() != parameters["checksum"].lower():
            del self.state["files"][path]
            return {**answer, "matches": False, "removed": True, "changed": True}
        if parameters["folder"] not in self.state["folders"]:
            self.state["folders"][parameters["folder"]], changed = self.state["files"][path], True
        script = f"{parameters['folder']}\\{self.state['folders'][parameters['folder']]}"
        signers = [] if self.state["unsigned"] else self.state["signers"]
        return {
            **answer,
            "matches": True,
            "changed": changed,
            "signers": signers,
            "unsigned": self.state["unsigned"],
            "script": script,
        }

    def _install(self, parameters: JSON) -> JSON:
        folder, _slash, script = parameters["script"].rpartition("\\")
        if self.state["folders"].get(folder) != script:
            raise JobFailed("no-installer", f"There is no {parameters['script']} on this host.")
        self.state["ran"].append([script, *parameters["arguments"]])
        answers = [*(["Y"] if parameters["answer_yes"] else []), *self.state["answers"]]
        try:
            code = INSTALLERS[script](parameters["arguments"], answers, self.state)
        except Asked:
            seconds = parameters["seconds"]
            raise JobFailed(
                "installer-late", f"The installer did not end within {seconds} s and was stopped."
            ) from None
        log = "C:\\ProgramData\\Microsoft Azure\\Logs\\AzureMigrateScenarioInstaller_1.log"
        return {"changed": True, "exit_code": code, "log": log}

    def _auto_update(self, parameters: JSON) -> JSON:
        before, self.state["auto_update"] = self.state["auto_update"], str(int(parameters["enabled"]))
        return {"changed": True, "before": before, "after": self.state["auto_update"]}

    def _proxy(self, parameters: JSON) -> JSON:
        if not self.state["proxy_refused"]:
            self.state["proxy"] = {"server": parameters["server"], "bypass": parameters["bypass"]}
        return {"changed": True, "exit_code": int(self.state["proxy_refused"])}

    def _flush(self, _parameters: JSON) -> JSON:
        self.state["flushed"] += 1
        return {}

    def _connectivity(self, parameters: JSON) -> JSON:
        rows = []
        for name in parameters["names"]:
            addresses = self.state["names"].get(name, [])
            reached = bool(addresses) and name not in self.state["unreachable"]
            error = (
                "" if reached else f"{name}:443 did not answer within 10 s" if addresses else "No such host is known"
            )
            rows.append({"name": name, "addresses": addresses, "reached": reached, "via": "direct", "error": error})
        proxy = self.state["proxy"]
        return {"names": rows, "service_proxy": proxy["server"], "service_bypass": proxy["bypass"]}

"""What a DPM or MABS server answers to the jobs of the role ``dpm_mabs``, and what it becomes by them.

The state is a dictionary the caller keeps; nothing else is remembered. What the server does in Azure is an event of the
local Azure. Sources: Microsoft Learn "Deploy and manage backup to Azure for DPM servers with PowerShell" and "Configure
private endpoint for DPM/MABS server in Azure Backup". How the real agent words its refusals is documented for a few error
numbers only (Microsoft Learn "Troubleshoot the Microsoft Azure Recovery Services agent"); the other words are the stand-in's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t
import uuid

from . import credentials
from .credentials import JobFailed
from .state import NEW, SOURCE

JSON = dict[str, t.Any]
#: The agent that the Setup of MABS brings.
SETUP_AGENT = "2.0.9262.0"


class Died(Exception):
    """The server went away in the middle of a job, as a state's ``dies_after`` asks for."""


class LocalServer:
    """One server. ``post`` sends the local Azure an event and returns its answer; ``resolve`` answers a name's addresses."""

    def __init__(
        self,
        name: str,
        state: JSON,
        post: t.Callable[[str, JSON], JSON],
        resolve: t.Callable[[str], list[str]],
        now: t.Callable[[], dt.datetime],
    ) -> None:
        for key, value in NEW.items():
            state.setdefault(key, value.copy() if isinstance(value, (dict, list)) else value)
        for source in state["data_sources"]:
            for key, value in SOURCE.items():
                source.setdefault(key, value)
        self.name, self.state = name, state
        self._post, self._resolve, self._now = post, resolve, now

    def answer(self, job: str, parameters: JSON, secrets: t.Mapping[str, str], *, check_mode: bool = False) -> JSON:
        """What the job answers. Raises :class:`Died` when the server goes away in it."""
        done: t.Callable[..., JSON] = getattr(self, f"_{job}")
        try:
            if job != "versions" and self.state["language_mode"] != "FullLanguage":
                raise JobFailed("language-mode", f"PowerShell runs in {self.state['language_mode']} here.")
            return {"job": job, "failed": False, "changed": False, **done(parameters, secrets, check_mode)}
        except JobFailed as failed:
            return {"job": job, "failed": True, "changed": False, "error": failed.text, "code": failed.code}

    def _versions(self, _parameters: JSON, _secrets: t.Mapping[str, str], _check: bool) -> JSON:
        reported = ("product", "product_version", "agent_version", "language_mode", "execution_policies")
        return {
            "computer": self.name.split(".", maxsplit=1)[0].upper(),
            "powershell_version": "5.1.20348.1",
            **{key: self.state[key] for key in reported},
        }

    def _clock(self, _parameters: JSON, _secrets: t.Mapping[str, str], _check: bool) -> JSON:
        utc = self._now() + dt.timedelta(seconds=self.state["clock_offset_seconds"])
        return {"utc": utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")}

    def _connectivity(self, parameters: JSON, _secrets: t.Mapping[str, str], _check: bool) -> JSON:
        proxy = str(parameters.get("proxy_server") or "")
        bypass = [*(parameters.get("proxy_bypass") or []), *self.state["proxy"]["bypass"]]
        rows = []
        for name in parameters.get("names") or []:
            addresses = self._resolve(name)
            reached = bool(addresses) and name not in self.state["unreachable"]
            through = bool(proxy) and not any(_like(name, pattern) for pattern in bypass)
            error = (
                ""
                if reached
                else "No such host is known"
                if not addresses
                else f"{name}:443 did not answer within 10 s"
            )
            via = "proxy" if through else "direct"
            rows.append({"name": name, "addresses": addresses, "reached": reached, "via": via, "error": error})
        return {
            "names": rows,
            "service_proxy": self.state["proxy"]["server"],
            "service_bypass": self.state["proxy"]["bypass"],
        }

    def _registration(self, _parameters: JSON, _secrets: t.Mapping[str, str], _check: bool) -> JSON:
        reported = ("vault_number", "machine_id", "registered_over", "leftovers")
        return {
            **{key: self.state[key] for key in reported},
            "unfinished": self.state["registering"] != "",
            "settings": {**self.state["settings"], "readable": self.state["vault_number"] != ""},
        }

    def _agent(self, parameters: JSON, _secrets: t.Mapping[str, str], check: bool) -> JSON:
        before = self.state["agent_version"]
        wanted = str(parameters.get("wanted_version") or "0")
        enough = before != "" and _version(before) >= _version(wanted)
        if not enough:
            brings = self.state["installers"].get(parameters.get("installer_path") or "")
            if brings is None:
                raise JobFailed(
                    "no-installer", f"The MARS agent is {before!r}, {wanted} is wanted, and there is no installer."
                )
            if brings == "unsigned":
                raise JobFailed("unsigned-installer", "The installer has no valid signature of Microsoft Corporation.")
            if not check:
                self.state["agent_version"] = brings
                if _version(brings) < _version(wanted):
                    raise JobFailed(
                        "installer-failed", f"After the installer ran the MARS agent is {brings}, {wanted} is wanted."
                    )
        return {"changed": not enough, "version_before": before, "version": self.state["agent_version"]}

    def _settings(self, parameters: JSON, _secrets: t.Mapping[str, str], check: bool) -> JSON:
        self._needs_server()
        if not self.state["vault_number"]:
            raise JobFailed(
                "not-registered", "This server has no settings for online protection: it is not registered."
            )
        current, changes = self.state["settings"], []
        wanted = dict(current)
        staging = str(parameters.get("staging_folder") or "")
        if staging and staging != current["staging_folder"]:
            self._needs_folder(staging)
            changes.append("staging")
            wanted["staging_folder"] = staging
        mode = parameters.get("proxy_mode", "keep")
        proxy = {"none": ("", 0), "set": (parameters.get("proxy_server", ""), parameters.get("proxy_port", 0))}.get(
            mode
        )
        if proxy is not None and proxy != (current["proxy_server"], current["proxy_port"]):
            changes.append("proxy")
            wanted["proxy_server"], wanted["proxy_port"] = proxy
        hours = "|".join(
            str(parameters.get(key) or "")
            for key in (
                "work_days",
                "start_work_hour",
                "end_work_hour",
                "work_hour_bandwidth",
                "non_work_hour_bandwidth",
            )
        )
        if parameters.get("work_days") and hours != self.state["work_hours"]:
            changes.append("work hours")
        if not check:
            self.state["settings"] = wanted
            self.state["work_hours"] = hours if "work hours" in changes else self.state["work_hours"]
        return {"changed": bool(changes), "changes": changes}

    def _register(self, parameters: JSON, secrets: t.Mapping[str, str], check: bool) -> JSON:
        number, again = str(parameters.get("vault_number") or ""), bool(parameters.get("again"))
        if not number:
            raise JobFailed("no-credentials", "The number of the vault is not given.")
        if self.state["vault_number"] not in ("", number):
            raise JobFailed(
                "registered-elsewhere",
                f"This server is registered to the vault with number {self.state['vault_number']}.",
            )
        done = self.state["vault_number"] != "" and not self.state["registering"]
        if not done or again:
            if len(secrets.get("passphrase", "")) < 16:
                raise JobFailed("passphrase", "The passphrase has fewer than 16 characters.")
            if parameters.get("staging_folder"):
                self._needs_folder(parameters["staging_folder"])
            self._needs_server()
            if not check:
                vault = self._vault(secrets.get("credentials", ""), number)
                self._really_register(parameters, secrets["passphrase"], number, vault)
        noted = done and not again and parameters.get("over", "") not in ("", self.state["registered_over"])
        if noted and not check:
            self.state["registered_over"] = parameters["over"]
        return {
            "changed": not done or again or noted,
            "vault_number": self.state["vault_number"],
            "machine_id": self.state["machine_id"],
        }

    def _really_register(self, parameters: JSON, passphrase: str, number: str, vault: str) -> None:
        self.state["leftovers"] = 0
        self.state["registering"] = number
        self.state["leftovers"] = 1
        self._may_die("credentials")
        kind = "AzureBackupServer" if self.state["product"] == "MABS" else "DPM"
        reported = self._post(
            "machine_registered", {"vault": vault, "machine": self.name, "backup_management_type": kind}
        )
        self.state["leftovers"] = 0
        if not reported.get("succeeded"):
            raise JobFailed("", str(reported.get("message") or "The service could not be reached."))
        self.state["vault_number"], self.state["vault"] = number, vault
        self.state["machine_id"] = self.state["machine_id"] or str(uuid.uuid4())
        self._may_die("registered")
        if parameters.get("staging_folder"):
            self.state["settings"]["staging_folder"] = parameters["staging_folder"]
        self.state["passphrase"] = _digest(passphrase)
        self.state["first_passphrase"] = self.state["first_passphrase"] or _digest(passphrase)
        self._may_die("passphrase")
        self.state["registered_over"] = str(parameters.get("over") or "")
        self.state["registering"] = ""

    def _protection(self, parameters: JSON, _secrets: t.Mapping[str, str], _check: bool) -> JSON:
        self._needs_server()
        rows, since = [], str(parameters.get("since") or "")
        for source in self.state["data_sources"]:
            self._goes_on(source)
            readable = self.state["passphrase"] in ("", self.state["first_passphrase"])
            rows.append(
                {
                    **{
                        key: source.get(key, "")
                        for key in ("id", "computer", "group", "online", "disk_points", "latest_disk")
                    },
                    "name": source.get("name") or source["id"],
                    "state": "Valid" if source["polls_to_replica"] <= 0 else "Inactive",
                    "replica_ready": source["polls_to_replica"] <= 0,
                    "online_points": source["online_points"] if readable else 0,
                    "latest_online": source["latest_online"] if readable else "",
                }
            )
        jobs = [
            {key: job[key] for key in ("type", "status", "error")} for job in self.state["jobs"] if job["at"] >= since
        ]
        return {"data_sources": rows, "jobs": jobs if since else []}

    def _goes_on(self, source: JSON) -> None:
        """A look at a data source takes its replica, or its running backup, one step further."""
        if source["polls_to_replica"] > 0:
            source["polls_to_replica"] -= 1
            if source["polls_to_replica"] == 0:
                self._point(source, "disk")
        elif source["running"] > 0:
            source["running"] -= 1
            if source["running"] == 0:
                self._ends(source)

    def _ends(self, source: JSON) -> None:
        kind = "AzureBackupServer" if self.state["product"] == "MABS" else "DPM"
        event: JSON = {
            "vault": self.state.get("vault", ""),
            "machine": self.name,
            "item": source["id"],
            "backup_management_type": kind,
        }
        reported = self._post("first_backup" if source["known_to_azure"] else "data_source_added", event)
        row = {
            "type": "CloudBackup",
            "status": "Succeeded" if reported.get("succeeded") else "Failed",
            "error": reported.get("message", ""),
            "at": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.state["jobs"] = [*self.state["jobs"], row]
        if reported.get("succeeded"):
            source["known_to_azure"] = True
            self._point(source, "online")

    def _point(self, source: JSON, kind: str) -> None:
        source[f"{kind}_points"] += 1
        source[f"latest_{kind}"] = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _backup(self, parameters: JSON, _secrets: t.Mapping[str, str], check: bool) -> JSON:
        self._needs_server()
        wanted = set(parameters.get("data_sources") or [])
        chosen = [source for source in self.state["data_sources"] if source["id"] in wanted]
        if len(chosen) != len(wanted):
            raise JobFailed(
                "no-data-source", f"Of {len(wanted)} data sources that were named {len(chosen)} are protected here."
            )
        for source in chosen if not check else ():
            if parameters.get("kind", "online") == "online":
                source["running"] = max(1, source["polls_to_backup"])
            else:
                self._point(source, "disk")
        return {"changed": bool(chosen), "started": [source["id"] for source in chosen]}

    def _cleanup(self, _parameters: JSON, _secrets: t.Mapping[str, str], check: bool) -> JSON:
        count = self.state["leftovers"]
        if not check:
            self.state["leftovers"] = 0
        return {"changed": count > 0, "removed": count}

    def _install_mabs(self, parameters: JSON, secrets: t.Mapping[str, str], check: bool) -> JSON:
        before = self.state["product_version"]
        if not before:
            if not parameters.get("setup_path"):
                raise JobFailed("no-installer", "There is no setup program at ''.")
            if not secrets.get("answer_file"):
                raise JobFailed("no-answer-file", "No answer file was handed over.")
            if not check:
                self.state.update(product="MABS", product_version="14.0.30.0", agent_version=SETUP_AGENT)
                self._registers_in_setup(secrets)
        return {"changed": not before, "version": self.state["product_version"]}

    def _registers_in_setup(self, secrets: t.Mapping[str, str]) -> None:
        """Setup registers the server when its answer file leads to a credential file."""
        keys = dict(line.split("=", 1) for line in secrets["answer_file"].splitlines() if "=" in line)
        if keys.get("VaultCredentialFilePath") == "@CREDENTIALS@" and secrets.get("credentials"):
            found = credentials.read(secrets["credentials"], self._now())
            self._really_register({}, keys.get("SecurityPassphrase", ""), found.number, found.vault)

    def _vault(self, content: str, number: str) -> str:
        """The vault a credential file is for; it must be the one with that number."""
        found = credentials.read(content, self._now())
        if found.number != number:
            raise credentials.refused()
        return found.vault

    def _needs_server(self) -> None:
        if not self.state["product_version"]:
            raise JobFailed("no-server", "Neither DPM nor MABS is installed.")

    def _needs_folder(self, path: str) -> None:
        if path not in self.state["folders"]:
            raise JobFailed("no-staging-folder", f"The staging folder {path} does not exist.")

    def _may_die(self, step: str) -> None:
        if self.state.get("dies_after") == step:
            del self.state["dies_after"]
            raise Died(step)


def _like(name: str, pattern: str) -> bool:
    """PowerShell's ``-like`` for the patterns proxies have."""
    import fnmatch

    return fnmatch.fnmatch(name.lower(), pattern.lower())


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

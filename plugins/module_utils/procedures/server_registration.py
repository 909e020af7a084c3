"""Serve the ``server_registration`` module: the gates of servers that are to register with a vault, and the plan."""

from __future__ import annotations

import datetime as dt
import os

from .. import secret_files
from ..engine.runner import Task
from ..errors import InputError, Refusal
from ..ids import fold_id, parse_id
from ..resources.endpoint_connections import of_group, status_of
from ..resources.vault_contents import BACKUP_API_VERSION
from ..resources.vault_credentials import read
from ..resources.vaults import TYPE as VAULT_TYPE
from ..resources.vaults import connections, denied, read_vault
from ..sequences import server_facts as facts
from ..sequences import servers
from ..sequences.gate import Gate, ok, refused, summary
from ..wire import JSON, get_path
from .preflight import NOTHING, GatesClosed

ENGINE_KINDS = ("DPM", "AzureBackupServer")


def judge_servers(task: Task) -> JSON:
    """Ask Azure what it has of the vault and its servers, judge each server, and say what is to be done."""
    options = task.options
    vault_id = parse_id(options["vault"], VAULT_TYPE, option="vault").text
    if len(set(options["servers"])) != len(options["servers"]):
        raise InputError("servers names one of them twice.")
    copy = _copy(options["passphrase_copy"])
    vault = read_vault(task.azure, vault_id)
    if vault is None:
        raise Refusal(f"{vault_id} does not exist. {NOTHING}", remedy="Run dpm_mabs first, which makes it.")
    approved = [item for item in connections(vault) if of_group(item, "AzureBackup") and status_of(item) == "Approved"]
    names = {str(row["fqdn"]).lower(): tuple(row["ip_addresses"]) for row in options["names"] or []}
    terms = facts.Terms(
        mode=options["mode"],
        vault_id=vault_id,
        number=facts.number_of(names),
        over=facts.over(approved, denied=denied(vault)),
        names=names,
        public_names=tuple(options["public_names"]),
        least_versions={"DPM": options["least_dpm_version"], "MABS": options["least_mabs_version"]},
        least_agent=options["least_agent_version"],
        installer=options["agent_installer"] or "",
        skew=options["most_clock_skew"],
        setup=options["setup"] or "",
        answers=_answers(options["answer_file"]),
        passphrase=options["passphrase"] or "",
        listed=_listed(task, vault_id),
    )
    found = [
        (server, *servers.judge(server, terms)) for server in facts.servers_of(options["servers"], options["results"])
    ]
    needed = options["mode"] != "verify" and any(action != "none" for _server, _gates, action in found)
    gates = [
        _way(vault_id, terms),
        servers.passphrase(options["passphrase"] or "", copy, options["mode"], needed=needed),
        *_credentials(options["credentials_file"], vault_id, needed=needed),
        *(gate for _server, rows, _action in found for gate in rows),
    ]
    for gate in gates:
        if gate.verdict == "warning":
            task.warn(f"[{gate.name}] {gate.message} {gate.remedy}".strip())
    message = summary(gates)
    verdicts = [gate.as_dict() for gate in gates]
    if message and options["enforce"]:
        raise GatesClosed(f"{NOTHING} {message}", verdicts)
    return {
        "changed": False,
        "passed": not message,
        "message": message,
        "gates": verdicts,
        "vault_number": terms.number,
        "over": terms.over,
        "servers": [
            {
                "name": server.name,
                "action": action,
                "registered": action == "none" and not message,
                "vault_number": terms.number or str(server.said("registration").get("vault_number") or ""),
            }
            for server, _gates, action in found
        ],
        "needs_credentials": needed and not message,
    }


def _way(vault_id: str, terms: facts.Terms) -> Gate:
    """Whether the vault can be reached at all: over an approved endpoint, or publicly."""
    if terms.over:
        way = "publicly" if terms.over == "public" else "over its private endpoints"
        return ok("vault_way", vault_id, f"The vault is reached {way}.")
    return refused(
        "vault_way",
        vault_id,
        "The vault denies public network access and has no approved private endpoint for AzureBackup.",
        "Run dpm_mabs, or approve the connection; after a removal open public access or make a new endpoint first.",
    )


def _listed(task: Task, vault_id: str) -> frozenset[str]:
    """The servers of DPM and MABS that the vault lists, by name and the first part of it."""
    found = set()
    for document in task.azure.list(f"{vault_id}/backupEngines", BACKUP_API_VERSION):
        if get_path(document, "properties.backupManagementType") in ENGINE_KINDS:
            for name in (document.get("name"), get_path(document, "properties.friendlyName")):
                if name:
                    found |= {str(name).lower(), str(name).lower().split(".", maxsplit=1)[0]}
    return frozenset(found)


def _answers(text: str | None) -> dict[str, str] | None:
    """The keys and values of an answer file; None without one."""
    if not text:
        return None
    lines = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, equals, value in lines if equals}


def _copy(path: str | None) -> str | None:
    """The passphrase that was saved at the first registration; None when none was."""
    if not path:
        return None
    place = os.path.expanduser(path)
    if not os.path.lexists(place):
        return None
    content = secret_files.content_of(place)
    if content is None:
        raise InputError(
            f"passphrase_copy {place} cannot be read, or others may read it.", remedy="Its mode must be 0600."
        )
    return content.decode().rstrip("\r\n")


def _credentials(path: str | None, vault_id: str, *, needed: bool) -> list[Gate]:
    """A registration file that the operator brings; without one a fresh one is fetched when it is needed."""
    if not path or not needed:
        return []
    found = read(secret_files.content_of(os.path.expanduser(path)) or b"")
    name, remedy = (
        "credentials_file",
        "Download a new one for this vault, with mode 0600, or leave it out: then one is fetched.",
    )
    if found is None:
        return [refused(name, path, f"{path} is no registration file, or others may read it.", remedy)]
    if found.vault != fold_id(vault_id):
        return [refused(name, path, f"{path} is for another vault: {found.vault}.", remedy)]
    if found.ends <= dt.datetime.now(dt.timezone.utc):
        return [refused(name, path, f"The certificate in {path} has expired on {found.ends:%d %B %Y}.", remedy)]
    return [ok(name, path, f"{path} is for this vault and valid until {found.ends:%d %B %Y, %H:%M} UTC.")]

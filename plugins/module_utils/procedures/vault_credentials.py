"""Serve the ``vault_credentials`` module: fetch the registration file when it is needed, and shred it afterwards."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass

from .. import secret_files
from ..azure.client import Azure
from ..engine.runner import Task
from ..errors import InputError, Refusal
from ..ids import fold_id, parse_id
from ..resources.vault_contents import channel_integrity_key, read_fabric
from ..resources.vault_credentials import (
    AGENTS,
    BACKUP,
    Agent,
    Found,
    SiteRecovery,
    certificate_id,
    document,
    own_identity,
    read,
    request,
)
from ..resources.vaults import API_VERSION, read_vault
from ..resources.vaults import TYPE as VAULT_TYPE
from ..wire import JSON, get_path


def manage_credentials(task: Task) -> JSON:
    """Make the file be there and fresh, or be gone."""
    vault_id = parse_id(task.options["vault"], VAULT_TYPE, option="vault").text
    site = _site(task)
    path = os.path.expanduser(task.options["path"])
    secret_files.check_place(path)
    if task.options["state"] == "absent":
        return _shredded(task, vault_id, path)
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    found = read(secret_files.content_of(path) or b"")
    wanted = Wanted(vault_id, AGENTS[task.options["agent"]], site, task.options["most_age_minutes"])
    reason = "force is set" if task.options["force"] else stale(found, wanted, now)
    if reason and not task.check_mode:
        found = _fetch(task, vault_id, path, now)
    reported = found if not (reason and task.check_mode) else None
    return {
        **_outcome(path, "fetched" if reason else "kept", changed=bool(reason)),
        "reason": reason,
        "vault_number": reported.number if reported else "",
        "valid_from": reported.begins.isoformat() if reported else "",
        "valid_to": reported.ends.isoformat() if reported else "",
    }


@dataclass(frozen=True)
class Wanted:
    """What the file is to be for; ``site`` is a Hyper-V site's name, or empty. ``most_age`` is in minutes."""

    vault_id: str
    agent: Agent = BACKUP
    site: str = ""
    most_age: int = 60


def stale(found: Found | None, wanted: Wanted, now: dt.datetime) -> str:
    """Why a file on disk has to be fetched anew; empty when it can be used as it is."""
    if found is None:
        return "there is no file that can be used"
    if found.vault != fold_id(wanted.vault_id):
        return "the file is for another vault"
    if found.agent != wanted.agent:
        return "the file is for another agent"
    if found.site.lower() != wanted.site.lower():
        return "the file is for another Hyper-V site"
    if found.ends <= now:
        return "its certificate has expired"
    if not found.begins <= now <= found.begins + dt.timedelta(minutes=wanted.most_age):
        return f"its certificate was not made in the last {wanted.most_age} minutes"
    return ""


def _fetch(task: Task, vault_id: str, path: str, now: dt.datetime) -> Found | None:
    azure = task.azure
    vault = read_vault(azure, vault_id)
    if vault is None:
        raise Refusal(
            f"{vault_id} does not exist; no certificate was asked for.",
            remedy="Check its name, or make it first: servers register with a vault that is there.",
        )
    site_recovery = _for_site_recovery(azure, vault_id, _site(task)) if AGENTS[task.options["agent"]].sites else None
    own = task.options["certificate"] == "own"
    identity = own_identity(parse_id(vault_id).name, now, task.options["validity_hours"]) if own else None
    answer = azure.put(certificate_id(vault_id, now.date()), API_VERSION, request(identity))
    content = document(vault_id, vault, answer, identity, site_recovery)
    secret_files.write(path, content)
    return read(content)


def _site(task: Task) -> str:
    site: str = task.options["hyperv_site"] or ""
    if site and not AGENTS[task.options["agent"]].sites:
        raise InputError(
            f"hyperv_site is {site}, but the file is for the agents of Backup, which know no sites.",
            remedy="Set agent to site_recovery, or leave hyperv_site out.",
        )
    if "/" in site:
        raise InputError(f"hyperv_site is {site}, which is no name of a site.", remedy="Give its name, not its id.")
    return site


def _for_site_recovery(azure: Azure, vault_id: str, site: str) -> SiteRecovery:
    """What only Site Recovery's file holds, read before a certificate is asked for."""
    fabric = read_fabric(azure, vault_id, site) if site else {}
    if fabric is None:
        raise Refusal(
            f"{vault_id} has no Hyper-V site {site}; no certificate was asked for.",
            remedy="Check its name among the vault's replication fabrics, or make the site first.",
        )
    kind = get_path(fabric, "properties.customDetails.instanceType")
    identifier = str(get_path(fabric, "properties.internalIdentifier") or "")
    if site and (kind != "HyperVSite" or not identifier):
        raise Refusal(
            f"The replication fabric {site} of {vault_id} is {kind or 'of no kind that Azure names'}, with the identifier "
            f"{identifier or '(none)'}: no Hyper-V site that hosts can register with. No certificate was asked for.",
            remedy="Name a Hyper-V site in hyperv_site; for servers of System Center VMM leave it out.",
        )
    return SiteRecovery(channel_integrity_key(azure, vault_id), identifier, site)


def _shredded(task: Task, vault_id: str, path: str) -> JSON:
    left = secret_files.there(path)
    if not task.check_mode:
        for each in left:
            secret_files.shred(each)
    return {
        **_outcome(path, "shredded" if left else "absent", changed=bool(left)),
        "reason": "",
        "vault_number": "",
        "valid_from": "",
        "valid_to": "",
    }


def _outcome(path: str, deed: str, *, changed: bool) -> JSON:
    """The result. Of the file only its place and that it was made or removed: nothing of what it holds."""
    words = {
        "fetched": ({"file": "not usable"}, {"file": "registration file, content not shown"}),
        "shredded": ({"file": "registration file, content not shown"}, {"file": "absent"}),
    }
    before, after = words.get(deed, ({"file": deed}, {"file": deed}))
    return {
        "changed": changed,
        "diff": {
            "before_header": f"{path} (before)",
            "after_header": f"{path} (after)",
            "before": before,
            "after": after,
        },
        "path": path,
        "fetched": deed == "fetched",
    }

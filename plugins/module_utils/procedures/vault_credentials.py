"""Serve the ``vault_credentials`` module: fetch the registration file when it is needed, and shred it afterwards."""

from __future__ import annotations

import datetime as dt
import os

from .. import secret_files
from ..engine.runner import Task
from ..errors import Refusal
from ..ids import fold_id, parse_id
from ..resources.vault_credentials import Found, certificate_id, document, own_identity, read, request
from ..resources.vaults import API_VERSION, read_vault
from ..resources.vaults import TYPE as VAULT_TYPE
from ..wire import JSON


def manage_credentials(task: Task) -> JSON:
    """Make the file be there and fresh, or be gone."""
    vault_id = parse_id(task.options["vault"], VAULT_TYPE, option="vault").text
    path = os.path.expanduser(task.options["path"])
    secret_files.check_place(path)
    if task.options["state"] == "absent":
        return _shredded(task, vault_id, path)
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    found = read(secret_files.content_of(path) or b"")
    reason = "force is set" if task.options["force"] else stale(found, vault_id, now, task.options["most_age_minutes"])
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


def stale(found: Found | None, vault_id: str, now: dt.datetime, most_age_minutes: int) -> str:
    """Why a file on disk has to be fetched anew; empty when it can be used as it is."""
    if found is None:
        return "there is no file that can be used"
    if found.vault != fold_id(vault_id):
        return "the file is for another vault"
    if found.ends <= now:
        return "its certificate has expired"
    if not found.begins <= now <= found.begins + dt.timedelta(minutes=most_age_minutes):
        return f"its certificate was not made in the last {most_age_minutes} minutes"
    return ""


def _fetch(task: Task, vault_id: str, path: str, now: dt.datetime) -> Found | None:
    azure = task.azure
    vault = read_vault(azure, vault_id)
    if vault is None:
        raise Refusal(
            f"{vault_id} does not exist; no certificate was asked for.",
            remedy="Check its name, or make it first: servers register with a vault that is there.",
        )
    own = task.options["certificate"] == "own"
    identity = own_identity(parse_id(vault_id).name, now, task.options["validity_hours"]) if own else None
    answer = azure.put(certificate_id(vault_id, now.date()), API_VERSION, request(identity))
    content = document(vault_id, vault, answer, identity)
    secret_files.write(path, content)
    return read(content)


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

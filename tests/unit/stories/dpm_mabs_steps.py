"""Every step of the role dpm_mabs, and the story of ``dpm_mabs.py`` that fails when the step is not there."""

from __future__ import annotations

#: By task file: the tasks, and the story that misses them.
SEEN_BY: dict[str, dict[str, str]] = {
    "dpm_mabs/tasks/check_variables.yml": {
        "Judge the variables, without Azure": "read_only",
    },
    "dpm_mabs/tasks/complete.yml": {
        "Read what there is now": "completed",
        "Complete the DNS": "registered",
        "Prove that it holds": "registered",
    },
    "dpm_mabs/tasks/confirm.yml": {
        "Ask the servers again": "hooked",
        "Judge them as they are now": "unconfirmed",
    },
    "dpm_mabs/tasks/drift.yml": {
        "Complete the DNS": "drifted",
    },
    "dpm_mabs/tasks/enrol.yml": {
        "Install the agent, or update it": "installed",
        "Keep the passphrase off the servers, before anything depends on it": "other_passphrase",
        "Register with a credential file that is there no longer than it takes": "failed",
        "Fetch a fresh credential file": "failed",
        "Install MABS": "installed",
        "Update the agent that Setup has brought, where it is too old": "installed",
        "Register the servers": "failed",
        "Shred the credential file here": "died",
        "Shred what a server has left": "died",
        "Set proxy, staging folder and work hours": "registered",
    },
    "dpm_mabs/tasks/judge.yml": {
        "Judge the servers before anything on them is changed": "unregistered",
        "Refuse before any server is changed": "unregistered",
        "Put the verdicts to those of the vault": "unregistered",
        "Refuse": "unregistered",
    },
    "dpm_mabs/tasks/kept.yml": {
        "Ask for the data sources again": "renewed",
        "Go no further where a recovery point is not to be seen any more": "other_passphrase",
        "Note over which way the registrations were renewed": "renewed",
    },
    "dpm_mabs/tasks/look.yml": {
        "Ask the servers what they are": "unregistered",
        "Have them reach every name": "failed",
    },
    "dpm_mabs/tasks/main.yml": {
        "Begin": "refused",
        "Go the one order that works": "refused",
        "Register the resource provider, when that was asked for": "private",
        "Run every gate, read-only, before the first write": "refused",
        "Create the vault": "private",
        "Create endpoints, zones and links side by side, approve, and complete the DNS": "private",
        "Prove that it holds": "private",
        "Set public network access as it is wanted at the end": "private",
        "Hand over the report": "private",
        "Report, and stop": "refused",
    },
    "dpm_mabs/tasks/preflight.yml": {
        "Ask every gate, read-only": "read_only",
    },
    "dpm_mabs/tasks/protect.yml": {
        "Have the operator's own tasks make the protection groups": "hooked",
        "Wait until every replica is complete": "hooked",
        "Find out which backups are due": "hooked",
        "Make recovery points on disk, after a registration was renewed": "renewed",
        "Start the online backups that are due": "broken_backup",
        "Wait for the online recovery points": "hooked",
        "Judge what became of them": "broken_backup",
    },
    "dpm_mabs/tasks/register.yml": {
        "Register the servers, and see their first online backup": "unproved",
    },
    "dpm_mabs/tasks/reregister.yml": {
        "Register the servers again, and see that nothing was lost": "renewed",
    },
    "dpm_mabs/tasks/servers.yml": {
        "Refuse a run without servers": "unregistered",
        "Begin": "unproved",
        "Start with a clean slate of the servers too": "unproved",
        "From the vault to the online recovery point": "unproved",
        "Complete the DNS that an interrupted run has left": "interrupted",
        "Remember what that was": "interrupted",
        "Find out what there is": "unproved",
        "Prove that the endpoints hold": "unproved",
        "Ask the servers": "unregistered",
        "Judge the servers": "unregistered",
        "See what there is to lose": "other_passphrase",
        "Remember whose registration is renewed": "renewed",
        "Agent, credential file, registration and settings": "failed",
        "Read the registration back": "unconfirmed",
        "See that renewed registrations have kept what was there": "renewed",
        "Protect, as far as it was asked for": "hooked",
        "Find out what Azure has added since": "registered",
        "Put the verdicts of the servers to those of the vault": "registered",
        "Hand over the report": "registered",
        "Take what the gates said last": "failed",
        "Report, and stop": "unproved",
    },
    "dpm_mabs/tasks/teardown.yml": {
        "Remove what was made, in the safe order": "removed",
    },
    "dpm_mabs/tasks/verify.yml": {
        "Verify, read-only": "read_only",
    },
}

"""Every step of the roles backup and site_recovery, and the scenario that breaks its promises when the step is not there."""

from __future__ import annotations

#: By task file: the tasks, and the scenario or variant that misses them.
SEEN_BY: dict[str, dict[str, str]] = {
    "backup/tasks/main.yml": {
        "Begin": "backup.asked_again",
        "Go the one order that works": "backup",
        "Register the resource provider, when that was asked for": "backup.records",
        "Run every gate, read-only, before the first write": "backup",
        "Create the vault": "backup",
        "Give the vault's identity what a classic vault needs": "backup_v1",
        "Create endpoints, zones and links side by side, approve, and complete the DNS": "backup",
        "Prove that it holds": "backup",
        "Set public network access as it is wanted at the end": "backup",
        "Hand over the report": "backup",
        "Report, and stop": "backup.used",
    },
    "site_recovery/tasks/main.yml": {
        "Begin": "site_recovery",
        "Go the one order that works": "site_recovery",
        "Register the resource provider, when that was asked for": "site_recovery.unregistered",
        "Run every gate, read-only, before the first write": "site_recovery",
        "Create the vault": "site_recovery",
        "Open the storage accounts to the vault": "site_recovery",
        "Create endpoints, zones and links side by side, approve, and complete the DNS": "site_recovery",
        "Prove that it holds": "site_recovery",
        "Set public network access as it is wanted at the end": "site_recovery",
        "Switch replication on for the machines that were named": "site_recovery.protected",
        "Hand over the report": "site_recovery",
        "Report, and stop": "site_recovery.rejected",
    },
    **{
        f"{role}/tasks/{entry}.yml": {task: f"{role}.{variant}"}
        for role, removed, again in (("backup", "removed", "asked_again"), ("site_recovery", "records", "records"))
        for entry, task, variant in (
            ("preflight", "Ask every gate, read-only", "rejected" if role == "site_recovery" else "used"),
            ("verify", "Verify, read-only", again),
            ("drift", "Complete the DNS", again),
            ("teardown", "Remove what was made, in the safe order", removed),
        )
    },
    "common/tasks/begin.yml": {"Take the sequence and start with a clean slate": "backup"},
    "common/tasks/check.yml": {
        "Begin": "backup.used",
        "Ask every gate, and write nothing": "backup.used",
        "Run every gate, read-only": "backup.used",
        "Hand over the report": "backup.asked_again",
        "Report, and stop": "backup.used",
    },
    "common/tasks/dns.yml": {"Complete the DNS the way the mode asks for": "backup"},
    "common/tasks/dns_records.yml": {"Make the records equal to what the endpoints publish": "backup.asked_again"},
    "common/tasks/dns_zone_group.yml": {"Let Azure write the records": "site_recovery.pending"},
    "common/tasks/drift.yml": {
        "Begin": "backup.asked_again",
        "Complete the DNS, and nothing else": "backup.asked_again",
        "Find out what there is": "backup.asked_again",
        "Complete the DNS": "backup.asked_again",
        "Prove that it holds": "backup.records",
        "Hand over the report": "backup.asked_again",
    },
    "common/tasks/endpoints_and_zones.yml": {
        "Start the private endpoints": "backup",
        "Create the zones and link them meanwhile": "backup",
        "Approve what is pending": "backup",
        "Note which connections wait for the vault's owner": "site_recovery.pending",
    },
    "common/tasks/failed.yml": {
        "Say why, in the report and at the end": "backup.used",
        "Report how far the run came": "site_recovery.failed",
        "Stop": "backup.used",
    },
    "common/tasks/grants.yml": {
        "Make the custom roles that are missing": "backup_v1",
        "Give the vault's identity what it needs to make its storage endpoints": "backup_v1",
    },
    "common/tasks/inspect.yml": {
        "Read what there is": "backup.asked_again",
        "Refuse before anything is written": "backup.locked",
    },
    "common/tasks/network.yml": {"Make what is not as wanted yet, from the endpoints to their records": "backup"},
    "common/tasks/network_unsettled.yml": {
        "Create endpoints and zones, and have the connections approved": "backup",
        "Complete the DNS": "backup",
    },
    "common/tasks/plan.yml": {"Sum the plan up": "backup"},
    "common/tasks/preflight.yml": {
        "Ask every gate": "backup",
        "Refuse before anything is written": "backup.used",
    },
    "common/tasks/protection.yml": {
        "Enable replication of the machines that were named": "site_recovery.protected",
    },
    "common/tasks/prove.yml": {
        "Verify connections, records and links": "backup",
        "Resolve every name through the networks' DNS servers": "backup",
    },
    "common/tasks/provider.yml": {
        "Ask which subscriptions take part": "backup.records",
        "Register the resource providers": "backup.records",
    },
    "common/tasks/public_access.yml": {
        "Set public network access as it is wanted at the end, and note that the vault was private from the start": "backup",
    },
    "common/tasks/refuse.yml": {
        "Report which gates are closed": "backup.used",
        "Stop": "backup.used",
    },
    "common/tasks/remove.yml": {
        "Reject the connections first": "backup.removed",
        "Remove the zone groups": "backup.removed",
        "Remove the records this collection wrote": "backup.removed_records",
        "Delete the endpoints this collection made": "backup.removed",
        "Remove the zones and links this collection made, where they are empty": "backup.removed",
        "Take back the roles that were given to the vault's identity here": "backup.removed",
        "Delete the storage endpoints that the vault's identity made beside them": "backup_v1",
        "Remove the custom roles that were made here, where nobody has them": "backup_v1",
        "Take the exception for trusted services out of the accounts' firewalls, when that was asked for": "site_recovery.records",
        "Open the vault to public networks, when that was asked for": "backup.removed",
    },
    "common/tasks/report.yml": {"Write the report": "backup"},
    "common/tasks/storage.yml": {
        "Give the vault's identity its roles on the storage accounts": "site_recovery",
        "Let trusted Microsoft services through the accounts' firewalls": "site_recovery",
    },
    "common/tasks/teardown.yml": {
        "Begin": "backup.removed",
        "Remove in the safe order": "backup.removed",
        "Find out what there is": "backup.removed",
        "Remove connections, endpoints, records, links and zones in the safe order": "backup.removed",
        "Hand over the report": "backup.removed",
        "Report, and stop": "backup.locked",
    },
    "common/tasks/vault.yml": {
        "Create the vault, or bring it to the wanted state": "backup",
        "Give the vault's identity its roles": "backup.removed",
    },
    "common/tasks/verify.yml": {
        "Begin": "backup.asked_again",
        "Look, and write nothing": "backup.asked_again",
        "Find out what there is": "backup.asked_again",
        "Prove that it holds": "backup.asked_again",
        "Hand over the report": "backup.asked_again",
    },
}
STORIES = "tests/unit/stories"
PLAN = f"{STORIES}/test_plan_page.py::test_what_the_plan_says_is_what_happens"
SAID = f"{STORIES}/test_scenarios.py::test_a_run_says_what_it_is_about_to_do_and_where_its_report_is"
CONFIRMED = f"{STORIES}/test_plan_page.py::test_a_person_confirms_before_the_first_write"
LEFT_OUT = f"{STORIES}/test_module_defaults.py::test_a_run_whose_steps_were_left_out_says_so"
CONSUMERS = f"{STORIES}/test_processes.py::test_a_consumer_is_asked_where_it_is_or_nothing_is_proved"
LATER_NAMES = f"{STORIES}/test_backup_v1.py::test_the_two_later_rounds_of_names"
STOPPED = f"{STORIES}/test_readiness.py::test_a_report_tells_of_what_failed_and_does_not_leave_the_one_before"
JUDGED = f"{STORIES}/test_variables.py::test_the_cloud_of_the_environment_is_judged"
#: Steps that no scenario can miss, and the test that does: questions to a person or a consumer, tags, races, speed, and no Azure.
SHOWN_ELSEWHERE: dict[tuple[str, str], str] = {
    ("backup/tasks/check_variables.yml", "Judge the variables, without Azure"): f"{JUDGED}[backup]",
    ("site_recovery/tasks/check_variables.yml", "Judge the variables, without Azure"): f"{JUDGED}[site_recovery]",
    ("common/tasks/variables.yml", "Begin"): f"{JUDGED}[backup]",
    ("common/tasks/variables.yml", "Judge the variables"): f"{JUDGED}[backup]",
    ("common/tasks/confirm.yml", "Wait for the vault's name"): CONFIRMED,
    ("common/tasks/confirm.yml", "Stop unless it was typed"): CONFIRMED,
    ("common/tasks/consumers.yml", "Resolve every name on the consumers"): CONSUMERS,
    ("common/tasks/consumers.yml", "Refuse to go on without the word of a consumer"): CONSUMERS,
    ("common/tasks/dns.yml", "Complete what is in no zone group of ours"): f"{LATER_NAMES}[zone_group]",
    (
        "common/tasks/dns_storage.yml",
        "Write the records of the vault's storage endpoints",
    ): f"{LATER_NAMES}[zone_group]",
    ("common/tasks/drift.yml", "Report, and stop"): f"{STOPPED}[drift]",
    ("common/tasks/endpoints_and_zones.yml", "Ask again what can have changed and cannot be undone"): (
        f"{STORIES}/test_refusals.py::test_a_vault_used_between_the_gates_and_the_endpoint_gets_none"
    ),
    ("common/tasks/endpoints_and_zones.yml", "Wait for the private endpoints that are not ready yet"): (
        f"{STORIES}/test_runs.py::test_an_endpoint_that_fails_after_its_start_is_written_once_more[False]"
    ),
    ("common/tasks/failed.yml", "Refuse a run that did not begin at its first step"): LEFT_OUT,
    ("common/tasks/inspect.yml", "Say what is about to be removed, and ask where that is wanted"): SAID,
    ("common/tasks/plan.yml", "Ask before the first write"): CONFIRMED,
    ("common/tasks/plan.yml", "Say what is about to happen"): SAID,
    ("common/tasks/preflight.yml", "Say what is about to happen, and ask where that is wanted"): SAID,
    ("common/tasks/prove.yml", "Have the consumers resolve them too"): CONSUMERS,
    ("common/tasks/remove.yml", "Note that the vault was private, so that it may be given endpoints again"): (
        f"{STORIES}/test_teardown.py::test_the_mark_is_written_while_it_can_be_known"
    ),
    ("common/tasks/remove.yml", "Remove what is left of the connections on the vault"): (
        f"{STORIES}/test_teardown.py::test_a_connection_whose_endpoint_is_gone_goes_too"
    ),
    ("common/tasks/report.yml", "Refuse a run whose steps were left out"): LEFT_OUT,
    ("common/tasks/report.yml", "Say where the report is"): SAID,
    ("common/tasks/teardown.yml", "Ask for the vault's name again"): (
        f"{STORIES}/test_teardown.py::test_the_vaults_name_must_be_given_again[vault]"
    ),
    ("common/tasks/verify.yml", "Report, and stop"): f"{STOPPED}[verify]",
}

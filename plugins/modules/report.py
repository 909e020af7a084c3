#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The hand-over report of a run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write the hand-over report of a run
version_added: 1.0.0
description:
  - Writes C(report.json) for machines, C(report.md) and C(report.html) for people, with what exists, what changed, what the gates said,
    which names resolve where and what a person still has to do.
  - The page draws the way from each network over its zones and endpoints to the vault. It is one file that loads nothing.
  - Writes sheets for other teams beside them, as CSV and Markdown, with what a firewall must let through, which DNS records there must
    be and who needs which role.
  - Keys that name a secret are left out of all files, and the report says which.
  - Needs no Azure connection and sends nothing to Azure.
author: privatelink.recovery maintainers (@privatelink)
options:
  directory:
    description:
      - Directory of the reports. It is made with mode 0700 when it is missing; the files get mode 0600.
      - Each run gets a folder of its own in it, named by the time in UTC, what was run and a random id, such as
        C(2026-01-31T12-00-00-000Z_main_0badcafe), so no run overwrites the record of another. The link C(latest) leads to the newest,
        the link C(records) to the newest files of O(record_files).
    type: path
    required: true
  scenario:
    description: What was run, such as V(backup).
    type: str
    required: true
  entry_point:
    description: What of it was run. It is part of the folder's name; a run in check mode is filed as C(check).
    type: str
    choices: [main, preflight, verify, drift, teardown, register, reregister, to_v2, appliance, replication]
    default: main
  run:
    description: The RV(run) of an earlier report of the same run, whose folder this one is written into.
    type: str
    default: ''
  plan_only:
    description:
      - Write no report but C(plan.md), one page that says before the first write what the run creates, changes, removes and leaves.
      - It needs O(sequence) and O(preflight). Pass RV(run) on to the report at the end of the run.
    type: bool
    default: false
  keep:
    description:
      - How many runs of each kind are kept, so that drift and verify never push the record of the set-up out. V(0) keeps all.
      - Older folders are removed, unless they hold a file that no report writes.
    type: int
    default: 20
  sequence:
    description:
      - The sequence, as M(privatelink.recovery.preflight) takes it. How the run ended, what it was about, names, records, gates and
        manual steps then follow from O(preflight), O(verification) and O(pending), whatever else is given for them.
    type: dict
  preflight:
    description: The registered result of M(privatelink.recovery.preflight).
    type: dict
  verification:
    description: The registered result of M(privatelink.recovery.verification).
    type: dict
  pending:
    description: Ids of the endpoints whose connections wait for approval.
    type: list
    elements: str
  result:
    description:
      - How the run ended. V(auto) finds out from O(changes), O(results) and check mode.
      - V(waiting) says that a person has to do something before a run can go on, V(checked) that gates were asked and no more.
    type: str
    choices: [auto, converged, unchanged, waiting, checked, refused, failed, check]
    default: auto
  ready_to_protect:
    description:
      - Whether everything is proved that has to be before something may be protected.
      - With V(false), rows of O(checklist) that have to wait for it are replaced by one that says so.
    type: bool
  failure:
    description: Why the run stopped, as text.
    type: str
  failed_task:
    description:
      - Result of the task at which the run stopped, instead of O(failure). The report has its message.
      - Of a loop it has the messages of the items that failed; Ansible itself only says that there were some.
    type: dict
  subject:
    description: What the report is about, such as vault, region and subscription, as a dictionary.
    type: dict
  resources:
    description:
      - 'Resources of the run: C(kind), C(id), C(name), C(state), C(changed), C(detail).'
      - Endpoints are drawn when they also have C(target), C(connection), C(virtual_network) and C(zones), as
        M(privatelink.recovery.verification) returns them.
    type: list
    elements: dict
  changes:
    description: 'What the tasks changed or would change: C(task), C(resource), C(changed), C(diff) as a summary.'
    type: list
    elements: dict
  results:
    description: 'Registered results of tasks, C(task) and C(result), loops included; what changed is added to O(changes).'
    type: list
    elements: dict
  resolutions:
    description: Registered results of M(privatelink.recovery.name_resolution), loops included; O(names) get their C(resolved) from them.
    type: list
    elements: dict
  checklist:
    description: Add the rows of this checklist to O(manual_steps).
    type: str
    choices:
      - backup
      - backup_v1
      - backup_to_v2
      - backup_teardown
      - site_recovery
      - site_recovery_hybrid
      - site_recovery_teardown
      - dpm_mabs
      - dpm_mabs_register
      - dpm_mabs_reregister
      - dpm_mabs_teardown
      - migrate
      - migrate_verify
      - migrate_drift
      - migrate_teardown
  gates:
    description: 'Gates and their verdicts: C(name), C(verdict), C(message), C(remedy), C(evidence).'
    type: list
    elements: dict
  names:
    description: 'Names of the endpoints: C(fqdn), C(ip_addresses), C(zone), C(resolved).'
    type: list
    elements: dict
  records:
    description: 'DNS records, with any keys.'
    type: list
    elements: dict
  links:
    description: 'Virtual network links of the zones, with any keys.'
    type: list
    elements: dict
  manual_steps:
    description: 'What a person still has to do: C(id), C(what), C(who), C(why), C(evidence), C(done).'
    type: list
    elements: dict
  extra:
    description: Anything else, as a dictionary.
    type: dict
  record_files:
    description:
      - Also write O(names) as files for those who run the DNS servers, into the directory C(records) of the run's folder.
      - For each endpoint a hosts file, lines for PowerShell on a Windows DNS server, and a BIND file for each zone. The files get
        mode 0600.
      - For Unbound and dnsmasq, files with which these servers answer the names themselves.
      - The names need C(endpoint) and C(zone), as M(privatelink.recovery.verification) returns them.
      - What is no host name, zone name or IPv4 address is written into none of these files; the report and a warning say so.
    type: bool
    default: false
  forward_targets:
    description:
      - IP addresses of resolvers that know the names, such as an inbound endpoint of an Azure DNS Private Resolver.
      - With O(record_files=true), files with which BIND, Unbound, dnsmasq and Windows DNS servers forward the names' zones to them are
        written too.
    type: list
    elements: str
  time_to_live:
    description: Time to live of the records in these files, in seconds.
    type: int
    default: 10
  count_as_change:
    description: Report C(changed) when the report says something else than the one before it, the time apart.
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
attributes:
  check_mode:
    support: full
    description: The report is written in check mode too, because it is how a check is handed over; nothing is sent to Azure.
  diff_mode:
    support: partial
    description: The difference between two reports.
    details: Shown with O(count_as_change=true) only.
  idempotent:
    support: full
    description: A report is no change unless O(count_as_change=true) and its content differs.
  action:
    support: full
    description: A local task runs in the controller process, without starting an interpreter.
  async:
    support: full
    description: With C(async) the task runs as an ordinary module.
"""

EXAMPLES = r"""
- name: Hand the run over
  privatelink.recovery.report:
    directory: "{{ playbook_dir }}/reports/vault-backup"
    scenario: backup
    result: converged
    subject:
      vault: vault-backup
      region: westeurope
    gates:
      - {name: freshness, verdict: ok, message: The vault was never used.}
    manual_steps:
      - {id: test-restore, what: Restore one file, who: backup operator, why: Only a restore proves a backup., done: false}
"""

RETURN = r"""
failure:
  description: Why the run stopped. It is returned too when the report could not be written.
  returned: with O(failed_task)
  type: str
  sample: The vault vault-backup is locked.
result:
  description: How the run ended.
  returned: unless O(plan_only=true)
  type: str
  sample: converged
run:
  description: Name of the folder of this run below O(directory).
  returned: success
  type: str
  sample: 2026-01-31T12-00-00-000Z_main_0badcafe
json_path:
  description: Path of the report for machines.
  returned: success
  type: str
  sample: /home/operator/reports/vault-backup/2026-01-31T12-00-00-000Z_main_0badcafe/report.json
markdown_path:
  description: Path of the report for people.
  returned: success
  type: str
  sample: /home/operator/reports/vault-backup/2026-01-31T12-00-00-000Z_main_0badcafe/report.md
html_path:
  description: Path of the report as a page, with the topology drawn.
  returned: success
  type: str
  sample: /home/operator/reports/vault-backup/2026-01-31T12-00-00-000Z_main_0badcafe/report.html
plan_path:
  description: Path of the plan.
  returned: with O(plan_only=true)
  type: str
  sample: /home/operator/reports/vault-backup/2026-01-31T12-00-00-000Z_main_0badcafe/plan.md
counts:
  description: How many things of the plan are created, changed, removed, decided on the way and left.
  returned: with O(plan_only=true)
  type: dict
  sample: {create: 9, change: 1, remove: 0, decide: 0, leave: 2}
summary:
  description: The same as text.
  returned: with O(plan_only=true)
  type: str
  sample: 9 to create, 1 to change, 2 to leave
sheets:
  description:
    - Paths of the sheets for other teams in the directory C(sheets) of the run's folder, where there is something to say.
    - For the firewall, the DNS servers and access, each as CSV and Markdown; a role as JSON for C(az role definition create) for each
      set of actions that the operator of the sequence needs.
  returned: success
  type: list
  elements: str
  sample: [/home/operator/reports/vault-backup/2026-01-31T12-00-00-000Z_main_0badcafe/sheets/firewall.csv]
record_files:
  description: Paths of the files for the owner of the DNS servers; empty unless O(record_files=true).
  returned: success
  type: list
  elements: str
  sample: [/home/operator/reports/vault-recovery/2026-01-31T12-00-00-000Z_main_0badcafe/records/pe-source.hosts]
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.report import write_report
from ansible_collections.privatelink.recovery.plugins.module_utils.report.history import ENTRY_POINTS
from ansible_collections.privatelink.recovery.plugins.module_utils.report.reading import RESULTS
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.checklists import CHECKLISTS

MODULE = Module(
    run=write_report,
    options={
        "directory": Option(type="path", required=True),
        "scenario": Option(required=True),
        "entry_point": Option(choices=ENTRY_POINTS, default="main"),
        "run": Option(default=""),
        "plan_only": Option(type="bool", default=False),
        "keep": Option(type="int", default=20, least=0),
        "sequence": Option(type="dict"),
        "preflight": Option(type="dict"),
        "verification": Option(type="dict"),
        "pending": Option(type="list", elements="str"),
        "result": Option(choices=("auto", *RESULTS), default="auto"),
        "ready_to_protect": Option(type="bool"),
        "failure": Option(),
        "failed_task": Option(type="dict"),
        "subject": Option(type="dict"),
        "resources": Option(type="list", elements="dict"),
        "changes": Option(type="list", elements="dict"),
        "results": Option(type="list", elements="dict"),
        "resolutions": Option(type="list", elements="dict"),
        "checklist": Option(choices=CHECKLISTS),
        "gates": Option(type="list", elements="dict"),
        "names": Option(type="list", elements="dict"),
        "records": Option(type="list", elements="dict"),
        "links": Option(type="list", elements="dict"),
        "manual_steps": Option(type="list", elements="dict"),
        "extra": Option(type="dict"),
        "record_files": Option(type="bool", default=False),
        "forward_targets": Option(type="list", elements="str"),
        "time_to_live": Option(type="int", default=10),
        "count_as_change": Option(type="bool", default=False),
    },
    connected=False,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

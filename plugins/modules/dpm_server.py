#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One job on a DPM or MABS server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dpm_server
short_description: Have a DPM or MABS server do one job
version_added: 1.0.0
description:
  - Runs one of the PowerShell jobs of the role C(dpm_mabs) on a server with Data Protection Manager (DPM) or Azure Backup
    Server (MABS), and returns its answer.
  - A job reads the state first, changes only what differs, and answers one line of JSON. Jobs work in Windows PowerShell 5.1.
  - The task is delegated to the server, which Ansible reaches as a Windows host; the job is run there by
    P(ansible.windows.win_powershell#module), so the collection C(ansible.windows) is needed.
  - Secrets reach the server as C(SecureString) over the connection, never on a command line.
  - Nobody had a real DPM server when the jobs were written. What Microsoft does not document is said in the role's guide.
author: privatelink.recovery maintainers (@privatelink)
options:
  server:
    description: Name of the server, for messages and for O(stand_in).
    type: str
    required: true
  job:
    description:
      - What to do. V(versions), V(clock), V(connectivity), V(registration) and V(protection) only read.
      - V(agent) installs or updates the MARS agent, V(settings) sets proxy, staging folder and work hours, V(register) registers,
        V(backup) starts recovery points, V(cleanup) shreds what a killed job has left, V(install_mabs) installs MABS unattended.
    type: str
    required: true
    choices: [versions, clock, connectivity, registration, agent, settings, register, protection, backup, cleanup, install_mabs]
  parameters:
    description: Parameters of the job, in snake case. A job refuses what it does not know.
    type: dict
    default: {}
  secrets:
    description: Secret parameters of the job by name, such as C(passphrase).
    type: dict
    default: {}
  secret_files:
    description: Secret parameters that are in files of mode 0600 on the controller, such as C(credentials), by name.
    type: dict
    default: {}
  stand_in:
    description:
      - Path of a program on the controller that takes the server's place, for tests and rehearsals. It gets the job on its standard input.
      - The collection brings one in C(extensions/local_server).
    type: path
extends_documentation_fragment:
  - privatelink.recovery.attributes
attributes:
  check_mode:
    support: full
    description: In check mode the job reads the state and says what it would change.
  diff_mode:
    support: partial
    description: With C(--diff) the result says that the job changed something.
    details: What a server does beyond that, only the server knows.
  idempotent:
    support: partial
    description: What is as wanted already is left alone.
    details: The job V(backup) starts recovery points at each run.
  action:
    support: full
    description: The module is an action; on a Windows host it runs the job there.
  async:
    support: none
    description: Jobs do not wait for what takes long; the job V(protection) is asked again.
seealso:
  - module: privatelink.recovery.vault_credentials
  - name: Deploy and manage backup to Azure for DPM servers with PowerShell
    description: The cmdlets the jobs use.
    link: https://learn.microsoft.com/azure/backup/backup-dpm-automation
"""

EXAMPLES = r"""
- name: To which vault is the server registered?
  privatelink.recovery.dpm_server:
    server: dpm01.corp.example
    job: registration
  delegate_to: dpm01.corp.example

- name: Set the staging folder
  privatelink.recovery.dpm_server:
    server: dpm01.corp.example
    job: settings
    parameters:
      staging_folder: D:\Staging
  delegate_to: dpm01.corp.example
"""

RETURN = r"""
server:
  description: The server that was asked.
  returned: success
  type: str
  sample: dpm01.corp.example
job:
  description: The job it was given.
  returned: success
  type: str
  sample: registration
answer:
  description: What the job answered; which keys there are depends on the job.
  returned: success
  type: dict
  sample:
    vault_number: "4611686018427387905"
    machine_id: 7d1d0c1e-1c9c-4d55-9f2b-3f6f3f0a5c11
    registered_over: ""
    unfinished: false
    leftovers: 0
    settings: {staging_folder: 'D:\Staging', proxy_server: '', proxy_port: 0, readable: true}
code:
  description: Why a job failed, as a word of ours or the number of Microsoft's agent; empty when neither is known.
  returned: failure on the server
  type: str
  sample: registered-elsewhere
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dpm_server import give_job
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import JOBS

MODULE = Module(
    run=give_job,
    connected=False,
    options={
        "server": Option(required=True),
        "job": Option(required=True, choices=tuple(JOBS)),
        "parameters": Option(type="dict", default={}),
        "secrets": Option(type="dict", default={}, secret=True),
        "secret_files": Option(type="dict", default={}, no_secret=True),
        "stand_in": Option(type="path"),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()

"""Documentation of the attributes of the modules."""

from __future__ import annotations


class ModuleDocFragment:
    """Check mode, diff, idempotence, action group and where the code runs."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    support: full
    description: In check mode no write is sent and C(changed) says what the real run would do.
  diff_mode:
    support: full
    description: With C(--diff) the result shows the resource before and after, the same in check mode and in the real run.
  idempotent:
    support: full
    description: A second run with the same options changes nothing.
  action:
    support: full
    description: A local task runs in the controller process, without starting an interpreter.
  async:
    support: full
    description: With C(async) the task runs as an ordinary module.
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
    description: The module only reads.
  diff_mode:
    support: N/A
    description: The module only reads.
  idempotent:
    support: full
    description: The module only reads.
  action:
    support: full
    description: A local task runs in the controller process, without starting an interpreter.
  async:
    support: full
    description: With C(async) the task runs as an ordinary module.
"""

    ACTIONGROUP = r"""
attributes:
  action_group:
    description: Use C(group/privatelink.recovery.all) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - privatelink.recovery.all
"""

    HOST = r"""
attributes:
  check_mode:
    support: full
    description: In check mode nothing on the host is written and C(changed) says what the real run would do.
  diff_mode:
    support: full
    description: With C(--diff) the result shows the files before and after, the same in check mode and in the real run.
  idempotent:
    support: full
    description: A second run with the same options changes nothing.
  action:
    support: full
    description: A local task runs in the controller process, without starting an interpreter.
  async:
    support: full
    description: With C(async) the task runs as an ordinary module.
"""

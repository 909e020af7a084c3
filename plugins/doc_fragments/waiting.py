"""Documentation of the waiting options."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``module_utils.runner.WAITING``."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Follow long operations to their end.
      - With V(false) the operation is started and the task returns; run the same task again with V(true) to settle it.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait at most for each thing that is waited for, in seconds. Azure goes on after that; running again resumes.
    type: int
    default: 1800
"""

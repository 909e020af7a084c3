"""The ``sequence_variables`` module: the options of a sequence judged without Azure."""

from __future__ import annotations

from ..engine.runner import Task
from ..sequences.offline import check_offline
from ..sequences.role_variables import in_words_of
from ..wire import JSON
from .sequence_task import desired_of


def judge_variables(task: Task) -> JSON:
    """Serve the ``sequence_variables`` module; no connection is opened. Raises :class:`~.errors.InputError`."""
    desired = desired_of(task, connected=False)
    check_offline(desired, task.options["cloud_environment"], lambda text: task.warn(in_words_of(task.options, text)))
    return {
        "changed": False,
        "vault_id": desired.vault_id,
        "endpoints": [endpoint.id for endpoint in desired.all_endpoints],
    }

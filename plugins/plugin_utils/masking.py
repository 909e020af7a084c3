"""Take what options called secret out of a result, whichever ansible-core runs it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import remove_values

try:
    from ansible.module_utils.secrets import mask_secrets
except ImportError:
    # ansible-core 2.21 and older.
    mask_secrets = None


def without_secrets(result: dict[str, t.Any], secrets: t.Collection[str]) -> dict[str, t.Any]:
    """A copy of a result in which no text of ``secrets`` stands.

    ansible-core 2.22 registers the values of ``no_log`` options when they are validated, masks texts itself and warns of
    ``remove_values``, which it announces to remove in 2.25
    (https://github.com/ansible/ansible, ``lib/ansible/module_utils/secrets.py`` and ``common/parameters.py``).
    """
    cleaned = _masked(result) if mask_secrets else remove_values(result, secrets)
    return t.cast("dict[str, t.Any]", cleaned)


def _masked(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    return mask_secrets(value) if isinstance(value, str) else value

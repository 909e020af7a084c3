"""No text that an option called secret stands in a result, on ansible-core that masks by itself and on older ones."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.plugin_utils import masking

SECRET = "Kittens-7-on-the-roof"
RESULT: dict[str, t.Any] = {
    "changed": True,
    "count": 3,
    "msg": f"the server answered {SECRET}",
    "invocation": {"module_args": {"passphrase": SECRET, "others": [f"-{SECRET}-", None, "plain"]}},
    SECRET: "a key",
}


def registered(text: str) -> str:
    """As ``ansible.module_utils.secrets.mask_secrets`` of 2.22 answers for a secret that was registered."""
    return text.replace(SECRET, "$REDACTED$")


@pytest.mark.parametrize("mask", [None, registered])
def test_no_secret_stands_in_a_result(mask: t.Callable[[str], str] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: value for name, value in RESULT.items() if mask or name != SECRET}
    monkeypatch.setattr(masking, "mask_secrets", mask)
    cleaned = masking.without_secrets(given, {SECRET})
    assert SECRET not in str(cleaned)
    assert (cleaned["changed"], cleaned["count"]) == (True, 3)
    assert cleaned["invocation"]["module_args"]["others"][1:] == [None, "plain"]
    assert SECRET in str(given)

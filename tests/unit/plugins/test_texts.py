"""Texts of others become visible: in messages, warnings, progress, diffs, and the report."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module, Task
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import AzureError, Refusal
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gate import refused, summary
from ansible_collections.privatelink.recovery.plugins.module_utils.texts import on_one_line, visible, visibly
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT

from ..conftest import Cloud

#: Clears the screen, retitles the window, writes backwards, hides a character, breaks the line as Unicode knows it.
EVIL = "a\x1b[2J\x1b]0;owned\x07b\u202ec\u200bd\u2028e\x9bf\x7f"
SHOWN = "a\\x1b[2J\\x1b]0;owned\\x07b\\u202ec\\u200bd\\u2028e\\x9bf\\x7f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""), ("plain", "plain"), ("Grüße, 東京 ✓", "Grüße, 東京 ✓"), ("two\nlines", "two\nlines"),
        ("two\r\nlines", "two\nlines"), ("over\rwritten", "over\\x0dwritten"), (EVIL, SHOWN),
        ("\udc80", "\\udc80"), ("\U000e0041", "\\U000e0041"), ("a\ttab", "a\\x09tab"),
    ],
)  # fmt: skip
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_a_text_on_one_line() -> None:
    assert on_one_line("first \r\n\n second\n") == "first second "
    assert on_one_line(EVIL) == SHOWN


def test_a_document_keeps_its_shape() -> None:
    assert visibly({EVIL: [EVIL, 1, None, {"a": (True, EVIL)}]}) == {SHOWN: [SHOWN, 1, None, {"a": [True, SHOWN]}]}


def test_what_azure_answers_makes_no_line_of_its_own() -> None:
    given = {"status": 409, "code": "Conflict", "method": "PUT", "resource_id": "/x"}
    error = AzureError(**given, answer="No.\nok: [localhost]\r\n\x1b[32mchanged")  # type: ignore[arg-type]
    assert error.message == "Writing /x failed; Azure answered 409 Conflict: No. ok: [localhost] \\x1b[32mchanged."
    assert "\n" in error.facts()["azure_message"]


def test_a_gate_is_one_line() -> None:
    text = summary([refused("names", "/x", "y\n[freshness] all is well", EVIL)])
    assert text.splitlines() == ["1 gate is closed:", f"[names] y [freshness] all is well {SHOWN}"]


def module(run: t.Callable[[Task], dict[str, t.Any]]) -> Module:
    return Module(run=run, options={}, connected=False)


def test_failures_warnings_and_diffs_are_shown_and_data_stays_as_it_is(cloud: Cloud) -> None:
    def refuse(task: Task) -> dict[str, t.Any]:
        task.warn(EVIL)
        raise Refusal(EVIL, remedy=EVIL)

    def answer(task: Task) -> dict[str, t.Any]:
        task.warn(EVIL)
        return {"changed": True, "name": EVIL, "diff": {"before": {EVIL: EVIL}, "after": {}}}

    failed = cloud.run(module(refuse))
    assert (failed["msg"], failed["remedy"], failed["warnings"]) == (f"{SHOWN} {SHOWN}", SHOWN, [SHOWN])
    done = cloud.run(module(answer))
    assert (done["name"], done["warnings"], done["diff"]["before"]) == (EVIL, [SHOWN], {SHOWN: SHOWN})


def test_progress_is_shown(cloud: Cloud) -> None:
    task = Task({}, cloud.context())
    task.context.progress(f"waiting for {EVIL}\nand more")
    assert cloud.progress == [f"waiting for {SHOWN} and more"]


def test_an_error_of_azure_reaches_the_task_shown(cloud: Cloud) -> None:
    answer = {"status": 400, "code": "Bad\x1b[1m", "message": f"{EVIL}\n![p](https://evil.example/p.png)"}
    service = next(one for one in cloud.arm.services if hasattr(one, "faults"))
    service.faults.add({"match": {"method": "PUT"}, "nth": 1, "action": answer})
    failed = cloud.run(VAULT, resource_group="rg-backup", name="vault-backup", location="westeurope")
    assert failed["failed"] and SHOWN in failed["msg"] and "Bad\\x1b[1m" in failed["msg"]
    assert "Bad\\x1b[1m" in failed["code"] and SHOWN in failed["azure_message"]

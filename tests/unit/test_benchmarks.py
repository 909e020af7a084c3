"""How the benchmark counts: answers waited for in a row, buckets and how long they take whoever asks, wrong variables files."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tests.benchmarks import rows_distance as rows
from ansible_collections.privatelink.recovery.tests.benchmarks import rows_variables
from ansible_collections.privatelink.recovery.tests.benchmarks.commands import BenchmarkError, Side, Taken


@pytest.mark.parametrize(
    ("moments", "chain"),
    [
        ([], 0),
        ([0.0], 1),
        ([0.0, 0.01, 0.02, 0.14], 1),
        ([0.0, 0.15, 0.3], 3),
        ([0.3, 0.0, 0.1, 0.16, 0.2], 2),
        ([0.0, 0.1, 0.2, 0.3, 0.4], 3),
    ],
)
def test_answers_in_a_row(moments: list[float], chain: int) -> None:
    assert rows.in_a_row({"at": moment} for moment in moments) == chain


@pytest.mark.parametrize(
    ("kind", "requests", "seconds"), [("reads", 250, 0), ("reads", 1250, 40), ("writes", 300, 10), ("deletes", 1, 0)]
)
def test_what_a_bucket_takes(kind: str, requests: int, seconds: float) -> None:
    assert rows._floor(kind, requests) == seconds


@pytest.mark.parametrize(
    ("seconds", "rounds", "least", "played"),
    [([2.0], 5, 2.0, 1), ([9.0, 2.5], 5, 2.5, 2), ([9.0, 4.0, 5.0], 3, 4.0, 3), ([9.0], 1, 9.0, 1)],
)
def test_a_file_over_the_budget_is_played_again(seconds: list[float], rounds: int, least: float, played: int) -> None:
    left = iter(seconds)
    found = rows_variables.least(lambda: Taken(1, next(left), 0.0, 0.0), rounds)
    assert (found.seconds, len([*left])) == (least, len(seconds) - played)


CASE = rows_variables.Case("backup", {"backup_vault_nam": "x"}, ("is no variable", "'x'"))


@pytest.mark.parametrize(
    ("code", "said", "complaint"),
    [
        (2, "backup_vault_nam \\\"is no variable\\\", 'x' failed=1", ""),
        (0, "ok=3 failed=0", "was not refused"),
        (2, "ERROR! the playbook could not be found", "was not refused"),
        (2, "something else failed=1", "was refused without ['is no variable', \"'x'\"]"),
    ],
)
def test_a_file_must_be_refused_for_what_is_wrong(
    code: int, said: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def timed(command: list[str], environment: dict[str, str], output: Path) -> Taken:
        assert command[1:3] == ["privatelink.recovery.check_variables", "-e"] and "AZURE_SECRET" not in environment
        output.write_text(said)
        return Taken(code, 1.0, 1.0, 0.0)

    monkeypatch.setattr(rows_variables, "timed", timed)
    files = rows_variables.Files(
        tmp_path / "new", Side("ours", Path("/bin/python"), {"ANSIBLE_COLLECTIONS_PATH": "/x"})
    )
    judge: t.Callable[[rows_variables.Case], Taken] = files.checked
    if not complaint:
        assert judge(CASE).seconds == 1.0
        return
    with pytest.raises(BenchmarkError) as error:
        judge(CASE)
    assert complaint in str(error.value)

"""What the documentation shows is found, and what the table of it lacks or has too much is reported."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tests.documented.collecting import Shown, collect, typed
from ansible_collections.privatelink.recovery.tests.documented.running import Outcome, example, run
from ansible_collections.privatelink.recovery.tests.documented.table import Left, Step, Story, Table, load, misfits

ROOT = Path(__file__).parents[2]
PAGE = """\
Run `make all` first, never `a thing`, and then `ansible-playbook privatelink.recovery.drift
-e @variables.yml`. `privatelink.recovery.verify -e x=1` is half a command.

```console
make all   # everything
0 * * * * ansible-playbook x.yml \\
  -e a=1
curl 'https://a/#b'
```

```yaml
- name: A playbook
  hosts: localhost
```

```yaml
- name: A task
  command: no playbook
```

```text
make nothing
```
"""


def written(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_commands_and_playbooks_are_found_where_they_stand(tmp_path: Path) -> None:
    written(tmp_path, "docs/page.md", PAGE)
    written(
        tmp_path,
        "playbooks/a.yml",
        "---\n# Does it.\n# ansible-playbook a -e @b [-e c=d]\n- hosts: all\n# make no header\n",
    )
    assert [(one.place, one.name) for one in collect(tmp_path)] == [
        ("docs/page.md:5", "make all"),
        ("docs/page.md:6", "0 * * * * ansible-playbook x.yml -e a=1"),
        ("docs/page.md:8", "curl 'https://a/#b'"),
        ("docs/page.md:12", "docs/page.md: A playbook"),
        ("docs/page.md:1", "make all"),
        ("docs/page.md:1", "ansible-playbook privatelink.recovery.drift -e @variables.yml"),
        ("docs/page.md:2", "privatelink.recovery.verify -e x=1"),
        ("playbooks/a.yml:3", "ansible-playbook a -e @b [-e c=d]"),
    ]


def test_cron_and_brackets_are_not_typed() -> None:
    assert typed("0 * * * * ansible-playbook x", options=False) == "ansible-playbook x"
    assert typed("ansible-playbook x [-e a=b] [-e c=d]", options=False) == "ansible-playbook x"
    assert typed("ansible-playbook x [-e a=b] [-e c=d]", options=True) == "ansible-playbook x -e a=b -e c=d"


DRIFT = "ansible-playbook privatelink.recovery.drift -e @v.yml"
SHOWN = [Shown("README.md", 3, "make all"), Shown("docs/a.md", 7, DRIFT), Shown("docs/b.md", 9, DRIFT)]


def table(*steps: Step, left: t.Sequence[str] = ("make all",)) -> Table:
    return Table((Story("s", steps),), (Left(tuple(left), "because"),))


@pytest.mark.parametrize(
    ("rows", "playbooks", "found"),
    [
        (table(Step(DRIFT)), ["drift"], []),
        (table(Step(DRIFT), left=()), ["drift"], ["commands.yml has no row for what README.md:3 shows: make all"]),
        (table(), [], [f"commands.yml has no row for what docs/{page} shows: {DRIFT}" for page in ("a.md:7", "b.md:9")]),
        (
            table(Step(DRIFT, pages=("docs/a.md",))),
            ["drift"],
            [f"commands.yml has no row for what docs/b.md:9 shows: {DRIFT}"],
        ),
        (
            table(Step(DRIFT), Step("make none")),
            ["drift"],
            ["commands.yml has a row that no page shows: make none"],
        ),
        (
            table(Step(DRIFT), left=("make all", "make none")),
            ["drift"],
            ["commands.yml has a row that no page shows: make none"],
        ),
        (
            table(Step(DRIFT), Step(DRIFT, pages=("docs/c.md",))),
            ["drift"],
            [f"commands.yml has a row that no page shows: {DRIFT} (in docs/c.md)"],
        ),
        (table(Step(DRIFT)), ["drift", "new"], ["No documented command that is run plays playbooks/new.yml"]),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_much_is_reported(rows: Table, playbooks: list[str], found: list[str]) -> None:
    assert misfits(SHOWN, rows, playbooks) == found


def test_the_table_fits_the_documentation() -> None:
    playbooks = [path.stem for path in (ROOT / "playbooks").glob("*.yml")]
    assert misfits(collect(ROOT), load(), playbooks) == []


def played(tmp_path: Path, *steps: Step, shown: t.Sequence[Shown] = (), **more: t.Any) -> list[Outcome]:
    return list(run(Story("s", steps, **more), shown, tmp_path))


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"shows": ("1",), "makes": ("a*",)}, []),
        ({"shows": ("2",)}, ["its output lacks: 2"]),
        ({"makes": ("c",)}, ["it made no c"]),
        ({"code": 3}, ["it ended with 0 in place of 3"]),
    ],
)
def test_a_command_that_does_not_do_what_is_documented_fails(
    tmp_path: Path, wanted: dict[str, t.Any], wrong: list[str]
) -> None:
    first, *rest = played(tmp_path, Step("echo 1 | tee ab", **wanted), Step("echo after"))
    assert first.wrong == wrong
    # What follows rests on it.
    assert len(rest) == (0 if wrong else 1)
    assert all(one in "\n".join(first.lines()) for one in wrong)
    assert not wrong or "      | 1" in first.lines()


def test_files_places_and_needs_of_a_story(tmp_path: Path) -> None:
    steps = (
        Step("cat a.yml", replaced={"a.yml": "$HERE/b/c.yml"}, shows=('{"x": ["' + str(tmp_path / "s"),)),
        Step("echo $NAME", shows=(str(ROOT),)),
        Step("none", needs=("no-such-program",)),
    )
    files = {"b/c.yml": {"with": {"x": ["$HERE"]}}}
    outcomes = played(tmp_path, *steps, files=files, environment={"NAME": "$ROOT"})
    assert [one.wrong for one in outcomes] == [[], [], []]
    assert "no-such-program not installed" in outcomes[2].lines()[0]


def test_a_replacement_that_replaces_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no b that could be replaced"):
        played(tmp_path, Step("echo a", replaced={"b": "c"}))


def test_an_example_is_found_by_its_first_line() -> None:
    assert example("docs/dpm_mabs.md", "all:")["all"]["hosts"]
    with pytest.raises(LookupError, match="has no example"):
        example("README.md", "nothing:")

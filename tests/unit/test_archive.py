"""What the archive's check says of archives that hold too little, too much, or another amount than README says."""

from __future__ import annotations

import io
import os
import tarfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tools import archive

README = "The archive has 0.0 MB: plugins and the local Azure (a third of it)."
FILES = [
    *("README.md", "plugins/modules/vault.py", "roles/backup/tasks/main.yml", "changelogs/changelog.yaml"),
    *("extensions/emulator/__main__.py", "extensions/rehearsal/__main__.py"),
]
OTHERS = [
    *("tests/unit/conftest.py", "tools/steps.py", "extensions/molecule/default/molecule.yml", ".ci/run", "Makefile"),
    *("galaxy.yml", "changelogs/fragments/a.yml", "pyproject.toml"),
]


def made(path: Path, names: t.Iterable[str], size: int = 90) -> Path:
    with tarfile.open(path, "w:gz") as opened:
        for name in (*archive.MADE, *names):
            # What cannot be made smaller, as a whole archive has it.
            content = os.urandom(size * 3 // 2 if name in FILES and name.startswith("extensions") else size)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return path


def said(tmp_path: Path, names: t.Iterable[str], readme: str = README, size: int = 90) -> list[str]:
    return archive.problems(made(tmp_path / "a.tar.gz", names, size), [*FILES, *OTHERS], readme)


def test_what_users_need_is_in_it_and_nothing_else(tmp_path: Path) -> None:
    assert said(tmp_path, FILES) == []
    assert said(tmp_path, FILES[1:]) == ["The archive lacks README.md"]


@pytest.mark.parametrize("name", [*OTHERS, "reports/a.json", "extensions/emulator/left.pyc"])
def test_what_no_user_needs_is_named(tmp_path: Path, name: str) -> None:
    assert said(tmp_path, [*FILES, name]) == [
        f"The archive has {name}, which no user needs (build_ignore in galaxy.yml)"
    ]


@pytest.mark.parametrize(
    ("readme", "size", "found"),
    [
        (README.replace("0.0", "0.2"), 90, ["README says the archive has 0.2 MB; it has 0.00"]),
        ("Nothing is said of it (a third of it).", 90, ["README does not say how many MB the archive has"]),
        (README.replace("0.0", "1.1"), 122_000, ["The archive has 1.10 MB, and may have 1.0"]),
        (
            README.replace("third", "half"),
            90,
            ["README says that the local Azure is a third of the archive; it is 33%"],
        ),
    ],
)
def test_its_size_is_what_readme_says_and_not_too_much(
    tmp_path: Path, readme: str, size: int, found: list[str]
) -> None:
    assert said(tmp_path, FILES, readme, size) == found

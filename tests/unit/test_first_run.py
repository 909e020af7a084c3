"""What README says that the first ``make rehearse`` fetches, held against what it installed here."""

from __future__ import annotations

import importlib.metadata
import re
import typing as t
import zlib
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tests.benchmarks.packages import closure, installed_files
from ansible_collections.privatelink.recovery.tools import environments

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAID = re.compile(r"(\d+) packages of (\d+) MB, and uv of (\d+) MB, which installs\s+them; (\d+) MB on disk")
#: A platform's programs are larger or smaller than another's.
TOLERANCE = 0.15


def listed(name: str) -> list[str]:
    """The requirements of a list and of those it includes."""
    lines = [line.strip() for line in (ROOT / "tests" / "requirements" / name).read_text().splitlines()]
    included = [
        line for file in lines if file.startswith("-r") for line in (ROOT / Path(file).name).read_text().split()
    ]
    return [line for line in lines if line and not line.startswith(("#", "-"))] + included


def files(packages: t.Iterable[str]) -> list[Path]:
    """What packages brought: what Python compiled of it since is not counted."""
    return [path for name in packages for path in installed_files(name) if path.suffix != ".pyc"]


def fetched(packages: t.Iterable[str]) -> float:
    """The MB of what was fetched: an archive packs each file by itself, as is done here again."""
    return sum(len(zlib.compress(path.read_bytes())) for path in files(packages)) / 1e6


@pytest.fixture(scope="module")
def said() -> tuple[int, ...]:
    found = SAID.search(README)
    assert found, "README does not say what the first run fetches"
    return tuple(int(number) for number in found.groups())


def test_as_many_packages_as_readme_says(said: tuple[int, ...]) -> None:
    assert len(closure(listed("run.txt"))) == said[0]


def test_as_much_is_fetched_as_readme_says(said: tuple[int, ...]) -> None:
    assert fetched(closure(listed("run.txt"))) == pytest.approx(said[1], rel=TOLERANCE)
    assert fetched(closure(listed("installer.txt"))) == pytest.approx(said[2], rel=TOLERANCE)


def test_as_much_disk_as_readme_says(said: tuple[int, ...]) -> None:
    # venv brings pip, and setuptools until Python 3.12; both come with what Python compiled of them.
    brought = [name for name in ("pip", "setuptools") if any(importlib.metadata.distributions(name=name))]
    there = [
        *files(closure([*listed("run.txt"), *listed("installer.txt")])),
        *(path for name in brought for path in installed_files(name)),
    ]
    # In whole blocks of 4 KiB, as most file systems keep files; one that compresses them keeps less.
    assert sum(-(-path.stat().st_size // 4096) * 4096 for path in there) / 1e6 == pytest.approx(said[3], rel=TOLERANCE)


def test_nothing_is_fetched_after_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*command: str, **_variables: str) -> None:
        pytest.fail(f"started: {' '.join(command)}")

    monkeypatch.setattr(environments, "_quietly", run)
    environments.RUN.prepare()

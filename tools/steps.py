"""The steps: what each one is called, what it needs and what it does."""

from __future__ import annotations

import shutil
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import environments as envs
from .commands import CommandFailed, run, write_pip_configuration
from .paths import BUILD, CACHE, COLLECTION, HOME, ROOT, TREE, copied_tree

_COVERED = ("plugins", "extensions/emulator")
_COVERAGE_PERCENT = 90
_TYPED = ("plugins", "extensions/emulator", "extensions/rehearsal", "tests/benchmarks", "tools")
#: The pip release that ansible-test of ansible-core 2.19 asks for, as it appears in the script's name.
_PIP_RELEASE = "24_2"


@dataclass(frozen=True)
class Step:
    """A step of ``make test``. ``needs`` is prepared first; ``run`` raises CommandFailed."""

    name: str
    needs: tuple[envs.Environment, ...]
    run: t.Callable[[], None]


def lint() -> None:
    """Style and types."""
    python = envs.DEVELOPMENT.python
    run(envs.DEVELOPMENT, python, "-m", "ruff", "check", "--quiet")
    run(envs.DEVELOPMENT, python, "-m", "ruff", "format", "--check", "--quiet")
    run(envs.DEVELOPMENT, python, "-m", "yamllint", "--strict", ".")
    typed = [str(COLLECTION / folder) for folder in _TYPED if (ROOT / folder).is_dir()]
    run(envs.DEVELOPMENT, python, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", *typed, cwd=TREE)


def unit() -> None:
    """Unit tests on the newest packages; each part of the code has its own coverage to reach."""
    python, data = envs.DEVELOPMENT.python, CACHE / "coverage"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    variables = {"PYTHONPATH": TREE, "COVERAGE_FILE": data / "data"}
    parts = [f"--cov={part}" for part in _COVERED]
    run(
        envs.DEVELOPMENT, python, "-m", "pytest", "tests/unit", "--numprocesses=2", *parts, "--cov-report=", **variables
    )
    for part in _COVERED:
        report = ("report", f"--include={part}/*", "--skip-covered", f"--fail-under={_COVERAGE_PERCENT}")
        run(envs.DEVELOPMENT, python, "-m", "coverage", *report, **variables)


def unit_oldest() -> None:
    """Unit tests of the engine on the oldest packages."""
    command = (envs.OLDEST.python, "-m", "pytest", "tests/unit/plugins", "--numprocesses=2")
    run(envs.OLDEST, *command, PYTHONPATH=TREE)


def ansible_lint() -> None:
    """Roles, playbooks, scenarios and examples."""
    run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, "-m", "ansiblelint", "--offline", "--strict", "-q")


def docs() -> None:
    """Documentation of plugins and roles, and the changelog."""
    link, tools = TREE / COLLECTION, envs.DEVELOPMENT.path / "bin"
    python = envs.DEVELOPMENT.python
    lint_docs = (tools / "antsibull-docs", "lint-collection-docs", "--plugin-docs", ".")
    run(envs.DEVELOPMENT, python, *lint_docs, cwd=link)
    run(envs.DEVELOPMENT, python, tools / "antsibull-changelog", "lint", cwd=link)


def build() -> None:
    """The archive, and what Galaxy's importer says to it."""
    shutil.rmtree(BUILD / "archive", ignore_errors=True)
    galaxy = envs.DEVELOPMENT.path / "bin" / "ansible-galaxy"
    with copied_tree() as copy:
        command = ("collection", "build", copy, "--output-path", BUILD / "archive")
        run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, galaxy, *command)
    archive = next((BUILD / "archive").glob("*.tar.gz"))
    run(envs.IMPORTER, envs.IMPORTER.python, "-m", "galaxy_importer.main", archive, cwd=archive.parent)


def sanity() -> None:
    """ansible-test's own checks, nothing ignored."""
    cached = HOME / ".ansible" / "test" / "cache" / f"get_pip_{_PIP_RELEASE}.py"
    cached.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("get_pip.py"), cached)
    write_pip_configuration(envs.DEVELOPMENT)
    ignored = sorted(path.name for path in ROOT.glob("tests/sanity/ignore*"))
    if ignored:
        raise CommandFailed(f"Nothing is to be ignored: {', '.join(ignored)}")
    # The version is named: left to itself, ansible-test tries whatever a version manager has put on PATH.
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = (envs.DEVELOPMENT.path / "bin" / "ansible-test", "sanity", "--python", version, "--color", "no")
    with copied_tree() as copy:
        run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, *command, cwd=copy)


def molecule() -> None:
    """The scenarios."""
    python, link = envs.DEVELOPMENT.python, TREE / COLLECTION
    run(envs.DEVELOPMENT, python, "-m", "molecule", "test", "--all", cwd=link)


def style() -> None:
    """Repair what ``lint`` finds, as far as a tool can."""
    python = envs.DEVELOPMENT.python
    run(envs.DEVELOPMENT, python, "-m", "ruff", "check", "--fix", "--exit-zero", "--quiet")
    run(envs.DEVELOPMENT, python, "-m", "ruff", "format", "--quiet")


def changelog() -> None:
    """The changelog of the version in galaxy.yml, from the fragments and the plugins there are now."""
    options = ("--reload-plugins", "--refresh", "--update-existing")
    tool = envs.DEVELOPMENT.path / "bin" / "antsibull-changelog"
    run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, tool, "release", *options, cwd=TREE / COLLECTION)


def bench() -> None:
    """The measurements."""
    run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, "-m", "benchmarks", cwd=ROOT / "tests")


#: ``make test`` runs these in this order, from quick to slow.
TESTS = (
    Step("lint", (envs.DEVELOPMENT,), lint),
    Step("unit", (envs.DEVELOPMENT,), unit),
    Step("unit-oldest", (envs.OLDEST,), unit_oldest),
    Step("ansible-lint", (envs.DEVELOPMENT,), ansible_lint),
    Step("docs", (envs.DEVELOPMENT,), docs),
    Step("build", (envs.DEVELOPMENT, envs.IMPORTER), build),
    Step("molecule", (envs.DEVELOPMENT,), molecule),
    Step("sanity", (envs.DEVELOPMENT,), sanity),
)
OTHERS = (
    Step("environment", (envs.DEVELOPMENT,), lambda: None),
    Step("format", (envs.DEVELOPMENT,), style),
    Step("changelog", (envs.DEVELOPMENT,), changelog),
    Step("bench", (envs.DEVELOPMENT, envs.PEER), bench),
)

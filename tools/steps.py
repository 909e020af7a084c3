"""The steps: what each one is called, what it needs and what it does."""

from __future__ import annotations

import os
import shutil
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import archive, javascript
from . import environments as envs
from .commands import run, write_pip_configuration
from .paths import BUILD, CACHE, COLLECTION, HOME, LINK, ROOT, TREE, copied_tree

#: What is measured, and the tests it is measured by.
_COVERED = {
    "extensions/emulator": ("tests/unit/emulator",),
    "extensions/local_server": ("tests/unit/local_server", "tests/unit/plugins/procedures/test_dpm_server.py"),
    "plugins": ("tests/unit", "--ignore=tests/unit/emulator", "--ignore=tests/unit/stories"),
}
_COVERAGE_PERCENT = 90
#: Tests that start processes or play whole sequences; what they run is covered by the others already.
_PLAYED = ("tests/unit/stories",)
#: Programs that some tests start; they are no Python packages, so no environment brings them.
_DNS_SERVERS = ("named", "unbound", "dnsmasq")
_SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_PARALLEL = (f"--numprocesses={max(2, os.cpu_count() or 0)}", "--dist=loadgroup")
_TYPED = (
    *("plugins", "extensions/emulator", "extensions/local_server", "extensions/rehearsal", "tools"),
    *("tests/benchmarks", "tests/azure_hosts", "tests/documented", "tests/mutations"),
)
#: The pip release that ansible-test of ansible-core 2.19 asks for, as it appears in the script's name.
_PIP_RELEASE = "24_2"


@dataclass(frozen=True)
class Step:
    """A step of ``make test``. ``needs`` is prepared first; ``run`` says whether it passed."""

    name: str
    needs: tuple[envs.Environment, ...]
    run: t.Callable[[], bool]


def develop(*command: str | Path, cwd: Path = ROOT, **variables: str | Path) -> bool:
    """Run a program of the development environment, by its name or, after ``-m``, its module's."""
    first = command[:1] if command[0] == "-m" else (envs.DEVELOPMENT.path / "bin" / command[0],)
    return run(envs.DEVELOPMENT, envs.DEVELOPMENT.python, *first, *command[1:], cwd=cwd, **variables)


def _generator(*arguments: str) -> bool:
    return develop("-m", "ansible_collections.privatelink.recovery.tools.generate", *arguments, PYTHONPATH=TREE)


def generate() -> bool:
    """Write what roles and lists have in common from its tables."""
    return _generator()


def lint() -> bool:
    """Style and types, and files that differ from the table they are written from."""
    typed = [str(COLLECTION / folder) for folder in _TYPED if (ROOT / folder).is_dir()]
    return all(
        [
            develop("-m", "ruff", "check", "--quiet"),
            develop("-m", "ruff", "format", "--check", "--quiet"),
            develop("-m", "yamllint", "--strict", "."),
            _generator("--check"),
            develop("-m", "mypy", "--config-file", ROOT / "pyproject.toml", *typed, cwd=TREE),
        ]
    )


def unit() -> bool:
    """Unit tests on the newest packages; each part of the code has its own coverage to reach, by its own tests.

    Measuring makes code up to three times slower, so it is left out where whole sequences are played hundreds of times.
    """
    absent = [program for program in _DNS_SERVERS if not shutil.which(program, path=_SYSTEM_PATH)]
    if absent:
        print(
            f"   the tests with real DNS servers are skipped for want of {', '.join(absent)}: see docs/contributing.md"
        )
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        print(
            "   the tests of the report's page in a browser are skipped for want of chromium: see docs/contributing.md"
        )
    data = CACHE / "coverage"
    shutil.rmtree(data, ignore_errors=True)
    passed = []
    for part, tests in _COVERED.items():
        own = data / Path(part).name
        own.mkdir(parents=True)
        variables = {"PYTHONPATH": TREE, "COVERAGE_FILE": own / "data"}
        passed.append(develop("-m", "pytest", *_PARALLEL, *tests, f"--cov={part}", "--cov-report=", **variables))
        options = ("--skip-covered", f"--fail-under={_COVERAGE_PERCENT}")
        passed.append(develop("-m", "coverage", "report", f"--include={part}/*", *options, **variables))
    passed.append(develop("-m", "pytest", *_PARALLEL, *_PLAYED, PYTHONPATH=TREE))
    return all(passed)


def unit_oldest() -> bool:
    """Unit tests of what speaks to the packages, on the oldest: pure decisions cannot differ by package."""
    floors = [f"tests/unit/plugins/{floor}" for floor in ("azure", "engine", "procedures")]
    return run(envs.OLDEST, envs.OLDEST.python, "-m", "pytest", *_PARALLEL, *floors, PYTHONPATH=TREE)


def rehearse_oldest() -> bool:
    """Every sequence, as an operator plays it, on the oldest ansible-core: it has no native types in templates."""
    return _rehearse(envs.OLDEST)


def rehearse_newest() -> bool:
    """The same on the newest ansible-core."""
    return _rehearse(envs.NEWEST)


def _rehearse(environment: envs.Environment) -> bool:
    return _play(environment, "rehearsal", "rehearsal", "--quiet", search=ROOT / "extensions")


def _play(environment: envs.Environment, name: str, *module: str, search: Path) -> bool:
    """Run a module that ``search`` leads to, with a folder of its ``name`` and of the environment for what it leaves."""
    folder = BUILD / f"{name}{environment.folder.removeprefix('.venv')}"
    return run(environment, environment.python, "-m", *module, "--build", folder, PYTHONPATH=search)


def commands_oldest() -> bool:
    """Every command and playbook of the documentation, from the installed archive, on the oldest ansible-core."""
    return _documented(envs.OLDEST)


def commands_newest() -> bool:
    """The same on the newest ansible-core."""
    return _documented(envs.NEWEST)


def _documented(environment: envs.Environment) -> bool:
    module = "ansible_collections.privatelink.recovery.tests.documented"
    return _play(environment, "documented", module, search=TREE)


def conformance() -> bool:
    """What recordings of Azure show, and Microsoft's own clients against the local Azure, unmodified: the SDKs and the Azure CLI."""
    recorded = develop("-m", "ansible_collections.privatelink.recovery.tests.conformance.recorded", PYTHONPATH=TREE)
    lanes = ["tests/conformance/sdk", "tests/conformance/azure_cli"]
    if javascript.installed():
        lanes.append(javascript.LANE)
    options = ("--numprocesses=2", "--dist=loadgroup")
    tested = run(envs.CONFORMANCE, envs.CONFORMANCE.python, "-m", "pytest", *options, *lanes, PYTHONPATH=TREE)
    return tested and recorded


def conformance_azure() -> bool:
    """The recorded stories against a real subscription, which the caller names, side by side with the local Azure."""
    return develop("-m", "ansible_collections.privatelink.recovery.tests.conformance.live", PYTHONPATH=TREE)


def conformance_peer() -> bool:
    """azure.azcollection against the local Azure, unmodified."""
    lane = "tests/conformance/azcollection"
    return develop("-m", "pytest", lane, PYTHONPATH=TREE, PEER_PYTHON=envs.PEER.python)


def ansible_lint() -> bool:
    """Roles, playbooks, scenarios and examples."""
    return develop("-m", "ansiblelint", "--offline", "--strict", "-q")


def docs() -> bool:
    """Documentation of plugins and roles, and the changelog."""
    return all(
        [
            develop("antsibull-docs", "lint-collection-docs", "--plugin-docs", ".", cwd=LINK),
            develop("antsibull-changelog", "lint", cwd=LINK),
        ]
    )


def build() -> bool:
    """The archive: what Galaxy's importer says to it, what it holds and how large it is."""
    archives = BUILD / "archive"
    shutil.rmtree(archives, ignore_errors=True)
    with copied_tree() as copy:
        built = develop("ansible-galaxy", "collection", "build", copy, "--output-path", archives)
    found = list(archives.glob("*.tar.gz"))
    # It would run ansible-lint over the archive: that is a step of its own here.
    importer: tuple[str | Path, ...] = (envs.IMPORTER.python, "-m", "galaxy_importer.main", *found)
    imported = built and run(envs.IMPORTER, *importer, cwd=archives, GALAXY_IMPORTER_RUN_ANSIBLE_LINT="False")
    return imported and archive.check(*found)


def sanity() -> bool:
    """ansible-test's own checks, nothing ignored."""
    ignored = sorted(path.name for path in ROOT.glob("tests/sanity/ignore*"))
    if ignored:
        print(f"   nothing is to be ignored: {', '.join(ignored)}")
        return False
    cached = HOME / ".ansible" / "test" / "cache" / f"get_pip_{_PIP_RELEASE}.py"
    cached.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("get_pip.py"), cached)
    write_pip_configuration(envs.DEVELOPMENT)
    # The version is named: left to itself, ansible-test tries whatever a version manager has put on PATH.
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with copied_tree() as copy:
        return develop("ansible-test", "sanity", "--python", version, "--color", "no", cwd=copy)


def molecule() -> bool:
    """The scenarios."""
    # A run that was interrupted has left word that the emulators are there.
    for left in (CACHE / "ansible" / "tmp").glob("molecule.*"):
        shutil.rmtree(left)
    return develop("-m", "molecule", "test", "--all", "--workers", "2", cwd=LINK)


def style() -> bool:
    """Repair what ``lint`` finds, as far as a tool can."""
    return all(
        [
            develop("-m", "ruff", "check", "--fix", "--exit-zero", "--quiet"),
            develop("-m", "ruff", "format", "--quiet"),
        ]
    )


def changelog() -> bool:
    """The changelog of the version in galaxy.yml, from the fragments and the plugins there are now."""
    return develop("antsibull-changelog", "release", "--reload-plugins", "--refresh", "--update-existing", cwd=LINK)


def worlds() -> bool:
    """Random half-made worlds, storms, two runs at once and deletions by others, as many as asked for."""
    names = ("half_made_worlds", "runs_at_once", "deleted_by_others")
    tests = [f"tests/unit/stories/test_{name}.py" for name in names]
    return develop("-m", "pytest", *_PARALLEL, *tests, PYTHONPATH=TREE)


def mutations() -> bool:
    """Deeds taken out one at a time, in a copy: the tests that show them must fail."""
    return develop("-m", "ansible_collections.privatelink.recovery.tests.mutations", PYTHONPATH=TREE)


def bench() -> bool:
    """The measurements."""
    return develop("-m", "ansible_collections.privatelink.recovery.tests.benchmarks", PYTHONPATH=TREE)


#: ``make test`` runs these, begun in this order: what takes longest comes early, or nobody is left to share it with.
TESTS = (
    Step("lint", (envs.DEVELOPMENT,), lint),
    Step("unit-oldest", (envs.OLDEST,), unit_oldest),
    Step("unit", (envs.DEVELOPMENT,), unit),
    Step("sanity", (envs.DEVELOPMENT,), sanity),
    Step("molecule", (envs.DEVELOPMENT,), molecule),
    Step("rehearse-oldest", (envs.OLDEST,), rehearse_oldest),
    Step("rehearse-newest", (envs.NEWEST,), rehearse_newest),
    Step("commands-oldest", (envs.OLDEST,), commands_oldest),
    Step("commands-newest", (envs.NEWEST,), commands_newest),
    Step("build", (envs.DEVELOPMENT, envs.IMPORTER), build),
    Step("conformance", (envs.CONFORMANCE,), conformance),
    Step("ansible-lint", (envs.DEVELOPMENT,), ansible_lint),
    Step("docs", (envs.DEVELOPMENT,), docs),
)
OTHERS = (
    Step("environment", (envs.DEVELOPMENT,), lambda: True),
    Step("format", (envs.DEVELOPMENT,), style),
    Step("generate", (envs.DEVELOPMENT,), generate),
    Step("changelog", (envs.DEVELOPMENT,), changelog),
    # 1.5 GB and a minute to install, another to run: on demand, as the benchmarks that use it.
    Step("conformance-peer", (envs.DEVELOPMENT, envs.PEER), conformance_peer),
    # Only for who has a subscription, and names it.
    Step("conformance-azure", (envs.DEVELOPMENT,), conformance_azure),
    Step("worlds", (envs.DEVELOPMENT,), worlds),
    Step("mutations", (envs.DEVELOPMENT,), mutations),
    Step("bench", (envs.DEVELOPMENT, envs.PEER), bench),
)

"""Run the commands of a step in surroundings that are the same for everyone."""

from __future__ import annotations

import configparser
import os
import subprocess
from pathlib import Path

from .environments import Environment
from .paths import CACHE, HOME, ROOT, TREE
from .pip_settings import pip_settings

#: Settings of the caller that would change what the tests find out. Azure's must never reach them.
_HIDDEN = ("ANSIBLE_", "AZURE_", "MOLECULE_", "PYTEST_", "COVERAGE_", "GALAXY_", "PYTHON", "XDG_", "LC_", "VIRTUAL_ENV")


def run(environment: Environment, *command: str | Path, cwd: Path = ROOT, **variables: str | Path) -> bool:
    """Run a command with the tools of an environment and say whether it passed. Its output is the caller's."""
    words = [str(word) for word in command]
    surroundings = {**isolated(environment), **{name: str(value) for name, value in variables.items()}}
    print(f"   {' '.join(words).replace(str(ROOT) + '/', '')}", flush=True)
    code = subprocess.run(words, cwd=cwd, env=surroundings, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        print(f"   ... ended with {code}", flush=True)
    return code == 0


def isolated(environment: Environment) -> dict[str, str]:
    """Variables for tests: a home of their own, none of the caller's settings for Ansible, Azure or Python."""
    HOME.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    return {**kept, **with_tools(environment), "HOME": str(HOME), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def with_tools(environment: Environment) -> dict[str, str]:
    """Variables with which an environment's programs are found, and by them this collection."""
    return {
        "PATH": f"{environment.path / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_COLLECTIONS_PATH": str(TREE),
        "ANSIBLE_HOME": str(CACHE / "ansible"),
    }


def write_pip_configuration(environment: Environment) -> None:
    """Give the isolated home the caller's pip configuration, wherever it came from.

    ``ansible-test`` hands neither ``PIP_*`` variables nor the caller's home to the pip it starts.
    """
    configuration = configparser.RawConfigParser()
    # Errors only; and most of what is installed for one check is never imported.
    configuration.read_dict({"global": {"quiet": "2"}, "install": {"compile": "false"}})
    for section, name, value in pip_settings(environment.python):
        if not configuration.has_section(section):
            configuration.add_section(section)
        configuration.set(section, name, value.replace("\n", "\n  "))
    path = HOME / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        configuration.write(file)

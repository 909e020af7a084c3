"""How the caller has set up pip: where packages come from must be the same for every program that installs some."""

from __future__ import annotations

import ast
import subprocess
import typing as t
from pathlib import Path

#: pip's setting, uv's variable of the same meaning, and what stands between several values there.
#: https://docs.astral.sh/uv/reference/environment/
_FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
}


def pip_settings(python: Path) -> list[tuple[str, str, str]]:
    """Section, name and value of each setting of an environment's pip; of two with one name the later one counts.

    Environment variables are in the section ``global``, behind what files say.
    """
    command = (str(python), "-m", "pip", "config", "list")
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = sorted(_rows(listed), key=lambda row: row[0] == ":env:")
    return [("global" if section == ":env:" else section, name, value) for section, name, value in rows]


def uv_variables(python: Path) -> dict[str, str]:
    """The same for uv, as environment variables: it reads nothing of pip's."""
    # As pip has it, all places are looked at for the best version, and not the first that knows a name only.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PYTHON_DOWNLOADS": "never"}
    for section, name, value in pip_settings(python):
        if section in ("global", "install") and name in _FOR_UV:
            variable, between = _FOR_UV[name]
            found[variable] = between.join(value.split())
    return found


def _rows(listed: str) -> t.Iterator[tuple[str, str, str]]:
    """Rows of ``pip config list``: ``section.name='value'``, environment variables as section ``:env:``."""
    for line in listed.splitlines():
        place, _equals, quoted = line.partition("=")
        section, _dot, name = place.rpartition(".")
        # config-file names where pip read the rest; user installs do not fit virtual environments.
        if section and name not in ("config-file", "user", "require-virtualenv"):
            yield section, name, str(ast.literal_eval(quoted))

"""The real programs, where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t

import pytest

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def find(program: str) -> str:
    """The path of a program; skips the test when it is not installed."""
    found = shutil.which(program, path=PATH)
    if not found:
        pytest.skip(f"{program} is not installed (Debian: bind9, unbound, dnsmasq-base)")
    return found


def check(program: str, *arguments: t.Any) -> tuple[int, str]:
    """Run a checker: its exit code and everything it said."""
    command = [find(program), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.returncode, done.stdout

"""The server's own checker, asked about a copy of the configuration before the configuration itself changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import typing as t
from dataclasses import dataclass

from ...errors import InputError, Refusal
from .transaction import Contents, read_bytes

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
SECONDS = 60
_LARGEST = 4 * 1024 * 1024
_MOST_SAID = 1500


@dataclass(frozen=True)
class Answer:
    """What a program said: its exit code and its words."""

    code: int
    words: str


def run(command: t.Sequence[str], seconds: float = SECONDS) -> Answer:
    """Run a program. One that is missing, cannot be started or takes too long has a code that is not 0."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS])
    program = shutil.which(command[0], path=path)
    if program is None:
        return Answer(127, f"{command[0]} is not installed on this host")
    environment = {**os.environ, "LC_ALL": "C", "PATH": path}
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(124, f"{command[0]} gave no answer for {seconds:.0f} s")
    except OSError as error:
        return Answer(126, f"{command[0]} cannot be started: {error.strerror or error}")
    return Answer(done.returncode, said(done.stdout.decode("utf-8", "replace")))


def said(text: str) -> str:
    """What a program printed, on one line without control characters, and not longer than a message may be."""
    line = " | ".join(part.strip() for part in text.splitlines() if part.strip())
    return "".join(character if character.isprintable() else "?" for character in line)[-_MOST_SAID:]


def refuse_broken(commands: t.Iterable[t.Sequence[str]], main: str) -> None:
    """Raise :class:`Refusal` when the checker does not take the configuration as it is now."""
    for command in commands:
        answer = run(command)
        if answer.code == 127:
            raise InputError(
                f"{answer.words}, and without the server's own checker nothing is changed.",
                remedy="Install it (Debian: bind9-utils for named-checkconf; unbound and dnsmasq bring theirs), or correct server.",
            )
        if answer.code:
            raise Refusal(
                f"The configuration {main} was broken before this task: {' '.join(command)} says: {answer.words}. "
                "Nothing was written, and the running server goes on answering as before.",
                remedy="Repair what the checker names, and run again.",
            )


def refuse_unacceptable(
    after: Contents,
    copied: t.Iterable[str],
    commands: t.Callable[[t.Callable[[str], str]], t.Iterable[t.Sequence[str]]],
) -> None:
    """Raise :class:`Refusal` when the checker does not take what the configuration would become.

    ``copied`` are files and directories of the configuration; they are copied into a temporary folder with ``after``
    laid over them, and every mention of them in a copy is led to the copy. ``commands`` gets the way to the copies.
    """
    sources = sorted(set(copied), key=len, reverse=True)
    with tempfile.TemporaryDirectory(prefix="privatelink-recovery-") as folder:

        def copy(path: str) -> str:
            return folder + os.path.realpath(path)

        paths = b"|".join(re.escape(path.encode()) for path in sources)
        mention = re.compile(rb"(?<![\w.-])(?:" + paths + rb")(?![\w.-])")
        for path in filter(os.path.isdir, sources):
            os.makedirs(copy(path), exist_ok=True)
        for path, content in {**_contents(sources), **after}.items():
            if content is not None:
                content = mention.sub(lambda found: copy(found[0].decode()).encode(), content)
                os.makedirs(os.path.dirname(copy(path)), exist_ok=True)
                with open(copy(path), "wb") as file:
                    file.write(content)
        for command in commands(copy):
            answer = run(command)
            if answer.code:
                words = answer.words.replace(folder, "")
                raise Refusal(
                    f"The server's own checker does not take the new configuration: {command[0]} says: {words}. "
                    "Nothing was written, and the server goes on answering as before.",
                    remedy="Correct the option it speaks of, or the line of yours that does not go with ours, and run again.",
                )


def _contents(sources: t.Iterable[str]) -> Contents:
    """Files, and those that are in directories, without what is too large to be a configuration."""
    found: Contents = {}
    for source in sources:
        names = sorted(os.listdir(source)) if os.path.isdir(source) else [""]
        for name in names:
            path = os.path.join(source, name) if name else source
            if os.path.isfile(path) and os.path.getsize(path) <= _LARGEST:
                found[path] = read_bytes(path)
    return found

"""What servers answered and what a registration is judged by, in the shapes that the gates of servers take."""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass, field

from ..ids import fold_id
from ..wire import JSON

#: The number of a vault is the first part of the names its endpoints publish.
NUMBER = re.compile(r"^(\d{10,20})-ab-")


@dataclass(frozen=True)
class Terms:
    """What a registration is judged by.

    ``number`` is the vault's number (empty: not known yet), ``over`` the endpoints it is reached over, ``names`` the
    addresses by private name, ``listed`` the folded names of the servers the vault lists, ``skew`` seconds. ``setup`` is
    the path of the Setup of MABS on the servers, for those that have neither DPM nor MABS (empty: none is installed),
    ``answers`` the keys and values of its answer file (None without one), secrets among them; ``passphrase`` is what the
    agents encrypt with.
    """

    mode: t.Literal["register", "reregister", "verify"]
    vault_id: str
    number: str
    over: str
    names: t.Mapping[str, tuple[str, ...]]
    public_names: tuple[str, ...]
    least_versions: t.Mapping[str, str]
    least_agent: str
    installer: str
    skew: float
    setup: str = ""
    answers: t.Mapping[str, str] | None = None
    passphrase: str = ""
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Server:
    """What one server answered, by job; ``silent`` says why a job has no answer."""

    name: str
    answers: t.Mapping[str, JSON] = field(default_factory=dict)
    silent: t.Mapping[str, str] = field(default_factory=dict)

    def said(self, job: str) -> JSON:
        """The answer to a job; empty when there is none."""
        return self.answers.get(job, {})


def servers_of(names: t.Iterable[str], results: t.Iterable[JSON]) -> list[Server]:
    """The servers with what their tasks registered, loops flattened. A job nobody answered is not there."""
    answers: dict[str, dict[str, JSON]] = {name: {} for name in names}
    silent: dict[str, dict[str, str]] = {name: {} for name in answers}
    for result in flat(results):
        item = result.get("item")
        here = list(item) if isinstance(item, (list, tuple)) else [item]
        name = str(result.get("server") or here[0])
        job = str(result.get("job") or (here[1] if len(here) > 1 else ""))
        if name in answers and isinstance(result.get("answer"), dict):
            answers[name][job] = result["answer"]
        elif name in answers and not result.get("skipped"):
            silent[name][job] = str(result.get("msg") or "no answer")
    return [Server(name, answers[name], silent[name]) for name in answers]


def flat(results: t.Iterable[JSON]) -> t.Iterator[JSON]:
    """The results of loops one by one."""
    for result in results:
        if isinstance(result, dict) and isinstance(result.get("results"), list):
            yield from flat(result["results"])
        elif isinstance(result, dict):
            yield result


def number_of(names: t.Iterable[str]) -> str:
    """The vault's number, as the names of its endpoints show it; empty when none does."""
    return next((found[1] for name in names if (found := NUMBER.match(name))), "")


def over(connections: t.Iterable[JSON], *, denied: bool) -> str:
    """Over which endpoints a vault is reached now, as a short text that changes with them; empty when it cannot be reached."""
    approved = sorted(fold_id(str(item.get("id") or item.get("name"))) for item in connections)
    if approved:
        return hashlib.sha256("\n".join(approved).encode()).hexdigest()[:16]
    return "" if denied else "public"


def spellings(server: Server) -> set[str]:
    """How a vault may list a server: by its name in the inventory, its own, or the first part of either."""
    names = {server.name.lower(), str(server.said("versions").get("computer") or "").lower()}
    return {name for full in names if full for name in (full, full.split(".", maxsplit=1)[0])}


def older(version: str, least: str) -> bool:
    """Whether a version is below another; one that is no version is."""
    if not least:
        return False
    numbers = [_numbers(version), _numbers(least)]
    return not numbers[0] or numbers[0] < numbers[1]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")) if re.fullmatch(r"\d+(\.\d+)*", text) else ()

"""The ``dns_server_verification`` module: asks a server as its clients do, and its targets where that went wrong."""

from __future__ import annotations

import time

from ..dns.host_names import host_name, ip_address, published
from ..dns.query import lookup
from ..dns.servers.diagnosis import SECONDS, Asked, examine
from ..dns.servers.wanted import make_targets
from ..engine.runner import Task
from ..errors import InputError, RecoveryError
from ..wire import JSON

PAUSE = 2.0


class WrongAnswers(RecoveryError):
    """A server does not answer as it should. ``rows`` are all names, good ones included."""

    def __init__(self, rows: list[JSON], more: list[str]) -> None:
        self.rows = rows
        bad = [row["message"] for row in rows if not row["resolved"]]
        reported = [f"{len(bad)} of {len(rows)} names are not right:", *bad] if bad else []
        super().__init__(" ".join([*reported, *more]))

    def facts(self) -> JSON:
        """The rows, for a rescue or a report."""
        return {**super().facts(), "names": self.rows, "resolved": False}


def verify_dns_server(task: Task) -> JSON:
    """Serve the ``dns_server_verification`` module."""
    options = task.options
    address = ip_address(options["address"])
    if not address:
        raise InputError(f"address {options['address']!r} is not an IP address.")
    source = ip_address(options["source_address"]) if options.get("source_address") else ""
    if options.get("source_address") and not source:
        raise InputError(f"source_address {options['source_address']!r} is not an IP address.")
    targets = tuple(make_targets(options.get("targets") or []))
    server = Asked(options.get("label") or "", address, options["port"], targets, source)
    names = published(options.get("names") or [], "names")
    started, limit = task.context.now(), float(options["wait_timeout"])
    rows = examine(server, names)
    while not all(row["resolved"] for row in rows) and task.context.now() - started + PAUSE <= limit:
        wrong = [name for name, row in zip(names, rows) if not row["resolved"]]
        passed = task.context.now() - started
        task.context.progress(
            f"waiting for {len(wrong)} names at {server.words} ({wrong[0].name}): {passed:.0f} s of at most {limit:.0f} s"
        )
        time.sleep(PAUSE)
        again = dict(zip(wrong, examine(server, wrong)))
        rows = [again.get(name, row) for name, row in zip(names, rows)]
    others = _other_names(task, server)
    for row in rows:
        if row["resolved"] and row["message"]:
            task.warn(row["message"])
    resolved = all(row["resolved"] for row in rows) and not others
    if not resolved and options["fail_on_mismatch"]:
        raise WrongAnswers(rows, others)
    return {"changed": False, "names": rows, "resolved": resolved, "messages": [*_wrong(rows), *others]}


def _wrong(rows: list[JSON]) -> list[str]:
    return [row["message"] for row in rows if not row["resolved"]]


def _other_names(task: Task, server: Asked) -> list[str]:
    """A sentence for each further name, private to nobody, that the server does not resolve at all."""
    reported = []
    for text in task.options.get("other_names") or []:
        name = host_name(text)
        if not name:
            raise InputError(f"other_names: {text!r} is no host name.")
        found = lookup(name, server.address, server.port, SECONDS, server.source)
        if not found.addresses:
            reported.append(
                f"{server.words} answers {name} with {found.failure}: names that are not private must go on being resolved; see that "
                "its targets resolve recursively, and that it has no zone of its own around the name."
            )
    return reported

"""Serve the ``server_protection`` module: which backups of DPM and MABS servers are due, and what became of them."""

from __future__ import annotations

from ..engine.runner import Task
from ..sequences import server_facts, server_protection
from ..sequences.gate import summary
from ..sequences.servers import silent
from ..wire import JSON
from .preflight import GatesClosed


def judge_protection(task: Task) -> JSON:
    """Say what each server has to do; with ``judge`` also whether it was done and nothing was lost."""
    options = task.options
    found = server_facts.servers_of(options["servers"], options["results"])
    earlier = {server.name: server for server in server_facts.servers_of(options["servers"], options["before"])}
    gates = [gate for server in found if server.silent for gate in silent(server)]
    if options["judge"]:
        for server in found:
            before = server_protection.sources(earlier[server.name]) if server.name in options["renewed"] else []
            gates += server_protection.judge(server, before) if not server.silent else []
    for gate in gates:
        if gate.verdict == "warning":
            task.warn(f"[{gate.name}] {gate.message} {gate.remedy}".strip())
    message, verdicts = summary(gates), [gate.as_dict() for gate in gates]
    if message and options["enforce"]:
        raise GatesClosed(message, verdicts)
    rows = [
        server_protection.due(server, renewed=server.name in options["renewed"], start=options["start"]).as_dict()
        for server in found
    ]
    return {
        "changed": False,
        "passed": not message,
        "message": message,
        "gates": verdicts,
        "servers": rows,
        "data_sources": sum(len(server_protection.sources(server)) for server in found),
    }

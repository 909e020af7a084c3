"""The ``name_resolution`` module."""

from __future__ import annotations

import time

from ..dns.resolution import PAUSE, NamesUnresolved, Reach, Resolver, asked_names, examine, is_good, server_address
from ..engine.runner import Task
from ..wire import JSON


def check_names(task: Task) -> JSON:
    """Serve the ``name_resolution`` module."""
    options = task.options
    asked = asked_names(
        options["names"], Resolver(server_address(options.get("dns_server"), "dns_server"), options["dns_port"])
    )
    reach = Reach(options.get("port") or None, float(options["connect_timeout"]))
    sleep = task.context.transport.sleep if task.context.transport else time.sleep
    started, limit = task.context.now(), float(task.options["wait_timeout"])
    rows = examine(asked, reach)
    while not all(is_good(row) for row in rows):
        passed = task.context.now() - started
        if passed + PAUSE > limit:
            break
        bad = [item for item, row in zip(asked, rows) if not is_good(row)]
        task.context.progress(f"waiting for {len(bad)} names ({bad[0].fqdn}): {passed:.0f} s of at most {limit:.0f} s")
        sleep(PAUSE)
        again = dict(zip(bad, examine(bad, reach)))
        rows = [again.get(item, row) for item, row in zip(asked, rows)]
    resolved = all(is_good(row) for row in rows)
    if not resolved and task.options["fail_on_mismatch"]:
        raise NamesUnresolved(rows)
    return {"changed": False, "names": rows, "resolved": resolved}

"""The ``required_dns_zones`` module."""

from __future__ import annotations

from ..dns.required_zones import Question, find_required_zones, read_capabilities
from ..engine.runner import Task
from ..wire import JSON


def required_zones(task: Task) -> JSON:
    """Serve the ``required_dns_zones`` module."""
    options = task.options
    question = Question(
        sub_resources=tuple(options["sub_resources"]),
        location=options.get("location") or "",
        vault=options.get("vault") or "",
        zone_names=options.get("zone_names") or {},
        geo_code=options.get("geo_code") or "",
        override=bool(options["override"]),
    )
    return find_required_zones(
        task.azure,
        task.connection.cloud,
        lambda location, names: read_capabilities(task.azure, task.subscription_id, location, names),
        question,
        task.warn,
    )

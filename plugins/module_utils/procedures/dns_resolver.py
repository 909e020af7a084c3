"""The ``dns_resolver`` module: a resolver, then its endpoints side by side, after every subnet was looked at."""

from __future__ import annotations

import typing as t
from functools import partial

from ..dns.private_dns import NETWORK
from ..engine.parts import Part, outcome
from ..engine.resource import Kind, refuse_failed, settled, wanted_tags
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import InputError, Refusal
from ..ids import build_id, parse_id, same_id
from ..resources.dns_resolvers import (
    API_VERSION,
    INBOUND,
    INBOUND_KIND,
    OUTBOUND,
    OUTBOUND_KIND,
    RESOLVER,
    RESOLVER_KIND,
    address_of,
    unfit,
)
from ..resources.endpoint_names import NETWORK_API_VERSION
from ..wire import JSON, get_path


def manage_resolver(task: Task) -> JSON:
    """Serve the ``dns_resolver`` module."""
    options = task.options
    subscription = options.get("subscription_id") or task.subscription_id
    resolver_id = build_id(subscription, options["resource_group"], RESOLVER, options["name"])
    rows = [(INBOUND_KIND, INBOUND, row) for row in options.get("inbound_endpoints") or []]
    rows += [(OUTBOUND_KIND, OUTBOUND, row) for row in options.get("outbound_endpoints") or []]
    ids = [
        build_id(subscription, options["resource_group"], kind, options["name"], row["name"]) for _k, kind, row in rows
    ]
    _refuse_twice(rows, ids)
    current = settled(task.azure, RESOLVER_KIND, resolver_id, check_mode=task.check_mode)
    if options["state"] == "absent":
        return _remove(task, resolver_id, current)
    network_id = options.get("virtual_network") or str(get_path(current, "properties.virtualNetwork.id") or "")
    if not network_id:
        raise InputError(f"virtual_network is missing, and {resolver_id} does not exist yet.")
    parse_id(network_id, NETWORK, option="virtual_network")
    network = task.azure.get(network_id, NETWORK_API_VERSION)
    _refuse_unfit(network_id, network, [(resource_id, row["subnet"]) for resource_id, (_k, _t, row) in zip(ids, rows)])
    region = str(network["location"])
    if current is None:
        _refuse_second(task, resolver_id, network_id, subscription)
    values: JSON = {"location": region, "virtual_network": network_id}
    values["tags"] = wanted_tags(current, options.get("tags"), append=True)
    resolver = Part(RESOLVER_KIND, resolver_id, RESOLVER_KIND.plan(resolver_id, current, values), current)
    endpoints = [
        _endpoint(task, kind, resource_id, region, row, current) for resource_id, (kind, _t, row) in zip(ids, rows)
    ]
    if not task.check_mode:
        _make(task, resolver, endpoints)
    # An address that was asked for is known before its endpoint is there; one that Azure chooses is not.
    targets = [
        address_of(part.document) or str(row.get("private_ip_address") or "")
        for part, (kind, _t, row) in zip(endpoints, rows)
        if kind is INBOUND_KIND
    ]
    return {
        **outcome([resolver, *endpoints]),
        "id": resolver_id,
        "targets": [{"address": address, "port": 53} for address in targets if address],
    }


def _refuse_twice(rows: t.Sequence[tuple[Kind, str, JSON]], ids: t.Sequence[str]) -> None:
    for title, values in (
        ("name", [each.lower() for each in ids]),
        ("subnet", [row["subnet"].lower() for _k, _t, row in rows]),
    ):
        if len(set(values)) != len(values):
            raise InputError(f"Two endpoints have the same {title}; each needs one of its own.")


def _refuse_unfit(network_id: str, network: JSON, wanted: t.Iterable[tuple[str, str]]) -> None:
    wrong = [
        sentence for resource_id, subnet in wanted if (sentence := unfit(subnet, network_id, network, resource_id))
    ]
    if wrong:
        raise Refusal(f"{' '.join(wrong)}", remedy="Nothing was written. Run again afterwards.")


def _refuse_second(task: Task, resolver_id: str, network_id: str, subscription: str) -> None:
    """A network takes one resolver; Azure would say so only after some minutes."""
    for other in task.azure.list(f"/subscriptions/{subscription}/providers/{RESOLVER}", API_VERSION):
        if same_id(str(get_path(other, "properties.virtualNetwork.id") or ""), network_id):
            raise Refusal(
                f"{network_id} has the resolver {other['id']} already, and a network takes one; {resolver_id} was not made.",
                remedy="Use that one: name it, with its resource group.",
            )


def _endpoint(task: Task, kind: Kind, resource_id: str, region: str, row: JSON, resolver: JSON | None) -> Part:
    current = settled(task.azure, kind, resource_id, check_mode=task.check_mode) if resolver else None
    values = {"location": region, "subnet": row["subnet"], "private_ip_address": row.get("private_ip_address")}
    extra: JSON | None = None
    if kind is INBOUND_KIND:
        method = "Static" if row.get("private_ip_address") else "Dynamic"
        configuration: JSON = {"subnet": {"id": row["subnet"]}, "privateIpAllocationMethod": method}
        if row.get("private_ip_address"):
            configuration["privateIpAddress"] = row["private_ip_address"]
        extra = {"properties": {"ipConfigurations": [configuration]}}
    return Part(kind, resource_id, kind.plan(resource_id, current, values, extra=extra), current)


def _make(task: Task, resolver: Part, endpoints: t.Sequence[Part]) -> None:
    work = Work()
    for parts in ([resolver], endpoints):
        changing = [part for part in parts if part.plan.changed]
        work.do((part.words, partial(part.kind.apply, task.azure, part.plan, wait=False)) for part in changing)
        for part in changing:
            part.document = work.attempt(partial(part.kind.settle, task.azure, part.resource_id))
            work.attempt(partial(refuse_failed, part.document or {}, part.resource_id))


def _remove(task: Task, resolver_id: str, current: JSON | None) -> JSON:
    """Remove the endpoints that were named, and the resolver when it has no others."""
    options, parts = task.options, list[Part]()
    if current is not None:
        named = {
            f"{kind}/{row['name']}".lower()
            for kind, rows in (("inboundEndpoints", "inbound_endpoints"), ("outboundEndpoints", "outbound_endpoints"))
            for row in options.get(rows) or []
        }
        foreign = []
        for kind in (INBOUND_KIND, OUTBOUND_KIND):
            segment = kind.type.rsplit("/", 1)[-1]
            for document in task.azure.list(f"{resolver_id}/{segment}", API_VERSION):
                if f"{segment}/{document['name']}".lower() in named:
                    parts.append(
                        Part(kind, document["id"], kind.plan(document["id"], document, {}, absent=True), document)
                    )
                else:
                    foreign.append(str(document["id"]))
        if foreign:
            raise Refusal(
                f"{resolver_id} has endpoints that were not named: {', '.join(foreign)}. Servers may forward to them; nothing was removed.",
                remedy="Name them in inbound_endpoints or outbound_endpoints if they are to go too.",
            )
    resolver = Part(RESOLVER_KIND, resolver_id, RESOLVER_KIND.plan(resolver_id, current, {}, absent=True), current)
    if not task.check_mode:
        Work().do(
            (part.words, partial(part.kind.apply, task.azure, part.plan))
            for part in [*parts, resolver]
            if part.plan.changed
        )
    return {**outcome([*parts, resolver]), "id": resolver_id, "targets": []}

"""The ``dns_forwarding_ruleset`` module: a ruleset, its rules, then its links, after loops were looked for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..dns.host_names import host_name, ip_address
from ..dns.private_dns import NETWORK
from ..engine.parts import Part, outcome
from ..engine.resource import Kind, refuse_failed, settled, wanted_tags
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import InputError, Refusal
from ..ids import build_id, fold_id, parse_id, same_id
from ..resources.dns_forwarding import LINK_KIND, RULE_KIND, RULESET, RULESET_KIND, domain, network_of, rule_values
from ..resources.dns_resolvers import API_VERSION, OUTBOUND, OUTBOUND_KIND, RESOLVER, address_of
from ..wire import JSON, get_path


def manage_ruleset(task: Task) -> JSON:
    """Serve the ``dns_forwarding_ruleset`` module."""
    options = {**task.options, "rules": _rules(task.options)}
    task = replace(task, options=options)
    subscription = options.get("subscription_id") or task.subscription_id
    ruleset_id = build_id(subscription, options["resource_group"], RULESET, options["name"])
    _check(options)
    current = settled(task.azure, RULESET_KIND, ruleset_id, check_mode=task.check_mode)
    if options["state"] == "absent":
        return _remove(task, ruleset_id, current)
    ruleset = _ruleset(task, ruleset_id, current)
    rules = [_part(task, RULE_KIND, f"{ruleset_id}/forwardingRules/{row['name']}", rule_values(row), current)
             for row in options["rules"]]  # fmt: skip
    links = _links(task, ruleset_id, current)
    _refuse_loops(task, subscription)
    if not task.check_mode:
        # A rule that is there before its links never sends a name to nobody; links are the last to be made.
        work = Work()
        for parts in ([ruleset], rules, links):
            changing = [part for part in parts if part.plan.changed]
            work.do((part.words, partial(part.kind.apply, task.azure, part.plan)) for part in changing)
            for part in changing:
                document = work.attempt(partial(part.kind.read, task.azure, part.resource_id))
                work.attempt(partial(refuse_failed, document or {}, part.resource_id))
    return {**outcome([ruleset, *rules, *links]), "id": ruleset_id}


def _rules(options: JSON) -> list[JSON]:
    """The rules that are wanted: those that were written out, and one for each of the domains."""
    made = [
        {
            "name": domain(name).rstrip(".").replace(".", "-"),
            "domain_name": name,
            "targets": options["targets"],
            "enabled": True,
        }
        for name in options["domains"]
    ]
    return [*options["rules"], *made]


def _check(options: JSON) -> None:
    """What is wrong with the options themselves, before any request."""
    for row in options.get("outbound_endpoints") or []:
        parse_id(row, OUTBOUND, option="outbound_endpoints")
    for row in options["virtual_networks"]:
        parse_id(row, NETWORK, option="virtual_networks")
    seen: dict[str, str] = {}
    for row in options["rules"]:
        name = domain(row["domain_name"])
        if name != "." and not host_name(name):
            raise InputError(f"rules: {row['domain_name']} is not a domain name.")
        if other := seen.get(name):
            raise InputError(
                f"rules: {other} and {row['name']} are both for {name}; a ruleset has one rule for a domain."
            )
        seen[name] = row["name"]
        if not row["targets"]:
            raise InputError(f"rules: {row['name']} has no targets.")
        for target in row["targets"]:
            if not ip_address(target["address"]):
                raise InputError(f"rules: {target['address']} of {row['name']} is not an IP address.")


def _ruleset(task: Task, ruleset_id: str, current: JSON | None) -> Part:
    options = task.options
    endpoints = options.get("outbound_endpoints")
    if not endpoints and current is None:
        raise InputError(f"outbound_endpoints is missing, and {ruleset_id} does not exist yet.")
    values: JSON = {"tags": wanted_tags(current, options.get("tags"), append=True)}
    if endpoints:
        regions = {str(task.azure.get(one, OUTBOUND_KIND.api_version)["location"]) for one in endpoints}
        if len(regions) > 1:
            raise InputError(
                f"outbound_endpoints are in {', '.join(sorted(regions))}; a ruleset takes those of one region."
            )
        values["location"] = regions.pop()
        values["outbound_endpoints"] = [{"id": one} for one in endpoints]
    return Part(RULESET_KIND, ruleset_id, RULESET_KIND.plan(ruleset_id, current, values))


def _part(task: Task, kind: Kind, resource_id: str, values: JSON, parent: JSON | None) -> Part:
    current = settled(task.azure, kind, resource_id, check_mode=task.check_mode) if parent else None
    return Part(kind, resource_id, kind.plan(resource_id, current, values))


def _links(task: Task, ruleset_id: str, current: JSON | None) -> list[Part]:
    """Links to the networks that are wanted; one that exists is known by its network, whatever its name."""
    there = task.azure.list(f"{ruleset_id}/virtualNetworkLinks", API_VERSION) if current else []
    found = []
    for network in task.options["virtual_networks"]:
        link = next((one for one in there if same_id(network_of(one), network)), None)
        link_id = str(link["id"]) if link else f"{ruleset_id}/virtualNetworkLinks/{parse_id(network).name}"
        found.append(_part(task, LINK_KIND, link_id, {"virtual_network": network}, current))
    return found


def _refuse_loops(task: Task, subscription: str) -> None:
    """A network whose own inbound endpoint is a target would be asked for the name by itself, for ever."""
    options = task.options
    targets = {target["address"] for row in options["rules"] for target in row["targets"]}
    linked = {fold_id(network) for network in options["virtual_networks"]}
    if not targets or not linked:
        return
    for resolver in task.azure.list(f"/subscriptions/{subscription}/providers/{RESOLVER}", API_VERSION):
        network = str(get_path(resolver, "properties.virtualNetwork.id") or "")
        if fold_id(network) not in linked:
            continue
        for endpoint in task.azure.list(f"{resolver['id']}/inboundEndpoints", API_VERSION):
            if address_of(endpoint) in targets:
                raise Refusal(
                    f"A rule leads to {address_of(endpoint)}, the inbound endpoint {endpoint['id']} in {network}, and the ruleset is to be "
                    "linked to that network: each such name would be asked in a loop. Nothing was written.",
                    remedy="Leave that network out of virtual_networks: what its own zones are linked to it resolves without a rule.",
                )


def _remove(task: Task, ruleset_id: str, current: JSON | None) -> JSON:
    """Remove the ruleset with its rules, and its links to networks that were named. Others are a refusal."""
    parts = list[Part]()
    if current is not None:
        named = {fold_id(network) for network in task.options["virtual_networks"]}
        for link in task.azure.list(f"{ruleset_id}/virtualNetworkLinks", API_VERSION):
            if fold_id(network_of(link)) not in named:
                raise Refusal(
                    f"{ruleset_id} serves {network_of(link)}, which was not named; nothing was removed.",
                    remedy="Name the network in virtual_networks if it is to lose these rules too.",
                )
            parts.append(Part(LINK_KIND, link["id"], LINK_KIND.plan(link["id"], link, {}, absent=True)))
    ruleset = Part(RULESET_KIND, ruleset_id, RULESET_KIND.plan(ruleset_id, current, {}, absent=True))
    parts.append(ruleset)
    if not task.check_mode:
        Work().do((part.words, partial(part.kind.apply, task.azure, part.plan)) for part in parts if part.plan.changed)
    return {**outcome(parts), "id": ruleset_id}

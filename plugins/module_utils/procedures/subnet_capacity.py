"""The ``subnet_capacity`` module."""

from __future__ import annotations

from ..azure.client import Azure
from ..engine.runner import Task
from ..errors import Refusal
from ..ids import parse_id
from ..resources.endpoint_names import NETWORK_API_VERSION
from ..resources.endpoints import SUBNET_TYPE
from ..resources.subnets import NEEDS, Capacity, capacity, delegated, policies_refused, shortage
from ..wire import JSON


def read_capacity(azure: Azure, subnet_id: str) -> Capacity | None:
    """The capacity of a subnet; None when network or subnet does not exist. Two requests."""
    parsed = parse_id(subnet_id, SUBNET_TYPE, option="subnet")
    network = azure.find(parsed.ancestor(), NETWORK_API_VERSION)
    if network is None:
        return None
    usages = azure.list(f"{parsed.ancestor()}/usages", NETWORK_API_VERSION)
    return capacity(parsed.text, network, usages)


def judge_subnet(task: Task) -> JSON:
    """Serve the ``subnet_capacity`` module."""
    options = task.options
    required, advised = needed(options)
    found = read_capacity(task.azure, options["subnet"])
    if found is None:
        message = f"{options['subnet']} does not exist."
        if options["enforce"]:
            raise Refusal(message, remedy="Create the virtual network and subnet first.")
        return {"changed": False, "exists": False, "enough": False, "message": message}
    problems = [shortage(found, required), policies_refused(found, options["accepted_network_policies"])]
    problems = [problem for problem in problems if problem]
    if problems and options["enforce"]:
        raise Refusal("; ".join(problems) + ".", remedy="Use a larger subnet, or set its network policies to Disabled.")
    if delegated(found):
        task.warn(f"{delegated(found)}.")
    if not problems and found.free < advised:
        task.warn(f"{found.subnet_id} has {found.free} free addresses; {advised} are advised because the need grows.")
    return {
        "changed": False,
        "exists": True,
        "enough": not problems,
        "message": "; ".join(problems),
        "free": found.free,
        "usable": found.usable,
        "used": found.used,
        "required": required,
        "advised": advised,
        "network_policies": found.policies,
        "delegations": list(found.delegations),
        "location": found.location,
        "address_prefixes": list(found.prefixes),
    }


def needed(options: JSON) -> tuple[int, int]:
    """Addresses required and advised for what a task asks about."""
    if options.get("addresses") is not None:
        return int(options["addresses"]), int(options["addresses"])
    need = NEEDS[options["sub_resource"]]
    endpoints = options.get("endpoints")
    count, growth = 1 if endpoints is None else int(endpoints), int(options.get("data_sources") or 0)
    return need.required * count + growth, need.advised * count + growth

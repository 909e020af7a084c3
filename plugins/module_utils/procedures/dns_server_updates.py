"""The ``dns_server_updates`` module: reads zones that take dynamic updates, and says which updates make them right."""

from __future__ import annotations

import base64

from ..dns.forward_zones import covering
from ..dns.host_names import ip_address, published
from ..dns.servers.dynamic_zone import Primary, read_zone, require_dnspython
from ..dns.servers.updates import Addresses, changes, refuse_foreign
from ..dns.servers.wanted import checked_zones
from ..engine.runner import Task
from ..errors import InputError
from ..wire import JSON


def find_dns_updates(task: Task) -> JSON:
    """Serve the ``dns_server_updates`` module."""
    options = task.options
    zones = list(dict.fromkeys(checked_zones(options["zones"], "zones")))
    if not zones:
        raise InputError("zones is empty: name the zones that take dynamic updates.")
    address = ip_address(options["address"])
    if not address:
        raise InputError(f"address {options['address']!r} is not an IP address.")
    if bool(options.get("key_name")) != bool(options.get("key_secret")):
        raise InputError("key_name and key_secret belong together.")
    try:
        base64.b64decode(options.get("key_secret") or "", validate=True)
    except ValueError as error:
        raise InputError(f"key_secret: the secret of the key {options['key_name']} is not base64.") from error
    wanted = _wanted(task, zones)
    require_dnspython()
    primary = Primary(
        address,
        options["port"],
        options.get("key_name") or "",
        options.get("key_secret") or "",
        options["key_algorithm"],
    )
    # All zones are read, and every refusal made, before the first update of any of them.
    read = [read_zone(primary, zone, wanted[zone]) for zone in zones]
    for zone in read:
        refuse_foreign(zone, wanted[zone.name])
    found = [changes(zone, wanted[zone.name], options["time_to_live"]) for zone in read]
    for sentence in (sentence for one in found for sentence in one.left):
        task.warn(sentence)
    diff = [
        {"before_header": header, "after_header": header, "before": _text(one.before), "after": _text(one.after)}
        for zone, one in zip(read, found)
        if one.before != one.after and (header := f"{zone.name} at {primary.words}")
    ]
    updates = [update for one in found for update in one.updates]
    return {"changed": bool(updates), "diff": diff, "updates": updates}


def _wanted(task: Task, zones: list[str]) -> dict[str, dict[str, Addresses]]:
    """For each zone its wanted addresses by name. Raises :class:`InputError` for a name that is in none of them."""
    wanted: dict[str, dict[str, Addresses]] = {zone: {} for zone in zones}
    if task.options["state"] == "absent":
        return wanted
    names = published(task.options.get("answers") or [], "answers")
    homeless = [name.name for name in names if not covering(name.name, zones) or name.name in zones]
    if homeless:
        raise InputError(f"answers: {', '.join(homeless)} is no name inside one of the zones {', '.join(zones)}.")
    for name in names:
        zone = covering(name.name, zones)
        wanted[zone][name.name[: -len(zone) - 1]] = tuple(sorted(name.addresses))
    return wanted


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)

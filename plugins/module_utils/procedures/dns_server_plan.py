"""The ``dns_server_plan`` module: pure, so that options that cannot work are refused before any server is touched."""

from __future__ import annotations

import json
import typing as t

from ..dns.forward_zones import covering, geo_codes_of, zones_to_forward
from ..dns.host_names import published
from ..dns.servers.answers import Row, in_its_zone, of_endpoints, spelled
from ..dns.servers.wanted import checked_zones, make_targets, make_wanted, refuse_unreachable_resolver
from ..engine.runner import Task
from ..errors import InputError
from ..wire import JSON


def plan_dns_server(task: Task) -> JSON:
    """Serve the ``dns_server_plan`` module."""
    options = task.options
    found = [*(options.get("names") or []), *(_reported(options["report"]) if options.get("report") else [])]
    given = of_endpoints(found, options.get("endpoints") or [], alone=not options.get("views"))
    if not options.get("views"):
        return {"changed": False, **_plan_one(task, given, options.get("targets") or []), "views": []}
    views = []
    for row in options["views"]:
        if not row["endpoints"]:
            raise InputError(f"views: name the endpoints that {row['name']} answers for.")
        targets = row.get("targets") or options.get("targets") or []
        asked = {key: row.get(key) or "" for key in ("asked_from", "source_address")}
        views.append({"name": row["name"], **asked, **_plan_one(task, of_endpoints(given, row["endpoints"]), targets)})
    make_wanted({"views": views})
    _warn_of_endpoints_without_view(task, given)
    together = {key: _merged(row for view in views for row in view[key]) for key in ("forward_zones", "targets")}
    return {"changed": False, **together, "answers": [], "names": [], "views": views}


def _merged(rows: t.Iterable[t.Any]) -> list[t.Any]:
    found: list[t.Any] = []
    for row in rows:
        if row not in found:
            found.append(row)
    return found


def _warn_of_endpoints_without_view(task: Task, given: t.Iterable[Row]) -> None:
    named = {name for row in task.options["views"] for name in row["endpoints"]}
    left = sorted({str(row.get("endpoint") or "") for row in given} - named - {""})
    if left:
        task.warn(f"No view answers for {', '.join(left)}: its names resolve through this server as before.")


def _plan_one(task: Task, rows: t.Sequence[Row], given_targets: list[JSON]) -> JSON:
    """What a server, or one view of it, has to do for these rows."""
    options = task.options
    names = published(rows, "names")
    # published() has folded and judged every name: what is placed here is fit to be written.
    by_name = {name.name: name for name in names}
    placed = [
        in_its_zone({**row, "fqdn": name.name, "ip_addresses": list(name.addresses)})
        for row in rows
        if (name := by_name[str(row["fqdn"]).rstrip(".").lower()])
    ]
    zones, answers = list[str](), []
    if options["mode"] == "forward":
        zones = _zones(task, [name.name for name in names])
        homeless = [name.name for name in names if not covering(name.name, zones)]
        if homeless:
            raise InputError(
                f"names: {', '.join(homeless)} is in none of the zones that would be forwarded ({', '.join(zones)}); add its zone to "
                "extra_zones, or leave the name out."
            )
    else:
        answers = list(spelled(placed, checked_zones(options.get("update_zones") or [], "update_zones")))
    if not zones and not answers:
        raise InputError("There is nothing to do: name sequences, extra_zones or names.")
    targets = make_targets(given_targets)
    wanted = {
        "forward_zones": zones,
        "targets": [{"address": target.address, "port": target.port} for target in targets] if zones else [],
        "answers": [{"fqdn": answer.name, "ip_addresses": list(answer.addresses)} for answer in answers],
    }
    make_wanted(wanted)
    if zones:
        refuse_unreachable_resolver(targets, inside_virtual_network=options["inside_virtual_network"])
    expected = answers or names
    return {
        **wanted,
        "names": [{"fqdn": name.name, "ip_addresses": list(name.addresses)} for name in expected],
    }


def _reported(path: str) -> list[JSON]:
    """The names of a report that was handed over. Raises :class:`InputError` when it is none, or knows no name."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        names = [row for row in document["names"] if isinstance(row, dict)]
    except OSError as error:
        raise InputError(f"report {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"report {path} is no report.json of this collection.") from error
    if not names:
        raise InputError(
            f"report {path} knows no name: it is that of a run that was refused, or of a teardown.",
            remedy="Hand over the report of a run or of verify.",
        )
    return names


def _zones(task: Task, names: list[str]) -> list[str]:
    options = task.options
    roles = [row for row in options["role_variables"] if row["sequence"] in (options.get("sequences") or [])]
    zone_names = [name for row in roles for name in row["zone_names"]]
    extra = checked_zones([*(options.get("extra_zones") or []), *zone_names], "extra_zones")
    locations = [*(options.get("locations") or []), *(row["location"] for row in roles if row.get("location"))]
    codes = [*(options.get("geo_codes") or []), *(row["geo_code"] for row in roles if row.get("geo_code"))]
    codes += geo_codes_of(locations)
    checked_zones((f"{code}.example" for code in codes), "geo_codes")
    found = zones_to_forward(
        options.get("sequences") or [], options["cloud"], geo_codes=codes, names=names, form=options["form"]
    )
    return list(dict.fromkeys([*found, *extra]))

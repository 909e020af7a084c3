"""Sheets for other teams: what a firewall must let through, which DNS records there must be, who needs which role where.

Only host names and addresses are written (:mod:`..dns.host_names`), and no cell is a formula to a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
import typing as t

from ..dns.host_names import publishable
from ..ids import fold_id, parse_id
from ..texts import on_one_line
from ..wire import JSON
from .markdown import heading, table
from .sections import Columns, Row, Section, plain

#: What a spreadsheet takes for the begin of a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r")
FIREWALL: Columns = (
    ("Source network", "source_network"),
    ("Destination name", "destination_name"),
    ("Destination address", "destination_address"),
    ("Protocol", "protocol"),
    ("Port", "port"),
    ("Reason", "reason"),
)
DNS: Columns = (
    ("Zone", "zone"),
    ("Record", "record_name"),
    ("Type", "type"),
    ("Address", "address"),
    ("Time to live", "time_to_live"),
    ("Endpoint", "endpoint"),
    ("Networks that resolve it", "networks"),
)
ACCESS: Columns = (
    ("Role", "role"),
    ("Scope", "scope"),
    ("Principal", "principal"),
    ("Object id", "principal_id"),
    ("Actions", "actions"),
    ("Reason", "reason"),
)
#: Sheets by the key of the report: title, columns, and what a run without rows for it says nothing of.
SHEETS: dict[str, tuple[str, Columns]] = {
    "firewall": ("Firewall sheet", FIREWALL),
    "dns": ("DNS sheet", DNS),
    "access": ("Access sheet", ACCESS),
}
FOLDER = "sheets"
ENTRA = (
    "Sign-in to Microsoft Entra ID, which has no private endpoint; in network security groups and Azure Firewall network "
    "rules the service tag AzureActiveDirectory. https://learn.microsoft.com/azure/virtual-network/service-tags-overview"
)


def firewall_rows(names: t.Iterable[Row], endpoints: t.Sequence[Row]) -> list[JSON]:
    """What must be let through: from each network that is to use an endpoint to each of its addresses.

    ``endpoints`` are ``name``, ``virtual_networks``, and ``dns_server`` where one is asked. Besides, sign-in from each of
    these networks, and the way to a DNS server of their own.
    """
    rows = []
    networks: dict[str, str] = {}
    for name in publishable(names)[0]:
        for endpoint in _called(name.get("endpoint"), endpoints):
            for network in endpoint.get("virtual_networks") or []:
                networks.setdefault(fold_id(str(network)), str(network))
                rows += [
                    _rule(network, name["fqdn"], address, "TCP", 443, f"Private endpoint {endpoint.get('name')}")
                    for address in name["ip_addresses"]
                ]
    rows += [_rule(network, "service tag AzureActiveDirectory", "", "TCP", 443, ENTRA) for network in networks.values()]
    servers = {
        (str(network), str(endpoint["dns_server"]), endpoint.get("dns_port") or 53)
        for endpoint in endpoints
        if endpoint.get("dns_server")
        for network in endpoint.get("virtual_networks") or []
        if fold_id(str(network)) in networks
    }
    rows += [
        _rule(network, "", address, "UDP and TCP", port, "The DNS server that resolves the names")
        for network, address, port in sorted(servers)
    ]
    return rows


def _rule(network: t.Any, name: str, address: str, protocol: str, port: int, reason: str) -> JSON:
    values = (str(network), name, address, protocol, port, reason)
    return dict(zip((key for _title, key in FIREWALL), values))


def dns_rows(names: t.Iterable[Row], endpoints: t.Sequence[Row], time_to_live: int) -> list[JSON]:
    """The records there must be, one for each address, each in the networks that are to resolve it."""
    return [
        {
            "zone": name.get("zone"),
            "record_name": name.get("record_name") or name["fqdn"],
            "type": "A",
            "address": address,
            "time_to_live": time_to_live,
            "endpoint": name.get("endpoint"),
            "networks": [
                str(network).rsplit("/", 1)[-1]
                for endpoint in _called(name.get("endpoint"), endpoints)
                for network in endpoint.get("virtual_networks") or []
            ],
        }
        for name in publishable(names)[0]
        for address in name["ip_addresses"]
    ]


def _called(name: t.Any, endpoints: t.Iterable[Row]) -> list[Row]:
    return [endpoint for endpoint in endpoints if endpoint.get("name") == name]


def role_definitions(access: t.Iterable[Row], vault: str) -> dict[str, JSON]:
    """A custom role for each set of actions of the access sheet, as ``az role definition create`` takes it, by its name.

    https://learn.microsoft.com/azure/role-based-access-control/custom-roles-cli
    """
    made: dict[tuple[str, ...], JSON] = {}
    for row in access:
        actions = tuple(sorted(row.get("actions") or ()))
        if not actions:
            continue
        definition = made.setdefault(
            actions,
            {
                "Name": f"Private Link of {vault}, part {len(made) + 1}",
                "IsCustom": True,
                "Description": f"What privatelink.recovery needs for the private endpoints of {vault}.",
                "Actions": list(actions),
                "NotActions": [],
                "DataActions": [],
                "NotDataActions": [],
                "AssignableScopes": [],
            },
        )
        # A role is defined at subscriptions or resource groups, and may then be assigned at anything below them.
        scope = f"/subscriptions/{parse_id(str(row['scope'])).subscription_id}"
        if scope not in definition["AssignableScopes"]:
            definition["AssignableScopes"].append(scope)
    return {str(definition["Name"]): definition for definition in made.values()}


def named_roles(access: t.Iterable[Row], definitions: t.Mapping[str, JSON]) -> list[JSON]:
    """The rows of the access sheet, those with actions under the name of the role that holds them."""
    names = {tuple(definition["Actions"]): name for name, definition in definitions.items()}
    return [{**row, "role": row.get("role") or names[tuple(sorted(row["actions"]))]} for row in access]


def with_principal(access: t.Iterable[Row], resources: t.Iterable[Row]) -> list[JSON]:
    """The rows with the object id of the vault's identity where the vault was made after they were."""
    principal = next((str(row["object_id"]) for row in resources if row.get("object_id")), "")
    return [
        {**row, "principal_id": row.get("principal_id") or ("" if row.get("actions") else principal)} for row in access
    ]


def sheet_files(report: Row, definitions: t.Mapping[str, JSON]) -> dict[str, str]:
    """The sheets as files: CSV for tables, Markdown for tickets, JSON for ``az role definition create``."""
    made: dict[str, str] = {}
    for key, (title, columns) in SHEETS.items():
        if report.get(key):
            section = Section(title, columns, report[key])
            made[f"{FOLDER}/{key}.csv"] = as_csv(section)
            made[f"{FOLDER}/{key}.md"] = f"# {heading(title)}\n\n{table(section)}\n"
    for number, definition in enumerate(definitions.values(), 1):
        made[f"{FOLDER}/role-{number}.json"] = json.dumps(definition, indent=2) + "\n"
    return made


def as_csv(section: Section) -> str:
    """A table as CSV (RFC 4180), every cell in quotes and on one line, none of them a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([title for title, _key in section.columns])
    for row in section.rows:
        writer.writerow([_cell(row.get(key)) for _title, key in section.columns])
    return text.getvalue()


def _cell(value: t.Any) -> str:
    shown = on_one_line(plain(value))
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def use_of_sheet(name: str) -> str:
    """Whom a file of the folder is for; empty for one that no report writes."""
    stem, _dot, ending = name.partition(".")
    if ending in ("csv", "md") and stem in SHEETS:
        return SHEETS[stem][0]
    if ending == "json" and stem.startswith("role-") and stem[5:].isdigit():
        return "a role for az role definition create"
    return ""

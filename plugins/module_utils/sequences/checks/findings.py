"""What a verification reads on its way, kept for the report."""

from __future__ import annotations

import typing as t

from ...wire import JSON, provisioning
from ..desired import Endpoint
from ..inspection import Inspection
from ..proving import consumers_of, questions
from ..rows import JudgedName, LinkRow, NameQuestion, NameRow, RecordRow


class Findings:
    """What was read for the report, gathered while the checks run."""

    def __init__(self) -> None:
        self.names: list[JudgedName] = []
        self.dns_questions: list[NameQuestion] = []
        self.links: list[LinkRow] = []
        self.records: list[RecordRow] = []
        self.resources: list[JSON] = []

    def add_endpoint(
        self,
        endpoint: Endpoint,
        kind: str,
        document: JSON,
        sides: tuple[str, str],
    ) -> str:
        """Keep an endpoint with the status of its connection on both sides; that status as text."""
        here, there = sides
        detail = f"connection {here} on the endpoint, {there} on the {endpoint.kind.word}"
        self.resources.append(
            {
                "kind": kind,
                "id": endpoint.id,
                "name": endpoint.name,
                "state": provisioning(document),
                "detail": detail,
                "connection": here if here == there else f"{here}, {there}",
                "target": endpoint.target,
                "virtual_network": endpoint.network,
                "zones": [],
            }
        )
        return detail

    def add_storage(self, endpoint: Endpoint, document: JSON, status: str, target: str) -> None:
        """Keep an endpoint of storage that a classic vault's identity has made beside one of ours."""
        self.resources.append(
            {
                "kind": "storage endpoint of the vault",
                "id": document["id"],
                "name": document["name"],
                "state": provisioning(document),
                "detail": f"made by the vault's identity beside {endpoint.name}, connection {status}",
                "connection": status,
                "target": target,
                "virtual_network": endpoint.network,
                "zones": [],
            }
        )

    def add_zones(self, endpoint: Endpoint, zones: t.Iterable[str]) -> None:
        """Keep which zones hold an endpoint's names."""
        row = next(row for row in self.resources if row["id"] == endpoint.id)
        row["zones"] = list(zones)

    def add_name(self, inspection: Inspection, endpoint: Endpoint, row: NameRow) -> None:
        """Keep a judged name, and what to ask the DNS servers of the networks that are to resolve it, where some are known."""
        asking = questions(inspection.desired, endpoint, row["fqdn"], row["ip_addresses"])
        asked = bool(asking or consumers_of(inspection.desired, endpoint))
        self.names.append({**row, "endpoint": endpoint.name, "asked": asked, "resolved": None})
        self.dns_questions += asking

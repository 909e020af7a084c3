"""What Azure has of a private Migrate project: its parts, their endpoints, the zones and networks around them. No judgement here."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...ids import fold_id, parse_id
from ...resources.endpoint_names import PublishedName
from ...resources.migrate_projects import wanted_subnet
from ...wire import JSON, get_path

#: What a part is -> how a message calls it.
PARTS = {
    "project": "project",
    "assessment_project": "assessment project",
    "master_site": "master site",
    "key_vault": "key vault",
    "storage_account": "storage account",
    "vault": "Recovery Services vault",
}


@dataclass(frozen=True)
class Endpoint:
    """A private endpoint of a part. ``there`` is the status the part shows, ``here`` the endpoint's own (empty: not read).

    ``document`` is None when the endpoint does not exist. ``zones`` are the ids of the zones its zone groups name.
    """

    id: str
    there: str
    here: str = ""
    description: str = ""
    document: JSON | None = None
    names: tuple[PublishedName, ...] = ()
    zones: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.id.rsplit("/", 1)[-1]

    @property
    def subnet(self) -> str:
        """The id of its subnet; empty while it does not exist."""
        return str(get_path(self.document, "properties.subnet.id") or "")

    @property
    def network(self) -> str:
        """The id of its virtual network."""
        return "/".join(self.subnet.split("/")[:-2])

    @property
    def approved(self) -> bool:
        """Whether both sides say Approved and the endpoint is provisioned."""
        state = str(get_path(self.document, "properties.provisioningState") or "").lower()
        return self.there == "Approved" and self.here == "Approved" and state == "succeeded"


@dataclass(frozen=True)
class Part:
    """A resource of the project. ``document`` is None when something names it and it does not exist.

    ``zone`` is the private DNS zone its names belong in.
    """

    kind: str
    id: str
    document: JSON | None
    zone: str
    endpoints: tuple[Endpoint, ...] = ()
    closed: bool = False

    @property
    def words(self) -> str:
        """The part for a message."""
        return f"the {PARTS[self.kind]} {self.id.rsplit('/', 1)[-1]}"

    @property
    def best(self) -> Endpoint | None:
        """The endpoint that serves the part: an approved one with names, else an approved one, else the first."""
        ranked = sorted(self.endpoints, key=lambda each: (not each.approved, not each.names))
        return ranked[0] if ranked else None


@dataclass(frozen=True)
class Zone:
    """A private DNS zone: the networks it is linked to with the state of each link, and its A records by name."""

    id: str
    links: t.Mapping[str, str]
    records: t.Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """The zone's name in lower case."""
        return fold_id(self.id).rsplit("/", 1)[-1]

    def link_state(self, network: str) -> str:
        """The state of the link to a network; empty when there is none."""
        return self.links.get(fold_id(network), "")


@dataclass(frozen=True)
class Facts:
    """Everything that was read. ``unread`` says what could not be, each with the reason.

    ``networks`` maps folded ids to documents; one that could not be read is absent. ``grants`` are permissions somebody needs:
    rows of ``code``, ``scope``, ``held``, ``message`` and ``remedy``. ``shared_subnets`` are those (folded ids) that hold endpoints
    of other projects too, None when that is not known.
    """

    project_id: str
    parts: tuple[Part, ...]
    zones: tuple[Zone, ...] = ()
    networks: t.Mapping[str, JSON] = field(default_factory=dict)
    solutions: tuple[JSON, ...] = ()
    sites: tuple[JSON, ...] = ()
    grants: tuple[JSON, ...] = ()
    shared_subnets: frozenset[str] | None = None
    unread: tuple[str, ...] = ()

    @property
    def project(self) -> Part:
        """The project itself."""
        return self.parts[0]

    def part(self, kind: str) -> list[Part]:
        """The parts of a kind."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def home(self) -> str:
        """The network the project is reached through: that of its endpoint, or the one the portal was given."""
        best = self.project.best
        if best is not None and best.network:
            return best.network
        subnet = wanted_subnet(self.solutions)
        return parse_id(subnet).ancestor() if subnet else ""

    @property
    def names(self) -> list[tuple[Part, Endpoint, PublishedName]]:
        """Every name that is to resolve, with its endpoint: of each part, those of the endpoint that serves it."""
        return [
            (part, best, name)
            for part in self.parts
            if (best := part.best) is not None and best.approved
            for name in best.names
        ]

    def peering(self, network: str) -> str:
        """How the home network is connected to another one: ``same``, the peering's state, or empty."""
        if fold_id(network) == fold_id(self.home):
            return "same"
        states = [
            str(get_path(item, "properties.peeringState") or "")
            for item in get_path(self.networks.get(fold_id(self.home)), "properties.virtualNetworkPeerings") or []
            if fold_id(str(get_path(item, "properties.remoteVirtualNetwork.id") or "")) == fold_id(network)
        ]
        return states[0] if states else ""

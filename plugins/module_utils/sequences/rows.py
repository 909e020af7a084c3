"""The rows that travel far: from the plan to the steps of a role, from a verification to the report."""

from __future__ import annotations

import typing as t

from ..wire import JSON


class Server(t.TypedDict):
    """A DNS server that is asked; an empty address says that none is known."""

    dns_server: str
    dns_port: int


class NameQuestion(Server):
    """A name, the addresses it is to resolve to, and the server that is asked."""

    fqdn: str
    ip_addresses: list[str]


class ZoneRow(t.TypedDict):
    """A zone with the ids of the networks that are to resolve its names."""

    name: str
    resource_group: str
    subscription_id: str
    virtual_networks: list[str]


class EndpointRow(Server):
    """What the steps need of one endpoint; what was not asked for is None. ``zone_ids``: where its names are written here.

    ``exists`` and ``ours`` are what Azure says of it: that it is there, and that this collection made it. ``location`` is empty
    where its network was not read.
    """

    id: str
    name: str
    resource_group: str
    subscription_id: str
    location: str
    subnet: str
    target: str
    sub_resource: str
    zone_ids: list[str]
    virtual_networks: list[str]
    exists: bool
    ours: bool
    tags: JSON | None
    side: str | None
    manual: bool | None
    request_message: str | None
    consumers: list[str]


class WantedEndpoint(t.TypedDict):
    """An endpoint as the module ``private_endpoint`` takes it."""

    subscription_id: str
    resource_group: str
    name: str
    location: str | None
    subnet: str
    target: str
    sub_resource: str
    manual: bool | None
    request_message: str | None
    tags: JSON | None


class ApprovalRow(t.TypedDict):
    """An endpoint's connection as the module ``private_endpoint_connection`` takes it."""

    target: str
    private_endpoint: str
    manual: bool


class ZoneGroupRow(t.TypedDict):
    """An endpoint's zone group as the module ``private_dns_zone_group`` takes it."""

    private_endpoint: str
    zones: list[str]


class StorageEndpointRow(t.TypedDict):
    """A storage endpoint that a classic vault's identity has made beside one of ours."""

    id: str
    name: str
    resource_group: str
    subscription_id: str
    target: str


class RoleRow(t.TypedDict):
    """A role of the vault's identity at a scope."""

    scope: str
    role: str


class RoleDefinitionRow(t.TypedDict):
    """A custom role that is missing, as the module ``role_definition`` takes it."""

    subscription_id: str
    role_name: str
    description: str
    actions: list[str]
    assignable_scopes: list[str]


class NamedDefinition(t.TypedDict):
    """A custom role by its name."""

    role_name: str
    subscription_id: str


class RequiredActions(t.TypedDict):
    """What the run does at a scope."""

    scope: str
    actions: list[str]


class OutlookRow(t.TypedDict):
    """What becomes of one thing; ``action`` is one of ``outlook.ACTIONS``."""

    action: str
    kind: str
    name: str
    id: str
    why: str


class PlanRows(t.TypedDict):
    """Ids and states that the steps of a sequence follow."""

    vault_id: str
    vault_exists: bool
    subscription_id: str
    principal_id: str
    location: str
    recovery_location: str
    zone_names: list[str]
    writer: str
    zones: list[ZoneRow]
    storage_roles: list[RoleRow]
    grants: list[RoleRow]
    role_definitions: list[RoleDefinitionRow]
    records_of_storage: str
    trusted_accounts: list[str]
    endpoints: list[EndpointRow]
    all_endpoints: list[EndpointRow]
    mark: str
    marked: bool
    unproven: list[str]
    denied: bool
    denial_waits: bool
    operator: str
    required_actions: list[RequiredActions]


class StepRows(t.TypedDict):
    """What steps take as it is; see ``steps.taken``."""

    identity: JSON
    access_first: str
    access_last: str
    mark_tags: dict[str, str]
    ownership_tags: dict[str, str]
    creates_endpoints: bool
    removes: list[str]
    to_remove: list[EndpointRow]
    endpoints_removed: list[str]
    storage_to_remove: list[StorageEndpointRow]
    to_disconnect: list[EndpointRow]
    definitions_to_remove: list[NamedDefinition]
    roles_to_remove: list[t.Any]
    notes_private: bool


class ClassicRow(StorageEndpointRow):
    """A classic endpoint of the vault: whether it was made here, and the storage endpoints beside it."""

    ours: bool
    storage: list[StorageEndpointRow]


class SwitchRows(t.TypedDict):
    """What the steps take that bring a vault from classic endpoints to current ones; see ``switch.switch_plan``."""

    leaves: bool
    tags_before: dict[str, str]
    tags_after: dict[str, str]
    endpoints: list[ClassicRow]
    storage: list[StorageEndpointRow]
    connections: list[str]
    definitions: list[NamedDefinition]
    must_register: list[str]


class Plan(PlanRows, StepRows, total=False):
    """All of a plan; what is judged of it is there only where every gate is open."""

    settled: dict[str, bool]
    switch: SwitchRows
    foresees_protection: bool
    outlook: list[OutlookRow]
    to_settle: list[WantedEndpoint]
    to_approve: list[ApprovalRow]
    zone_groups: list[ZoneGroupRow]


class NameRow(t.TypedDict):
    """A name an endpoint publishes, its place, and ``record``: ``ok``, or what is wrong with it."""

    fqdn: str
    ip_addresses: list[str]
    zone: str
    record_name: str
    record: str


class JudgedName(NameRow):
    """A name in a report: ``asked`` says that somebody can be asked for it, ``resolved`` is None while nobody was."""

    endpoint: str
    asked: bool
    resolved: bool | None


class ConsumerQuestion(t.TypedDict):
    """The names of an endpoint that an inventory host is to resolve."""

    consumer: str
    endpoint: str
    names: list[JudgedName]


class RecordRow(t.TypedDict):
    """An A record, by the id of its zone and its name there."""

    zone: str
    name: str
    ip_addresses: list[str]


class LinkRow(t.TypedDict):
    """A virtual network link, or one that is missing; ``state`` is Azure's, or ``missing``."""

    zone: str
    virtual_network: str
    state: str
    resolution_policy: str


class VerdictRow(t.TypedDict):
    """A gate or check as results and reports have it."""

    name: str
    verdict: str
    subject: str
    message: str
    remedy: str
    evidence: list[str]

"""Reading what belongs to a Migrate project. Only reads; what may not be read is said, and never taken for absent."""

from __future__ import annotations

import typing as t
from functools import partial

from ...azure.client import Azure
from ...azure.clouds import Cloud
from ...dns.private_dns import a_records, addresses
from ...dns.zone_choice import known_zones
from ...dns.zone_groups import groups_of, zones_of
from ...dns.zones import network_of, read_zones
from ...errors import AzureError, Forbidden, NotFound, Refusal
from ...ids import fold_id, parse_id, unique_ids
from ...resources import migrate_projects as migrate
from ...resources.endpoint_connections import endpoint_of, status_of
from ...resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, read_names
from ...resources.endpoints import connection_of, target_of
from ...resources.key_vaults import KeyVault, read_key_vault
from ...resources.roles import BUILT_IN, assignments_at, matching
from ...resources.storage_accounts import read_account
from ...resources.vaults import read_vault
from ...wire import JSON, get_path
from .facts import Endpoint, Facts, Part, Zone

Answer = t.TypeVar("Answer")
#: Part -> the sub-resource whose private DNS zone its names are in.
SUB_RESOURCES = {
    "project": "Default",
    "assessment_project": "Default",
    "master_site": "Default",
    "key_vault": "vault",
    "storage_account": "blob",
    "vault": "AzureSiteRecovery",
}
_MIGRATE_TYPES = {kind.lower() for kind in (migrate.PROJECT, migrate.ASSESSMENT_PROJECT, migrate.MASTER_SITE)}


class Reader:
    """Reads the facts of one project. ``extra`` are ids the operator names besides: key vault, accounts, vault."""

    def __init__(self, azure: Azure, cloud: Cloud, project_id: str, extra: t.Mapping[str, t.Sequence[str]]) -> None:
        self._azure, self._cloud, self._extra = azure, cloud, extra
        self.project_id = parse_id(project_id, migrate.PROJECT, option="project").text
        self._group = parse_id(self.project_id).group_id
        self._unread: list[str] = []
        self._read_ahead: dict[str, t.Callable[[], list[tuple[str, Zone | Forbidden]]]] = {}

    def read(self) -> Facts:
        """Everything, in few waves: what can be named at once, then what those answers name."""
        chains: list[t.Callable[[], t.Any]] = [self._belonging, self._zones_at_home]
        (project, solutions, sites, parts), _zones = self._azure.together(chains)
        if project is None:
            return Facts(self.project_id, tuple(parts))
        networks, zones, shared, grants = (later() for later in self._azure.ahead(self._around(parts, sites)))
        return Facts(
            self.project_id,
            tuple(parts),
            tuple(zones),
            networks,
            tuple(solutions),
            tuple(sites),
            tuple(grants),
            shared,
            tuple(sorted(self._unread)),
        )

    def _belonging(self) -> tuple[JSON | None, list[JSON], list[JSON], list[Part]]:
        """The project, its solutions and sites, and its parts, each with its endpoints."""
        lists: list[t.Callable[[], t.Any]] = [
            partial(self._azure.find, self.project_id, migrate.API_VERSION),
            self._solutions,
            partial(self._of_group, migrate.ASSESSMENT_PROJECT, migrate.ASSESSMENT_API_VERSION),
            partial(self._of_group, migrate.MASTER_SITE, migrate.OFFAZURE_API_VERSION),
            *(partial(self._of_group, kind, migrate.OFFAZURE_API_VERSION) for kind in migrate.SITES),
        ]
        project, solutions, assessments, masters, *of_appliances = self._azure.together(lists)
        if project is None:
            return None, [], [], [self._part("project", self.project_id, None)]
        sites = migrate.sites_of([site for listed in of_appliances for site in listed], self.project_id)
        own: list[tuple[str, str, JSON]] = [
            ("project", self.project_id, project),
            *(
                ("assessment_project", str(item["id"]), item)
                for item in migrate.assessments_of(assessments, self.project_id)
            ),
            *(("master_site", str(item["id"]), item) for item in migrate.master_sites_of(masters, sites)),
        ]
        stores = self._stores(solutions, sites, [document for _kind, _id, document in own])
        asked: list[t.Callable[[], Part | None]] = [partial(self._part, *row) for row in own]
        asked += [partial(self._store, *row) for row in stores]
        found = self._azure.together(asked)
        return project, solutions, sites, [part for part in found if part is not None]

    def _around(self, parts: t.Sequence[Part], sites: t.Sequence[JSON]) -> list[t.Callable[[], t.Any]]:
        """What does not wait for each other once the parts are known: networks, zones, shared subnets and grants."""
        return [
            partial(self._networks, parts),
            partial(self._zones, parts),
            partial(self._shared, parts),
            lambda: list(self._grants(parts, sites)),
        ]

    def _solutions(self) -> list[JSON]:
        path = f"{self.project_id}/solutions"
        return self._may("solutions of the project", lambda: self._list(path, migrate.SOLUTION_API_VERSION), [])

    def _stores(self, solutions: list[JSON], sites: list[JSON], documents: list[JSON]) -> list[tuple[str, str]]:
        """Kind and id of key vaults, storage accounts and vaults: those that a part names, and those the operator does."""
        key_vaults = migrate.named_ids(sites, "properties.agentDetails.keyVaultId")
        accounts = migrate.named_ids(documents, "properties.customerStorageAccountArmId")
        vault = migrate.extended(solutions, migrate.MIGRATION).get("vaultId")
        named = {
            "key_vault": [*key_vaults, *self._extra.get("key_vault", ())],
            "storage_account": [*accounts, *self._extra.get("storage_account", ())],
            "vault": [*([vault] if vault else []), *self._extra.get("vault", ())],
        }
        return [(kind, resource_id) for kind, ids in named.items() for resource_id in unique_ids(ids)]

    def _store(self, kind: str, resource_id: str) -> Part | None:
        """A key vault, storage account or vault with its endpoints; None when it may not be read."""
        document: JSON | None = self._may(resource_id, partial(self._document, kind, resource_id), {})
        return None if document == {} else self._part(kind, resource_id, document)

    def _document(self, kind: str, resource_id: str) -> JSON | None:
        if kind == "key_vault":
            vault = read_key_vault(self._azure, resource_id)
            return vault.document if vault else None
        if kind == "storage_account":
            account = read_account(self._azure, resource_id)
            return account.document if account else None
        return read_vault(self._azure, resource_id)

    def _part(self, kind: str, resource_id: str, document: JSON | None) -> Part:
        items = migrate.connections(document)
        if kind == "vault":
            items = [item for item in items if _of_site_recovery(item)]
        endpoints = self._azure.together([partial(self._endpoint, item) for item in items])
        closed = str(get_path(document, "properties.publicNetworkAccess") or "").lower() == "disabled"
        if kind == "key_vault" and document is not None:
            closed = KeyVault(document).denies_public_access
        return Part(kind, resource_id, document, self._zone_of(kind, document), tuple(endpoints), closed)

    def _zone_of(self, kind: str, document: JSON | None) -> str:
        region = str((document or {}).get("location") or "")
        try:
            return known_zones(SUB_RESOURCES[kind], region, self._cloud).zones[0]
        except Refusal:
            self._note(f"zones of {SUB_RESOURCES[kind]} are not known in {self._cloud.name}")
            return ""

    def _endpoint(self, connection: JSON) -> Endpoint:
        """An endpoint as the part's connection and the endpoint itself show it."""
        endpoint_id, there = endpoint_of(connection), status_of(connection)
        unread: JSON = {"unread": True}
        document = self._may(endpoint_id, lambda: self._azure.find(endpoint_id, NETWORK_API_VERSION), unread)
        if document is None or document is unread:
            return Endpoint(endpoint_id, there, there, document=None if document is None else {})
        own = connection_of(document)
        asked: list[t.Callable[[], t.Any]] = [
            lambda: self._may(f"names of {endpoint_id}", lambda: read_names(self._azure, endpoint_id, document), []),
            lambda: self._may(f"zone groups of {endpoint_id}", lambda: groups_of(self._azure, endpoint_id), []),
        ]
        names, zones = self._azure.together(asked)
        attached = sorted({zone for group in zones for zone in zones_of(group)})
        return Endpoint(endpoint_id, there, own["status"], own["description"], document, tuple(names), tuple(attached))

    def _networks(self, parts: t.Sequence[Part]) -> dict[str, JSON]:
        """The networks of the endpoints, with their peerings and subnets."""
        ids = unique_ids(each.network for part in parts for each in part.endpoints if each.network)
        asked = [
            partial(self._may, f"network {one}", partial(self._azure.find, one, NETWORK_API_VERSION), None)
            for one in ids
        ]
        read = zip(ids, self._azure.together(asked))
        return {fold_id(one): document for one, document in read if document is not None}

    def _zones_at_home(self) -> None:
        """Read the zones of the project's own subscription ahead: mostly its endpoints are there."""
        names = [known_zones(group, "", self._cloud).zones[0] for group in self._groups()]
        home = parse_id(self.project_id).subscription_id.lower()
        self._read_ahead = {home: self._azure.ahead([partial(self._in_subscription, home, names)])[0]}

    def _groups(self) -> list[str]:
        """The sub-resources whose zones are known in this cloud."""
        found = []
        for group in dict.fromkeys(SUB_RESOURCES.values()):
            try:
                known_zones(group, "", self._cloud)
            except Refusal:
                continue
            found.append(group)
        return found

    def _in_subscription(self, subscription: str, names: t.Sequence[str]) -> list[tuple[str, Zone | Forbidden]]:
        """The zones of these names with their ids; one that may not be read is the refusal."""
        rows = read_zones(self._azure, subscription, names)
        read = self._azure.together([partial(self._zone, row) for row in rows])
        return [(str(row["id"]), zone) for row, zone in zip(rows, read)]

    def _zones(self, parts: t.Sequence[Part]) -> list[Zone]:
        """The zones by name in the subscriptions of the endpoints, and those the zone groups name elsewhere."""
        names = sorted({part.zone for part in parts if part.zone})
        endpoints = [each for part in parts for each in part.endpoints]
        subscriptions = {parse_id(each.id).subscription_id.lower() for each in endpoints}
        attached = {zone for each in endpoints for zone in each.zones}
        subscriptions |= {parse_id(zone).subscription_id.lower() for zone in attached}
        found: list[Zone] = []
        for subscription in sorted(subscriptions):
            read = self._read_ahead.get(subscription) or partial(self._in_subscription, subscription, names)
            for zone_id, zone in self._may(f"zones of subscription {subscription}", read, []):
                if parse_id(zone_id).name.lower() not in names:
                    continue
                if isinstance(zone, Forbidden):
                    self._note(f"zones: records of {zone_id} ({zone.code or zone.status})")
                else:
                    found.append(zone)
        return found

    def _zone(self, row: JSON) -> Zone | Forbidden:
        try:
            listed = a_records(self._azure, row["id"])
        except Forbidden as error:
            return error
        records = {str(record["name"]).lower(): tuple(addresses(record)) for record in listed}
        links = {
            fold_id(network_of(link)): str(get_path(link, "properties.virtualNetworkLinkState") or "unknown")
            for link in row["links"]
        }
        return Zone(str(row["id"]), links, records)

    def _shared(self, parts: t.Sequence[Part]) -> frozenset[str] | None:
        """The subnets in which other Migrate resources have endpoints; None when that may not be read."""
        own = {fold_id(each.id) for part in parts for each in part.endpoints}
        subscriptions = {parse_id(each.id).subscription_id.lower() for part in parts for each in part.endpoints}
        found: set[str] = set()
        for subscription in sorted(subscriptions):
            path = f"/subscriptions/{subscription}/providers/{ENDPOINT_TYPE}"
            rows = self._may(
                f"endpoints of subscription {subscription}", partial(self._list, path, NETWORK_API_VERSION), None
            )
            if rows is None:
                return None
            for row in rows:
                target = target_of(row)
                if fold_id(str(row["id"])) not in own and target and parse_id(target).type in _MIGRATE_TYPES:
                    found.add(fold_id(str(get_path(row, "properties.subnet.id") or "")))
        return frozenset(found)

    def _grants(self, parts: t.Sequence[Part], sites: t.Sequence[JSON]) -> t.Iterator[JSON]:
        """Who needs what on the stores: the project's identity on the storage account, each appliance on its key vault."""
        principal = str(get_path(parts[0].document, "identity.principalId") or "")
        role = "Storage Blob Data Contributor"
        accounts = {
            fold_id(text)
            for text in migrate.named_ids(
                [part.document for part in parts if part.document], "properties.customerStorageAccountArmId"
            )
        }
        for part in parts:
            if (
                part.kind == "storage_account"
                and part.document is not None
                and principal
                and fold_id(part.id) in accounts
            ):
                held = self._may(f"role assignments of {part.id}", partial(self._held, part.id, principal, role), True)
                yield {
                    "code": "storage_role_missing",
                    "scope": part.id,
                    "held": held,
                    "message": f"The project's identity ({principal}) has no {role} on {part.words}.",
                    "remedy": f"Assign {role} on {part.id} to it (privatelink.recovery.role_assignment).",
                }
        for site in sites:
            yield from self._key_vault_grant(site, parts)

    def _key_vault_grant(self, site: JSON, parts: t.Sequence[Part]) -> t.Iterator[JSON]:
        appliance = str(get_path(site, "properties.servicePrincipalIdentityDetails.objectId") or "")
        wanted = fold_id(str(get_path(site, "properties.agentDetails.keyVaultId") or ""))
        part = next((each for each in parts if each.kind == "key_vault" and fold_id(each.id) == wanted), None)
        if not appliance or part is None or part.document is None:
            return
        vault = KeyVault(part.document)
        if vault.uses_roles:
            held = self._may(
                f"role assignments of {part.id}",
                lambda: self._held(part.id, appliance, "Key Vault Secrets Officer"),
                True,
            )
            what, how = "role for secrets", f"Assign Key Vault Secrets Officer on {part.id} to it."
        else:
            held = vault.has_policy(appliance)
            what, how = "access policy for secrets", "Add an access policy for it (get, list, set, delete of secrets)."
        name = get_path(site, "properties.applianceName") or site.get("name")
        yield {
            "code": "key_vault_access",
            "scope": part.id,
            "held": held,
            "message": f"The appliance {name} ({appliance}) has no {what} on {part.words} (ForbiddenToAccessKeyVault).",
            "remedy": how,
        }

    def _held(self, scope: str, principal: str, role: str) -> bool:
        return matching(assignments_at(self._azure, scope, principal), principal, BUILT_IN[role]) is not None

    def _of_group(self, kind: str, api_version: str) -> list[JSON]:
        path = f"{self._group}/providers/{kind}"
        return self._may(f"{kind} of the resource group", lambda: self._list(path, api_version), [])

    def _list(self, path: str, api_version: str) -> list[JSON]:
        try:
            return self._azure.list(path, api_version)
        except NotFound:
            return []
        except AzureError as error:
            # Of a provider that the subscription never registered there is nothing.
            if error.code.lower() != "missingsubscriptionregistration":
                raise
            return []

    def _may(self, what: str, read: t.Callable[[], Answer], instead: t.Any) -> Answer:
        """Read, or note what may not be read."""
        try:
            return read()
        except Forbidden as error:
            self._note(f"{what} ({error.code or error.status})")
            return t.cast(Answer, instead)

    def _note(self, text: str) -> None:
        if text not in self._unread:
            self._unread.append(text)


def _of_site_recovery(item: JSON) -> bool:
    groups = [str(value).lower() for value in get_path(item, "properties.groupIds") or []]
    return not groups or "azuresiterecovery" in groups

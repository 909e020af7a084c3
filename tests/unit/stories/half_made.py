"""Half-made worlds from a seed: what an interrupted run, other people and accidents leave behind."""

from __future__ import annotations

import contextlib
import copy
import random
import re
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.admin import Admin
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as ZONE_GROUP

from ..conftest import NETWORK, WORLD, Cloud
from ..worlds import dpm_mabs as dpm
from ..worlds import site_recovery as recovery
from .sequence import Played, Sequence
from .settings import PROTECTED, RECOVERY, Setting
from .support import DESIRED, DISTURBANCES, LOST, Kill, Killed, by_id, fault

JSON = dict[str, t.Any]
MARK = ("managed-by", "privatelink.recovery")
BLOB = "privatelink.blob.core.windows.net"
#: What of its own work a run may find gone, by a part of the id.
LOSABLE = ("/a/", "/virtualnetworklinks/", "/privatednszonegroups/")
#: By what a resource is known to be somebody else's.
OTHERS = ("theirs", "corp.example")


class World:
    """One world of a seed: the role, what is wanted, and an Azure in which some of it is there already."""

    def __init__(self, kind: str, seed: int, directory: Path) -> None:
        self.chance = random.Random(f"{kind} {seed}")
        self.kind, self.setting = kind, _setting(kind, self.chance)
        self.cloud: Cloud = self.setting.cloud()
        #: The servers of a company that backs up with DPM.
        self.site = dpm.Site(self.cloud)
        self.sequence: Sequence = self.setting.sequence(self.cloud, directory)
        self.foreign = self._of_others()
        self.story = [self._interrupted(), self._lost()]

    def play(self, entry: str = "main", **more: t.Any) -> Played:
        """Play an entry point; the requests before it do not count any more."""
        self.cloud.mark()
        return self.sequence.play(entry, **more)

    def open_to_azure(self) -> None:
        """Do to the storage accounts what a closed gate asks of their owner."""
        for resource in self.cloud.arm.store.all():
            rules = resource.document.get("properties", {}).get("networkAcls")
            if rules:
                rules["bypass"] = "AzureServices"

    def mend_zone_groups(self, failure: str) -> None:
        """Do to zone groups what a failure says: they are deleted, with the names of their endpoints in the message."""
        for name in re.findall(r"delete the zone group of (\S+)", failure):
            (group,) = [
                one.id for one in self.cloud.arm.store.all()
                if f"/privateendpoints/{name}/privatednszonegroups/" in one.id.lower()
            ]  # fmt: skip
            self.cloud.run(ZONE_GROUP, private_endpoint=group.rsplit("/", 2)[0], state="absent")

    def grown(self, run: Played) -> None:
        """What comes when the run is over, with what it takes to see it through: names, or servers that register."""
        if run.of("replicated_machine"):
            # Replication, once a run has switched it on, brings two more names to each endpoint, which drift is for.
            assert not self.play("drift").failure, self.story
        elif self.kind == "backup_v1":
            for event in ("machine_registered", "first_backup")[: self.chance.randrange(3)]:
                machine = {"machine": "sql01", "backup_management_type": "AzureWorkload"}
                assert self.cloud.event(event, vault=self.vault, **machine)["succeeded"], self.story
                drift = [self.play("drift", check_mode=mode) for mode in (True, False)]
                assert [one.failure for one in drift] == ["", ""], (self.story, drift[1].failure)
                assert drift[0].changes == drift[1].changes, self.story
        elif self.kind == "dpm_mabs":
            self._registered()

    @property
    def vault(self) -> str:
        """The name of the vault."""
        return str(self.setting.desired[f"{self.setting.role}_vault_name"])

    def _registered(self) -> None:
        """Servers register, with interruptions on either side; no credential file outlasts the last run."""
        for server in self.site.servers.values():
            step = self.chance.choice(["", "credentials", "registered", "passphrase"])
            if step:
                server["dies_after"] = step
        with Kill(self.cloud, self.chance.randrange(1, 4)), contextlib.suppress(Killed):
            self.sequence.play("register")
        for _server in self.site.servers:
            self.sequence.play("register")
        done = self.play("register")
        assert not done.failure, (self.story, done.failure)
        again = self.play("register")
        assert (again.failure, again.changes, self.cloud.writes()) == ("", {}, []), self.story
        servers = self.site.servers.values()
        assert all(one["vault_number"] and one["passphrase"] and not one["leftovers"] for one in servers), self.story
        assert not [*self.sequence.directory.rglob("*.VaultCredentials*")], self.story

    def untouched(self) -> bool:
        """Whether what others have is as it was."""
        return self._of_others() == self.foreign

    def storm(self) -> None:
        """Have each request meet a disturbance with a chance of 5 to 20 percent.

        What a run writes last is seldom met so, and nothing that it does afterwards would show that it came to nothing.
        """
        part = self.chance.uniform(0.05, 0.2)
        if self.chance.random() < 0.4:
            fault(self.cloud, LOST, method="PATCH", path=r"/vaults/[^/]+$")
        kinds = [*DISTURBANCES.values(), LOST]

        def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
            if self.chance.random() < part and not request.path.lower().startswith("/emulator"):
                fault(self.cloud, self.chance.choice(kinds), path=".*")
            return proceed(request, entry)

        self.cloud.arm.around.insert(0, around)
        self._calm = around

    def calm(self) -> None:
        """End the storm, and let what it began come to its end."""
        self.cloud.arm.around.remove(self._calm)
        self.cloud.arm.service(Admin).faults.clear()
        self.cloud.arm.clock.advance(3600)
        self.cloud.arm.scheduler.settle()

    def unready(self) -> list[str]:
        """The endpoints this collection made that are not Succeeded and Approved on their own side."""
        found = []
        for resource in self.cloud.arm.store.all():
            document = resource.document
            if "/privateendpoints/" not in resource.id.lower() or (document.get("tags") or {}).get(MARK[0]) != MARK[1]:
                continue
            properties = document.get("properties") or {}
            both = [
                *(properties.get("privateLinkServiceConnections") or []),
                *(properties.get("manualPrivateLinkServiceConnections") or []),
            ]
            states = [one["properties"]["privateLinkServiceConnectionState"]["status"] for one in both]
            if properties.get("provisioningState") != "Succeeded" or states != ["Approved"]:
                found.append(f"{document['name']}: {properties.get('provisioningState')}, {states}")
        return found

    def left_of_ours(self) -> set[str]:
        """The ids of what this collection made and marked, folded."""
        marked = (
            one for one in self.cloud.arm.store.all()
            if MARK[1] in ((one.document.get("tags") or {}).get(MARK[0]),
                           (one.properties.get("metadata") or {}).get(MARK[0]))
        )  # fmt: skip
        return {one.id.lower() for one in marked}

    def _of_others(self) -> dict[str, JSON]:
        return by_id(one.document for one in self.cloud.arm.store.all() if any(name in one.id for name in OTHERS))

    def _interrupted(self) -> str:
        after = self.chance.randrange(0, 24)
        if not after:
            return "nothing was done before"
        with Kill(self.cloud, after) as kill, contextlib.suppress(Killed):
            self.sequence.play()
        self.cloud.arm.clock.advance(self.chance.choice([0, 5, 60, 3600]))
        self.cloud.arm.scheduler.settle()
        return f"a run was killed after {after} writes ({kill.last})"

    def _lost(self) -> str:
        ours = [
            one.id for one in self.cloud.arm.store.all()
            if any(part in one.id.lower() for part in LOSABLE) and not any(name in one.id for name in OTHERS)
        ]  # fmt: skip
        lost = [one for one in ours if self.chance.random() < 0.1]
        for resource_id in lost:
            self.cloud.arm.store.remove(resource_id)
        return f"lost: {lost}"


def _classic(chance: random.Random) -> Setting:
    """A classic vault, whose identity makes endpoints beside ours with the approval or with the first registration."""
    desired = {
        **DESIRED,
        "backup_experience": "v1",
        "backup_settle_seconds": 0,
        "backup_grants": chance.choice(["least_privilege", "contributor"]),
        "backup_dns_mode": chance.choice(["zone_group", "records"]),
    }
    settings = {
        "backup_experience": "v1",
        "classic_storage_endpoints": chance.choice(["approval", "registration"]),
        "classic_zone_search": chance.choice(["granted", "own_groups"]),
        "classic_children_outlive_endpoint": chance.random() < 0.5,
    }
    world = _with_others({**copy.deepcopy(WORLD), "settings": settings}, "rg-dns", NETWORK, chance)
    return Setting("backup", desired, world)


def _servers(chance: random.Random) -> Setting:
    """A vault for servers with DPM and MABS."""
    desired = {**dpm.DESIRED, "dpm_mabs_dns_mode": chance.choice(["zone_group", "records"])}
    if chance.random() < 0.5:
        desired["dpm_mabs_endpoints"] = [{**desired["dpm_mabs_endpoints"][0], "manual": True}]
    return Setting("dpm_mabs", desired, _with_others(copy.deepcopy(dpm.WORLD), "rg-dns", dpm.NETWORK, chance))


def _with_others(world: JSON, dns: str, network: str, chance: random.Random) -> JSON:
    """A world with zones of others, one of them perhaps with a name that is needed."""
    zones = world.setdefault("private_dns_zones", [])
    zones.append(
        {"name": "corp.example", "resource_group": dns, "records": [{"name": "x", "ip_addresses": ["10.1.9.9"]}]}
    )
    if chance.random() < 0.4:
        links = [{"name": "theirs", "virtual_network": network}] if chance.random() < 0.5 else []
        records = [{"name": "theirs", "ip_addresses": ["10.1.1.99"]}]
        zones.append({"name": BLOB, "resource_group": dns, "virtual_network_links": links, "records": records})
    return world


#: Those that are made by a function of their own; the others follow from the name of the role.
_OWN = {"backup_v1": _classic, "dpm_mabs": _servers}


def _setting(role: str, chance: random.Random) -> Setting:
    if role in _OWN:
        return _OWN[role](chance)
    if role == "backup":
        mode = chance.choice(["zone_group", "records"])
        desired = {**DESIRED, "backup_dns_mode": mode, "backup_vault_tags": {"environment": "test"}}
        if chance.random() < 0.5:
            desired["backup_endpoints"] = [{**desired["backup_endpoints"][0], "manual": True}]
        vault, group, region = "vault-backup", "rg-backup", "westeurope"
        world, dns = copy.deepcopy(WORLD), "rg-dns"
    else:
        mode = chance.choice(["per_endpoint", "records"])
        desired = {**RECOVERY, "site_recovery_dns_mode": mode, **(PROTECTED if chance.random() < 0.5 else {})}
        for name in ("storage_roles", "trusted_services"):
            desired[f"site_recovery_{name}"] = chance.random() < 0.8
        vault, group, region = "vault-recovery", "rg-recovery", "northeurope"
        world, dns = copy.deepcopy(recovery.WORLD), "rg-dns-source"
        for account in world["storage_accounts"]:
            if chance.random() < 0.5:
                account["network_acls"] = {"bypass": chance.choice(["None", "Logging"]), "defaultAction": "Deny"}
    if chance.random() < 0.3:
        world["vaults"] = [{"name": vault, "resource_group": group, "location": region, "identity": "SystemAssigned"}]
    network = NETWORK if role == "backup" else recovery.SOURCE
    return Setting(role, desired, _with_others(world, dns, network, chance))

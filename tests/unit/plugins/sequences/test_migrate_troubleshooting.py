"""The troubleshooting chapter: all green on a healthy project, exactly the fault and its fix on each broken one."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.migrate_verification import MODULE

from ...conftest import GROUPS, Cloud
from ...worlds import migrate as worlds
from ...worlds.migrate import codes, entry, set_endpoint, verify, without, world_with

JSON = dict[str, t.Any]
Change = t.Callable[[JSON], None]
Deed = t.Callable[[Cloud], t.Any]
ISLAND = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-island"


class Broken(t.NamedTuple):
    """A world with one thing wrong: what was changed, the fault it shows, its resource or name, and words of the fix."""

    code: str
    subject: str
    remedy: str
    change: Change = lambda world: None
    deed: Deed = lambda cloud: None
    band: str = "blocked"


def set_entry(section: str, name: str, **values: t.Any) -> Change:
    return lambda world: entry(world, section, name).update(values)


def unlink(zone: str, *networks: str) -> Change:
    """The zone is linked to these networks, and to no other one."""
    links = [{"name": name, "virtual_network": name} for name in networks]
    return set_entry("private_dns_zones", worlds.ZONE_NAMES[zone], virtual_network_links=links)


def no_zone(zone: str) -> Change:
    """Nobody made the zone, so no endpoint has it in a zone group."""

    def change(world: JSON) -> None:
        without("private_dns_zones", worlds.ZONE_NAMES[zone])(world)
        for item in world["private_endpoints"]:
            if item["zone_group"]["zones"] == [worlds.ZONES[zone]]:
                del item["zone_group"]
        return

    return change


def moved(name: str, network: str) -> Change:
    """The endpoint is in another network, whose link its zone has."""

    def change(world: JSON) -> None:
        set_endpoint(name, virtual_network=network)(world)
        zone = entry(world, "private_dns_zones", worlds.ZONE_NAMES[worlds.ENDPOINTS[name][2]])
        zone["virtual_network_links"].append({"name": network, "virtual_network": network})

    return change


def second_zone(world: JSON) -> None:
    """The network is linked to a zone of the same name in another resource group."""
    unlink("key_vault")(world)
    world["private_dns_zones"].append(
        {
            "name": worlds.ZONE_NAMES["key_vault"],
            "resource_group": "rg-dns",
            "virtual_network_links": [{"name": "hub", "virtual_network": "vnet-hub"}],
        }
    )


def fail_endpoint(cloud: Cloud) -> None:
    cloud.arm.scheduler.settle()
    cloud.arm.private_link.endpoints.fail(worlds.endpoint_id("contosovaultpe"), "Failed", "no")


def delete_endpoint(cloud: Cloud) -> None:
    cloud.arm.scheduler.settle()
    cloud.arm.store.remove(worlds.endpoint_id("contoso1234kvpe"))


def stop_link(cloud: Cloud) -> None:
    cloud.arm.scheduler.settle()
    link = f"{worlds.ZONES['blob']}/virtualNetworkLinks/hub"
    cloud.arm.store.get(link).properties["virtualNetworkLinkState"] = "InProgress"


def half_of_the_names(cloud: Cloud) -> None:
    cloud.arm.settings["site_recovery_names_at_creation"] = ["id1", "prot2", "rcm1"]


def renamed(world: JSON) -> None:
    """There is a project, and not of that name."""
    for section in ("assessment_projects", "master_sites", "migrate_sites", "private_endpoints"):
        world[section] = []
    entry(world, "migrate_projects", "contoso")["name"] = "fabrikam"


def old_records(cloud: Cloud) -> None:
    worlds.add_record(cloud, "migration", "0000-isv.neu.hub", "10.2.1.200")


PE = worlds.endpoint_id
BROKEN = {
    "pending project": Broken(
        "connection_pending", PE("contoso5675pe"), "approve", set_endpoint("contoso5675pe", status="Pending")
    ),
    "pending key vault": Broken(
        "connection_pending", PE("contoso1234kvpe"), "approve", set_endpoint("contoso1234kvpe", status="Pending")
    ),
    "rejected storage": Broken(
        "connection_rejected", PE("lsa1234usape"), "create it again", set_endpoint("lsa1234usape", status="Rejected")
    ),
    "rejected key vault": Broken(
        "connection_rejected",
        PE("contoso1234kvpe"),
        "Approve it again",
        set_endpoint("contoso1234kvpe", status="Rejected"),
    ),
    "disconnected": Broken(
        "connection_disconnected",
        PE("contoso1234projectpe"),
        "create it again",
        set_endpoint("contoso1234projectpe", status="Disconnected"),
    ),
    "failed": Broken("endpoint_failed", PE("contosovaultpe"), "activity log", deed=fail_endpoint),
    "endpoint gone": Broken(
        "endpoint_gone", worlds.KEY_VAULT, "create the private endpoint again", deed=delete_endpoint
    ),
    "wrong network": Broken(
        "network_wrong", PE("lsa1234usape"), "peer the networks", moved("lsa1234usape", "vnet-island")
    ),
    "half a peering": Broken(
        "peering_incomplete",
        PE("lsa1234usape"),
        "both sides",
        lambda world: (
            moved("lsa1234usape", "vnet-spoke")(world),
            set_entry(
                "virtual_networks", "vnet-hub", peerings=[{"virtual_network": "vnet-spoke", "state": "Initiated"}]
            )(world),
        )[0],
    ),
    "no zone of migration": Broken(
        "zone_missing",
        worlds.ZONE_NAMES["migration"],
        "Create it in the resource group rg-migrate",
        no_zone("migration"),
    ),
    "no zone of key vaults": Broken("zone_missing", worlds.ZONE_NAMES["key_vault"], "Create it", no_zone("key_vault")),
    "no zone of storage": Broken(
        "zone_missing", worlds.ZONE_NAMES["blob"], "none for storage accounts that you chose", no_zone("blob")
    ),
    "no zone of site recovery": Broken(
        "zone_missing", worlds.ZONE_NAMES["site_recovery"], "Create it", no_zone("site_recovery")
    ),
    "unlinked": Broken("zone_unlinked", worlds.ZONES["migration"], f"to {worlds.NETWORK}", unlink("migration")),
    "linked elsewhere": Broken(
        "zone_linked_elsewhere", worlds.ZONES["blob"], f"to {worlds.NETWORK}", unlink("blob", "vnet-island")
    ),
    "linked to another zone of the name": Broken(
        "zone_linked_elsewhere", worlds.ZONES["key_vault"], "one zone of a name", second_zone
    ),
    "link in progress": Broken("link_incomplete", worlds.ZONES["blob"], "Completed", deed=stop_link),
    "missing record": Broken(
        "record_missing",
        worlds.ZONES["key_vault"],
        "Add it with 10.2.1.",
        deed=lambda cloud: worlds.erase_record(cloud, "key_vault"),
    ),
    "missing record of the vault": Broken(
        "record_missing",
        worlds.ZONES["site_recovery"],
        "Add it with 10.2.1.",
        deed=lambda cloud: worlds.erase_record(cloud, "site_recovery"),
    ),
    "wrong record": Broken(
        "record_wrong",
        worlds.ZONES["blob"],
        "Remove the whole record",
        deed=lambda cloud: worlds.rewrite(cloud, "blob", ["10.9.9.9"]),
    ),
    "duplicate record": Broken(
        "record_duplicate",
        worlds.ZONES["blob"],
        "Remove the whole record",
        deed=lambda cloud: worlds.rewrite(
            cloud,
            "blob",
            [
                *(
                    item["ipv4Address"]
                    for item in sorted(worlds.zone_records(cloud, "blob").items())[0][1]["properties"]["aRecords"]
                ),
                "10.9.9.9",
            ],
        ),
    ),
    "stale record": Broken(
        "record_orphan", worlds.ZONES["migration"], "Remove the record", deed=old_records, band="drift"
    ),
    "key vault closed": Broken(
        "key_vault_closed",
        worlds.KEY_VAULT,
        "Create a private endpoint",
        without("private_endpoints", "contoso1234kvpe"),
    ),
    "key vault without endpoint": Broken(
        "endpoint_missing",
        worlds.KEY_VAULT,
        "Create one in the network vnet-hub",
        lambda world: (
            without("private_endpoints", "contoso1234kvpe")(world),
            set_entry("key_vaults", "contoso1234kv", public_network_access="Enabled")(world),
        )[0],
    ),
    "key vault deleted": Broken(
        "resource_missing",
        worlds.KEY_VAULT,
        "Recover it",
        deed=lambda cloud: (cloud.arm.scheduler.settle(), cloud.arm.store.remove(worlds.KEY_VAULT)),
    ),
    "appliance may not read secrets": Broken(
        "key_vault_access",
        worlds.KEY_VAULT,
        "access policy",
        set_entry("key_vaults", "contoso1234kv", access_policies=[]),
    ),
    "appliance has no role": Broken(
        "key_vault_access",
        worlds.KEY_VAULT,
        "Key Vault Secrets Officer",
        set_entry("key_vaults", "contoso1234kv", rbac_authorization=True),
    ),
    "identity may not write": Broken(
        "storage_role_missing",
        worlds.STORAGE,
        "Assign Storage Blob Data Contributor",
        lambda world: world.update(role_assignments=[]),
    ),
    "no identity": Broken(
        "identity_missing", worlds.PROJECT, "Enable MSI", set_entry("migrate_projects", "contoso", identity="None")
    ),
    "vault without identity": Broken(
        "vault_identity_missing",
        worlds.VAULT,
        "managed identity",
        set_entry("vaults", "contoso-MigrateVault-1", identity=None),
    ),
    "three names of five": Broken(
        "names_missing",
        PE("contosovaultpe"),
        "Wait some minutes",
        lambda world: world.update(settings={"site_recovery_names_at_creation": ["id1", "prot2", "rcm1"]}),
    ),
    "public project": Broken(
        "project_public",
        worlds.PROJECT,
        "make another one",
        lambda world: (
            set_entry("migrate_projects", "contoso", connectivity="public", subnet=None)(world),
            without("private_endpoints", "contoso5675pe")(world),
        )[0],
    ),
    "no assessment project": Broken(
        "assessment_project_missing",
        worlds.PROJECT,
        "another appliance name",
        lambda world: (
            without("assessment_projects", "contoso1234project")(world),
            without("private_endpoints", "contoso1234projectpe")(world),
        )[0],
    ),
    "no project": Broken("project_missing", worlds.PROJECT, "connectivity method Private endpoint", renamed),
}


def test_a_healthy_project_is_all_green() -> None:
    found = verify(Cloud(worlds.healthy()))
    assert found["faults"] == []
    assert (found["verdict"], found["passed"], found["not_looked_at"]) == ("ok", True, [])
    assert len(found["names"]) == 5 + 5


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_project_shows_its_fault_and_nothing_else(broken: Broken) -> None:
    cloud = Cloud(world_with(broken.change))
    broken.deed(cloud)
    found = verify(cloud)
    assert codes(found) == [broken.code], found["message"]
    (fault,) = found["faults"]
    assert (fault["subject"].lower(), fault["band"]) == (broken.subject.lower(), broken.band)
    assert broken.remedy in fault["remedy"]
    assert found["verdict"] == broken.band
    enforced = cloud.run(MODULE, resource_group=worlds.GROUP, name="contoso", answers=[])
    assert bool(enforced.get("failed")) is (broken.band == "blocked")
    assert enforced["faults"] == found["faults"] or broken.band == "drift"


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 20


def asked(cloud: Cloud, **changes: t.Any) -> tuple[list[JSON], list[JSON]]:
    """The names of the project, and what a host of its network says of them."""
    names = cloud.run(MODULE, resource_group=worlds.GROUP, name="contoso", enforce=False)["names"]
    return names, worlds.ask_host(cloud, names, **changes)


def judged(cloud: Cloud, rows: list[JSON], **more: t.Any) -> JSON:
    return verify(cloud, answers=rows, **more)


def test_a_host_outside_gets_public_answers_or_none() -> None:
    """A DNS server that does not forward: names with a public alias resolve publicly, the others not at all."""
    cloud = Cloud(worlds.healthy())
    _names, rows = asked(cloud, network=ISLAND)
    found = judged(cloud, rows)
    assert codes(found) == ["no_answer", "public_answer"]
    nothing, public = found["faults"]
    assert "Forward these names" in nothing["remedy"] and len(nothing["evidence"]) == 3 + 5
    assert (
        "contoso1234kv.vault.azure.net" in public["subject"] and "lsa1234usa.blob.core.windows.net" in public["subject"]
    )
    assert "public suffix" in public["remedy"]


def test_an_old_answer_is_told_from_a_wrong_record() -> None:
    cloud = Cloud(worlds.healthy())
    _names, rows = asked(cloud)
    rows[0].update(answers=["10.2.1.250"], resolved=False, private=True, connected=None)
    found = judged(cloud, rows)
    assert codes(found) == ["stale_answer"]
    assert rows[0]["fqdn"] in found["faults"][0]["message"]
    assert "ipconfig /flushdns" in found["faults"][0]["remedy"]


def test_a_name_that_is_not_reached_lists_what_else_it_can_be() -> None:
    cloud = Cloud(worlds.healthy())
    names, _rows = asked(cloud)
    rows = worlds.ask_host(cloud, names, closed={names[0]["ip_addresses"][0]})
    found = judged(cloud, rows)
    assert codes(found) == ["no_route"]
    assert "timed out" in found["faults"][0]["message"]
    for cause in ("firewall", "peering", "NAT", "proxy", "troubleshoot-private-endpoint-connectivity"):
        assert cause in found["faults"][0]["remedy"]


def test_a_proxy_that_gets_private_names_is_in_the_way() -> None:
    cloud = Cloud(worlds.healthy())
    names, rows = asked(cloud)
    proxy = {
        "address": "http://proxy.contoso.com:3128",
        "bypass": ["*.vault.azure.net", "*.blob.core.windows.net", "10.*"],
    }
    found = judged(cloud, rows, proxy=proxy)
    assert codes(found) == ["proxy_in_the_way"]
    assert "Save" in found["faults"][0]["remedy"]
    assert len(found["faults"][0]["evidence"]) == 3 + 5
    everything = {**proxy, "bypass": [*proxy["bypass"], "*.windowsazure.com"]}
    assert judged(cloud, rows, proxy=everything)["verdict"] == "ok"
    assert judged(cloud, rows, proxy={"address": ""})["verdict"] == "ok"
    assert len(names) == 10


def test_what_follows_from_a_fault_is_not_named_again() -> None:
    """A host gets nothing for a name without a record; the record is the cause."""
    cloud = Cloud(worlds.healthy())
    worlds.erase_record(cloud, "key_vault")
    _names, rows = asked(cloud)
    assert [row["fqdn"] for row in rows if not row["resolved"]] == ["contoso1234kv.vault.azure.net"]
    assert codes(judged(cloud, rows)) == ["record_missing"]


def test_without_the_appliance_it_says_what_was_not_looked_at() -> None:
    cloud = Cloud(worlds.healthy())
    found = verify(cloud, host=False)
    assert (found["verdict"], found["faults"]) == ("unknown", [])
    assert found["not_looked_at"] == ["resolution and connections from the appliance's host"]
    assert found["passed"] is True
    assert cloud.run(MODULE, resource_group=worlds.GROUP, name="contoso", strict=True)["failed"] is True


def test_a_name_the_host_was_not_asked_for_is_said() -> None:
    cloud = Cloud(worlds.healthy())
    _names, rows = asked(cloud)
    found = judged(cloud, rows[1:])
    assert found["verdict"] == "unknown"
    assert rows[0]["fqdn"] in found["not_looked_at"][0]


def test_without_rights_on_azure_the_names_are_judged_alone() -> None:
    cloud = Cloud(worlds.healthy())
    names, rows = asked(cloud)
    cloud.mark()
    found = cloud.run(MODULE, names=names, answers=rows, enforce=False)
    assert (found["verdict"], found["faults"]) == ("unknown", [])
    assert found["not_looked_at"] == ["endpoints, zones, links and records in Azure"]
    assert cloud.requests() == []
    rows[3].update(answers=[], resolved=False)
    found = cloud.run(MODULE, names=names, answers=rows)
    assert found["failed"] is True and [fault["code"] for fault in found["faults"]] == ["no_answer"]
    assert cloud.requests() == []


def test_a_hosts_file_is_printed_for_tests() -> None:
    found = verify(Cloud(worlds.healthy()), host=False)
    assert len(found["hosts_lines"]) == 10
    assert any(
        line.startswith("10.2.1.") and line.endswith(" contoso1234kv.vault.azure.net") for line in found["hosts_lines"]
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing to verify"),
        ({"name": "contoso"}, "go together"),
        ({"resource_group": "rg-migrate"}, "go together"),
    ],
)
def test_bad_input_is_told_before_any_request(options: JSON, words: str) -> None:
    cloud = Cloud(worlds.healthy())
    cloud.mark()
    result = cloud.run(MODULE, **options)
    assert result["failed"] and words in result["msg"]
    assert cloud.requests() == []


def test_what_may_not_be_read_is_said_and_is_no_fault() -> None:
    """A reader of the project's group alone: the network and its peerings are not seen, which is not the same as wrong."""
    scope = f"{GROUPS}/{worlds.GROUP}"
    principal = {"object_id": "44444444-4444-4444-8444-444444444444", "roles": [{"role": "Reader", "scope": scope}]}
    found = verify(Cloud({**worlds.healthy(), "principals": [principal]}), host=False)
    assert found["faults"] == []
    assert any(text.startswith("network ") for text in found["not_looked_at"])
    assert any(text.startswith("zones of subscription") for text in found["not_looked_at"])
    assert found["verdict"] == "unknown"

"""What a run leaves behind, in every way of asking for it; what the next run does; what check mode says before."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT

from ..conftest import BACKUP_ZONES, ENDPOINT, GROUPS, NETWORK, SUBSCRIPTION, VAULT, WORLD, ZONES, Cloud
from ..worlds.backup import AN_HOUR
from .conftest import Tell
from .sequence import Played, Sequence
from .support import BLOB, ENDPOINT_WISH, HUB_ENDPOINT_WISH, HUB_NETWORK, LOST, UNREGISTERED, WHOLE_WISH, fault, state

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
HUB_ENDPOINT = ENDPOINT.replace("pe-backup", "pe-hub")
HUB_ZONES = [zone.replace("/rg-dns/", "/rg-dns-hub/") for zone in BACKUP_ZONES]
BOTH = {"backup_endpoints": [ENDPOINT_WISH, HUB_ENDPOINT_WISH]}
MODES = ("zone_group", "records")


def connection(cloud: Cloud, endpoint_id: str) -> JSON:
    """The vault's connection of an endpoint."""
    items = cloud.document(VAULT)["properties"]["privateEndpointConnections"]
    (found,) = [item for item in items if item["properties"]["privateEndpoint"]["id"] == endpoint_id]
    return t.cast(JSON, found["properties"])


def own_status(cloud: Cloud, endpoint_id: str) -> str:
    """The connection's status as the endpoint shows it."""
    properties = cloud.document(endpoint_id)["properties"]
    lists = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    found: list[JSON] = [item for name in lists for item in properties.get(name) or []]
    assert len(found) == 1
    return str(found[0]["properties"]["privateLinkServiceConnectionState"]["status"])


def names(cloud: Cloud, endpoint_id: str) -> dict[str, str]:
    """Names and addresses of an endpoint, from its network interface."""
    (interface,) = cloud.document(endpoint_id)["properties"]["networkInterfaces"]
    found = {}
    for configuration in cloud.document(interface["id"])["properties"]["ipConfigurations"]:
        properties = configuration["properties"]
        for name in properties["privateLinkConnectionProperties"]["fqdns"]:
            found[name] = properties["privateIPAddress"]
    assert found
    return found


def public(fqdn: str) -> str:
    """A name as the public knows it, whether or not it shows the privatelink label."""
    return fqdn.lower().replace(".privatelink.", ".")


def records(cloud: Cloud, zone: str) -> dict[str, list[str]]:
    """The A records of a zone: names and addresses."""
    return {
        written(record.id): [item["ipv4Address"] for item in record.properties["aRecords"]]
        for record in cloud.arm.store.below(zone)
        if record.document["type"].endswith("/A")
    }


def written(record_id: str) -> str:
    """The name an A record is for."""
    zone, _kind, name = record_id.partition("/A/")
    return public(f"{name}.{zone.rsplit('/', 1)[-1]}")


def links(cloud: Cloud, zone: str) -> dict[str, str]:
    """The networks a zone is linked to, and the state of each link."""
    return {
        link.properties["virtualNetwork"]["id"]: link.properties["virtualNetworkLinkState"]
        for link in cloud.arm.store.below(zone)
        if link.document["type"].endswith("/virtualNetworkLinks")
    }


def check_endpoint(cloud: Cloud, endpoint_id: str, zones: list[str], network: str) -> None:
    """The connection is Approved on both sides, zones are linked, each name has its record."""
    assert connection(cloud, endpoint_id)["privateLinkServiceConnectionState"]["status"] == "Approved"
    assert own_status(cloud, endpoint_id) == "Approved"
    there: dict[str, list[str]] = {}
    for zone in zones:
        assert links(cloud, zone) == {network: "Completed"}
        there.update(records(cloud, zone))
    for name, address in names(cloud, endpoint_id).items():
        assert there[public(name)] == [address]


def check_vault(cloud: Cloud, access: str = "Disabled") -> None:
    """The vault has its identity, its endpoints and no public access."""
    vault = cloud.document(VAULT)
    assert vault["identity"]["type"] == "SystemAssigned"
    assert vault["identity"]["principalId"]
    assert vault["properties"]["publicNetworkAccess"] == access
    assert vault["properties"]["privateEndpointStateForBackup"] == "Enabled"


def once_more(cloud: Cloud, sequence: Sequence) -> None:
    """Another run changes nothing, writes nothing, and says so."""
    cloud.mark()
    again = sequence.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    assert again.report["result"] == "unchanged"


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize("dns_mode", MODES)
def test_four_runs(
    dns_mode: str, latency: str, make_cloud: MakeCloud, tell: Tell, resolving: t.Callable[[Cloud], list[JSON]]
) -> None:
    cloud = make_cloud(latency)
    sequence = tell(cloud, backup_dns_mode=dns_mode, backup_dns_servers=resolving(cloud), **BOTH)
    first = sequence.play()
    assert not first.failure
    assert first.report["result"] == "converged"
    check_vault(cloud)
    check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)
    check_endpoint(cloud, HUB_ENDPOINT, HUB_ZONES, HUB_NETWORK)
    proven = {
        row["fqdn"]: (row["resolved"], row["answers"]) for row in first.report["names"] if row["endpoint"] == "pe-hub"
    }
    assert proven == {name: (True, [address]) for name, address in names(cloud, HUB_ENDPOINT).items()}
    assert {row["resolved"] for row in first.report["names"]} == {True}
    once_more(cloud, sequence)
    other: JSON = {
        "backup_vault_tags": {"owner": "backup-team"},
        "backup_endpoints": [{**ENDPOINT_WISH, "virtual_networks": [], "tags": {"owner": "x"}}, HUB_ENDPOINT_WISH],
    }
    cloud.mark()
    predicted = sequence.play(check_mode=True, **other)
    assert (predicted.failure, cloud.writes()) == ("", [])
    assert predicted.report["result"] == "check"
    done = sequence.play(**other)
    assert not done.failure
    assert len(done.changes) == 2
    assert done.changes == predicted.changes


@pytest.mark.parametrize("dns_mode", MODES)
def test_check_mode_on_nothing_writes_nothing(dns_mode: str, cloud: Cloud, tell: Tell) -> None:
    before = state(cloud)
    sequence = tell(cloud, {**WHOLE_WISH, "backup_dns_mode": dns_mode})
    cloud.mark()
    predicted = sequence.play(check_mode=True)
    assert (predicted.failure, cloud.writes()) == ("", [])
    assert state(cloud) == before
    done = sequence.play()
    assert not done.failure
    foreseen = {task for task, _item in predicted.changes}
    assert foreseen >= {"Create the vault, or bring it to the wanted state", "Start the private endpoints"}
    assert foreseen <= {task for task, _item in done.changes}


def test_check_mode_ends_at_a_provider_that_a_run_would_register(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED])
    cloud.mark()
    checked = tell(cloud, WHOLE_WISH).play(check_mode=True)
    assert [task for task, _item in checked.changes] == ["Register the resource providers"]
    assert "1 gate is closed" in checked.failure and "a run would register it" in checked.failure
    assert cloud.writes() == []


@pytest.mark.parametrize("dns_mode", MODES)
def test_names_that_come_later(dns_mode: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode=dns_mode)
    assert not sequence.play().failure
    before = names(cloud, ENDPOINT)
    for event in ("machine_registered", "first_backup"):
        told_of = cloud.event(event, vault="vault-backup", machine="sql01", backup_management_type="AzureWorkload")
        assert told_of["succeeded"]
        after = names(cloud, ENDPOINT)
        assert set(after) > set(before)
        missing = {public(name) for name in set(after) - set(before)}
        cloud.mark()
        drift = sequence.play("drift")
        assert not drift.failure
        if dns_mode == "records":
            assert sorted(written(write.removeprefix("PUT ")) for write in cloud.writes()) == sorted(missing)
            assert [task for task, _item in drift.changes] == ["Make the records equal to what the endpoints publish"]
        else:
            assert (drift.changes, cloud.writes()) == ({}, [])
        check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)
        before = after
    once_more(cloud, sequence)


def approval_of(played: Played) -> list[str]:
    """The endpoints whose connections a run approved."""
    (diffs,) = [diff for (task, _item), diff in played.changes.items() if task == "Approve what is pending"]
    return [diff["after_header"].removesuffix(" (after)").rsplit("/", 1)[-1].partition(".")[0] for diff in diffs]


def test_someone_else_approves(cloud: Cloud, tell: Tell) -> None:
    desired = {"backup_endpoints": [{**ENDPOINT_WISH, "manual": True}], "backup_approve": False}
    sequence = tell(cloud, **desired)
    foreseen = sequence.play(check_mode=True)
    waiting = sequence.play()
    assert not foreseen.failure and not waiting.failure
    assert {task for task, _item in foreseen.changes} == {task for task, _item in waiting.changes}
    (step,) = [row for row in waiting.report["manual_steps"] if row["id"] == "approve-connections"]
    assert ENDPOINT in step["what"] and step["who"] == "owner of the vault"
    assert own_status(cloud, ENDPOINT) == "Pending"
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Enabled"
    assert all(records(cloud, zone) == {} for zone in BACKUP_ZONES)
    approved = tell(cloud).play()
    assert approval_of(approved) == ["pe-backup"]
    second = sequence.play()
    assert not second.failure
    assert "approve-connections" not in [row["id"] for row in second.report["manual_steps"]]
    check_vault(cloud)
    check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)


@pytest.mark.parametrize("left_out", [False, True])
def test_an_endpoint_that_fails_after_its_start_is_written_once_more(left_out: bool, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_wait_timeout=60)
    fault(cloud, LOST, method="PUT", path=ENDPOINT)
    if left_out:
        task = "Wait for the private endpoints that are not ready yet"
        sequence.left_out = ("common/tasks/endpoints_and_zones.yml", task)
    played = sequence.play()
    assert bool(played.failure) is left_out
    assert cloud.writes().count(f"PUT {ENDPOINT}") == (1 if left_out else 2)


def test_pending_connections_are_approved(cloud: Cloud, tell: Tell) -> None:
    desired = {
        "backup_endpoints": [{**ENDPOINT_WISH, "manual": True, "request_message": "Change 4711"}, HUB_ENDPOINT_WISH]
    }
    sequence = tell(cloud, **desired)
    first = sequence.play()
    assert not first.failure
    assert approval_of(first) == ["pe-backup"]
    check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)
    check_endpoint(cloud, HUB_ENDPOINT, HUB_ZONES, HUB_NETWORK)
    once_more(cloud, sequence)


@pytest.mark.parametrize(("wanted", "access"), [("before_endpoint", "Disabled"), ("unchanged", "Enabled")])
def test_when_public_access_is_denied(wanted: str, access: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_public_network_access=wanted)
    assert not sequence.play().failure
    check_vault(cloud, access)
    check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)
    order = cloud.writes()
    if wanted == "before_endpoint":
        (made,) = [position for position, write in enumerate(order) if write == f"PUT {ENDPOINT}"]
        assert all("/vaults/" in write for write in order[:made])
    once_more(cloud, sequence)


@pytest.mark.parametrize("wanted", ["register", "reregister"])
def test_the_provider_is_registered(wanted: str, make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED], settings={"provider_registration_seconds": 90})
    cloud.mark()
    assert not tell(cloud, backup_provider_registration=wanted).play().failure
    registered = f"POST /subscriptions/{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/register"
    assert cloud.writes()[0] == registered
    check_endpoint(cloud, ENDPOINT, BACKUP_ZONES, NETWORK)
    cloud.mark()
    again = tell(cloud, backup_provider_registration=wanted).play()
    assert not again.failure
    assert cloud.writes() == ([registered] if wanted == "reregister" else [])


def test_providers_are_registered_wherever_something_is_to_be(make_cloud: MakeCloud, tell: Tell) -> None:
    """Azure approves no connection of an endpoint whose subscription does not know the vault's provider."""
    other = "99999999-9999-4999-8999-999999999999"
    networks = copy.deepcopy(WORLD["virtual_networks"])
    networks[0]["subscription_id"] = other
    groups = [*WORLD["resource_groups"], {"name": "rg-network", "location": "westeurope", "subscription_id": other}]
    cloud = make_cloud(
        subscriptions=[
            {"id": SUBSCRIPTION},
            {"id": other, "providers": {"Microsoft.RecoveryServices": "NotRegistered"}},
        ],
        resource_groups=groups,
        virtual_networks=networks,
        role_assignments=[{"scope": f"/subscriptions/{other}", "role": "Owner", "principal_id": OBJECT}],
    )
    subnet = ENDPOINT_WISH["subnet"].replace(SUBSCRIPTION, other)
    desired: JSON = {"backup_endpoints": [{**ENDPOINT_WISH, "subnet": subnet, "resource_group": "rg-network"}]}
    desired["backup_dns_zone_subscription_id"] = SUBSCRIPTION
    refused = tell(cloud, **desired).play()
    assert f"Microsoft.RecoveryServices is NotRegistered in subscription {other}" in refused.failure
    assert cloud.writes() == []
    sequence = tell(cloud, **desired, backup_provider_registration="register")
    foreseen = sequence.play(check_mode=True)
    assert not foreseen.failure
    assert any("a run registers it first" in text for text in foreseen.warnings)
    cloud.mark()
    done = sequence.play()
    assert not done.failure
    assert cloud.writes()[0] == f"POST /subscriptions/{other}/providers/Microsoft.RecoveryServices/register"
    assert not any("registers it first" in text for text in done.warnings)
    once_more(cloud, sequence)


def test_a_wish_that_cannot_be_meant_registers_nothing(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED])
    cloud.mark()
    played = tell(cloud, backup_provider_registration="register", backup_endpoints=[]).play()
    assert "endpoints is empty" in played.failure
    assert cloud.requests() == []


@pytest.mark.parametrize("dns_mode", MODES)
def test_a_zone_the_company_shares_is_left_as_it_is(dns_mode: str, make_cloud: MakeCloud, tell: Tell) -> None:
    zone: JSON = {
        "name": BLOB,
        "resource_group": "rg-dns",
        "virtual_network_links": [{"name": "theirs", "virtual_network": HUB_NETWORK}],
        "records": [
            {"name": "theirdata", "ip_addresses": ["10.2.9.9"], "time_to_live": 300, "metadata": {"team": "web"}}
        ],
    }
    cloud = make_cloud(private_dns_zones=[copy.deepcopy(zone)])
    theirs = [
        f"{ZONES}/{BLOB}", f"{ZONES}/{BLOB}/virtualNetworkLinks/theirs", f"{ZONES}/{BLOB}/A/theirdata",
    ]  # fmt: skip
    before = {one: copy.deepcopy(cloud.document(one)) for one in theirs[1:]}
    sequence = tell(cloud, backup_dns_mode=dns_mode)
    assert not sequence.play().failure
    cloud.event("machine_registered", vault="vault-backup", machine="sql01", backup_management_type="AzureWorkload")
    cloud.event("first_backup", vault="vault-backup", machine="sql01", backup_management_type="AzureWorkload")
    assert not sequence.play("drift").failure
    assert len(records(cloud, theirs[0])) > 1
    assert not cloud.document(theirs[0]).get("tags")
    assert links(cloud, theirs[0]) == {HUB_NETWORK: "Completed", NETWORK: "Completed"}
    assert not sequence.play("teardown", backup_teardown_confirm="vault-backup").failure
    assert {one: cloud.document(one) for one in theirs[1:]} == before
    assert links(cloud, theirs[0]) == {HUB_NETWORK: "Completed"}
    assert records(cloud, theirs[0]) == {"theirdata.blob.core.windows.net": ["10.2.9.9"]}


def test_an_existing_vault_keeps_what_was_not_asked_for(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(vaults=[{**AN_HOUR, "tags": {"team": "web"}}])
    assert not tell(cloud, backup_vault_tags={"owner": "x"}).play().failure
    check_vault(cloud)
    tags = cloud.document(VAULT)["tags"]
    assert (tags["team"], tags["owner"]) == ("web", "x")
    assert f"PUT {VAULT}" not in cloud.writes()


def test_verify_tells_of_a_record_someone_removed(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="records")
    assert not sequence.play().failure
    gone = next(one.id for one in cloud.arm.store.below(BACKUP_ZONES[0]) if "/A/" in one.id)
    cloud.arm.store.remove(gone)
    cloud.mark()
    checked = sequence.play("verify")
    assert gone.rsplit("/", 1)[-1] in checked.failure and "missing" in checked.failure
    assert cloud.writes() == []
    assert not sequence.play("drift").failure
    assert cloud.exists(gone)
    assert not sequence.play("verify").failure
    assert GROUPS in gone

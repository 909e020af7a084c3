"""What a report says of a vault that is not, or not proven to be, ready: nobody is told to protect something too early."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as PRIVATE_ENDPOINT

from ..conftest import ENDPOINT, GROUPS, NETWORK, SUBNET, VAULT, WORLD, Cloud
from ..worlds import site_recovery as recovery
from .conftest import Tell
from .sequence import Played
from .settings import PROTECTED, RECOVERY
from .support import ENDPOINT_WISH, UNREGISTERED, fault

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
MANUAL: JSON = {"backup_endpoints": [{**ENDPOINT_WISH, "manual": True}], "backup_approve": False}
OWN_SERVER = "10.1.9.4"


def own_dns() -> list[JSON]:
    """The networks, of which the first has a DNS server of its own."""
    networks = copy.deepcopy(WORLD["virtual_networks"])
    networks[0]["dns_servers"] = [OWN_SERVER]
    return t.cast("list[JSON]", networks)


def steps(played: Played) -> set[str]:
    return {row["id"] for row in played.report["manual_steps"]}


def said(played: Played) -> tuple[str, bool | None]:
    return played.report["result"], played.report["ready_to_protect"]


def access(cloud: Cloud, vault: str = VAULT) -> str:
    return str(cloud.document(vault)["properties"]["publicNetworkAccess"])


def test_a_pending_connection_is_waited_for_in_every_report(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, **MANUAL)
    for _run in range(2):
        waiting = sequence.play()
        assert (waiting.failure, said(waiting)) == ("", ("waiting", False))
        assert {"approve-connections", "not-yet"} <= steps(waiting) and "protect" not in steps(waiting)
    assert not tell(cloud).play().failure
    done = sequence.play()
    assert (done.failure, said(done)) == ("", ("unchanged", True))
    assert "protect" in steps(done) and "not-yet" not in steps(done)


def test_the_gates_alone_promise_nothing(cloud: Cloud, tell: Tell) -> None:
    played = tell(cloud).play("preflight")
    assert (played.failure, said(played), cloud.writes()) == ("", ("checked", False), [])
    assert "not-yet" in steps(played)


@pytest.mark.parametrize("entry", ["verify", "drift"])
def test_a_report_tells_of_what_failed_and_does_not_leave_the_one_before(entry: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    good = sequence.play(entry)
    assert (good.failure, said(good)) == ("", ("unchanged", True))
    gone = next(one.id for one in cloud.arm.store.all() if "/A/" in one.id)
    cloud.arm.store.remove(gone)
    failed = sequence.play(entry)
    assert gone.rsplit("/", 1)[-1] in failed.failure
    assert said(failed) == ("failed", False)


@pytest.mark.parametrize("entry", ["verify", "drift"])
def test_a_name_that_finds_no_address_is_reported(entry: str, make_cloud: MakeCloud, tell: Tell) -> None:
    """Eleven addresses are free and ten are taken; somebody takes the last before the first backup needs it."""
    account = f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts/others"
    cloud = make_cloud(
        settings={"backup_names_at_creation": [f"n{number}" for number in range(10)]},
        storage_accounts=[{"name": "others", "resource_group": "rg-backup", "location": "westeurope"}],
    )
    small = SUBNET.replace("/endpoints", "/small")
    sequence = tell(cloud, backup_endpoints=[{**ENDPOINT_WISH, "subnet": small}])
    assert not sequence.play().failure and not sequence.play(entry).failure
    others = {"resource_group": "rg-backup", "name": "pe-others", "location": "westeurope", "subnet": small}
    assert cloud.run(PRIVATE_ENDPOINT, **others, target=account, sub_resource="blob")["changed"]
    cloud.event("first_backup", vault=VAULT, machine="sql01", item="db1")
    failed = sequence.play(entry)
    assert "pe-backup has 10 of 11" in failed.failure and "has 0 free addresses" in failed.failure
    assert said(failed) == ("failed", False)


def test_a_teardown_that_stops_says_how_far_it_came(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    fault(cloud, {"status": 403, "code": "AuthorizationFailed"}, times=0, method="DELETE", path="/privateEndpoints/")
    stopped = sequence.play("teardown", backup_teardown_confirm="vault-backup")
    assert "AuthorizationFailed" in stopped.failure
    assert stopped.report["result"] == "failed"
    assert "Rejection" in {row["task"] for row in stopped.report["changes"]}


def test_a_report_tells_why_a_loop_failed_and_shows_the_vault_as_it_is(cloud: Cloud, tell: Tell) -> None:
    refusal = {"status": 403, "code": "RequestDisallowedByPolicy", "message": "Disallowed by the policy of the house."}
    fault(cloud, refusal, times=1, method="PUT", path=f"^{ENDPOINT}$")
    stopped = tell(cloud).play()
    for words in (stopped.failure, stopped.report["failure"]):
        assert "RequestDisallowedByPolicy" in words and "the policy of the house" in words
    done = tell(cloud).play()
    (vault,) = [row for row in done.report["resources"] if row["kind"] == "vault"]
    assert vault["detail"] == "identity SystemAssigned, public network access Disabled"
    assert not [gate for gate in done.report["gates"] if "access is Enabled" in gate["message"]]


def test_public_access_stays_while_only_the_networks_own_servers_know(
    make_cloud: MakeCloud, tell: Tell, resolving: t.Callable[[Cloud], list[JSON]]
) -> None:
    cloud = make_cloud(virtual_networks=own_dns())
    sequence = tell(cloud)
    foreseen, waiting = sequence.play(check_mode=True), sequence.play()
    for played in (foreseen, waiting):
        (gate,) = [gate for gate in played.report["gates"] if gate["name"] == "resolution"]
        assert gate["verdict"] == "warning"
        assert (
            "pe-backup" in gate["message"] and f"{NETWORK} has DNS servers of its own ({OWN_SERVER})" in gate["message"]
        )
    assert (waiting.failure, said(waiting), access(cloud)) == ("", ("waiting", False), "Enabled")
    assert {"prove-then-deny", "not-yet"} <= steps(waiting)
    proving = tell(cloud, backup_dns_servers=resolving(cloud))
    done = proving.play()
    assert (done.failure, said(done), access(cloud)) == ("", ("converged", True), "Disabled")
    assert said(proving.play()) == ("unchanged", True)


@pytest.mark.parametrize("wanted", ["before_endpoint", "unchanged"])
def test_who_does_not_wait_for_the_proof_is_not_made_to(wanted: str, make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(virtual_networks=own_dns())
    played = tell(cloud, backup_public_network_access=wanted).play()
    assert (played.failure, said(played)) == ("", ("converged", False))
    assert access(cloud) == ("Disabled" if wanted == "before_endpoint" else "Enabled")


def test_azures_own_resolver_is_no_server_of_the_networks_own(make_cloud: MakeCloud, tell: Tell) -> None:
    networks = own_dns()
    networks[0]["dns_servers"] = ["168.63.129.16"]
    cloud = make_cloud(virtual_networks=networks)
    assert said(tell(cloud).play()) == ("converged", True)
    assert access(cloud) == "Disabled"


def test_a_name_that_does_not_resolve_makes_nothing_ready(cloud: Cloud, tell: Tell) -> None:
    nowhere = [{"virtual_network": NETWORK, "address": "127.0.0.1", "port": 9}]
    assert not tell(cloud).play().failure
    checked = tell(cloud, backup_dns_servers=nowhere, backup_resolution_timeout=0).play(check_mode=True)
    assert said(checked) == ("check", False)


@pytest.mark.parametrize(
    "desired",
    [
        {"site_recovery_endpoints": recovery.both(None, {"manual": True}), "site_recovery_approve": False},
        {"site_recovery_dns_mode": "custom"},
        {"site_recovery_dns_mode": "custom", "site_recovery_public_network_access": "unchanged"},
    ],
    ids=["one side pending", "names nobody proves", "names nobody proves, public access unchanged"],
)
def test_nothing_is_replicated_before_everything_is_proved(desired: JSON, tell: Tell) -> None:
    cloud = Cloud(recovery.WORLD)
    sequence = tell(cloud, {**RECOVERY, **PROTECTED, **desired}, "site_recovery")
    played = sequence.play()
    assert (played.failure, said(played)) == ("", ("waiting", False))
    assert not [write for write in cloud.writes() if "/replication" in write]
    assert "not-yet" in steps(played) and "enable-replication" not in steps(played)


def test_a_closed_gate_after_the_providers_were_registered_says_what_was_written(
    make_cloud: MakeCloud, tell: Tell
) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED])
    desired = {"backup_provider_registration": "register", "backup_vault_location": "northeurope"}
    played = tell(cloud, **desired).play()
    assert played.failure.split(": ", 1)[1].startswith("Resource providers were registered, nothing else was written. ")
    assert played.report["result"] == "refused"
    assert [row["task"] for row in played.report["changes"]] == ["Resource providers"]
    again = tell(cloud, **desired).play()
    assert again.failure.split(": ", 1)[1].startswith("Nothing was written. ")


def test_a_gate_that_closes_while_the_vault_is_made_does_not_say_that_nothing_was_written(
    cloud: Cloud, tell: Tell
) -> None:
    def in_between(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        answer = proceed(request, entry)
        if request.method == "PUT" and request.path == VAULT:
            cloud.event("protection_attempted", vault="vault-backup", machine="sql01")
        return answer

    cloud.arm.around.append(in_between)
    played = tell(cloud).play()
    assert "No private endpoint was made. " in played.failure and "can never use private endpoints" in played.failure
    assert "Nothing was written" not in played.failure
    assert not cloud.exists(ENDPOINT) and cloud.exists(VAULT)
    assert played.report["result"] == "failed"

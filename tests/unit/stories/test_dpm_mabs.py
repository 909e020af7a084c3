"""The whole article: vault, endpoint, registration, first online backup, removal, registration again."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils import secret_files
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import dpm_server as procedure

from ..conftest import Cloud
from ..worlds import dpm_mabs as world
from .sequence import Played, Sequence
from .support import DISTURBANCES, Kill, Killed, fault, killed_again_and_again, state

JSON = dict[str, t.Any]
FIRST, SECOND = world.SERVERS
TEARDOWN = {"dpm_mabs_teardown_confirm": "vault-dpm", "dpm_mabs_teardown_public_network_access": "Enabled"}


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[..., tuple[world.Site, Sequence]]:
    """A role against an Azure with two networks and two servers that know nothing of it yet."""

    made: list[world.Site] = []

    def make(azure: JSON | None = None, **variables: t.Any) -> tuple[world.Site, Sequence]:
        site = world.Site(Cloud(copy.deepcopy(azure or world.WORLD)))
        monkeypatch.setattr(procedure, "ask_stand_in", site.ask)
        made.append(site)
        return site, Sequence(site.cloud, tmp_path / str(len(made)), "dpm_mabs", **{**world.DESIRED, **variables})

    return make


def good(played: Played) -> Played:
    """A run that ended well."""
    assert not played.failure, played.failure
    return played


def left(directory: Path) -> list[str]:
    """Credential files that are still there, finished or not."""
    return [str(path) for path in directory.rglob("*.VaultCredentials*")]


def test_the_whole_article_in_its_order(tell: t.Callable[..., t.Any], tmp_path: Path) -> None:
    site, role = tell()
    made = good(role.play())
    assert made.report["ready_to_protect"] is True
    order = [deed.task for deed in made.deeds if deed.result.get("changed")]
    assert site.cloud.document(world.VAULT)["properties"]["publicNetworkAccess"] == "Disabled"
    assert order.index("Create the vault, or bring it to the wanted state") < order.index("Start the private endpoints")
    assert site.jobs == []

    registered = good(role.play("register"))
    assert [job for _server, job in site.changed()] == ["register", "register", "backup", "backup"]
    engines = [
        item["properties"] for item in site.cloud.connection.azure.list(f"{world.VAULT}/backupEngines", "2025-02-01")
    ]
    assert sorted((engine["friendlyName"], engine["backupManagementType"]) for engine in engines) == [
        (FIRST, "DPM"),
        (SECOND, "AzureBackupServer"),
    ]
    # The communication account's name and one for each data source.
    blobs = [row["fqdn"] for row in registered.report["names"] if ".blob." in row["fqdn"]]
    assert len(blobs) == 4
    verdicts = {(gate["name"], gate["verdict"]) for gate in registered.report["gates"]}
    assert {
        ("server_names", "ok"),
        ("server_registration", "ok"),
        ("server_recovery_points", "ok"),
        ("data_sources", "ok"),
    } <= verdicts
    assert [row["id"] for row in registered.report["manual_steps"]] == [
        "protection-groups",
        "passphrase-escrow",
        "test-restore",
        "drift",
    ]
    assert left(tmp_path) == []

    site.jobs.clear()
    for entry in ("main", "register", "drift", "verify"):
        site.cloud.mark()
        again = good(role.play(entry))
        assert (again.changes, site.cloud.writes()) == ({}, []), entry
    assert site.changed() == []

    gone = good(role.play("teardown", **TEARDOWN))
    assert not site.cloud.exists(world.ENDPOINT)
    assert site.cloud.document(world.VAULT)["properties"]["publicNetworkAccess"] == "Enabled"
    rejected, deleted = (
        next(i for i, deed in enumerate(gone.deeds) if words in deed.task)
        for words in ("Reject", "Delete the endpoints")
    )
    assert rejected < deleted
    assert gone.report["manual_steps"][0]["id"] == "register-again"

    renewed = good(role.play("reregister"))
    assert [job for _server, job in site.changed()] == [
        *("register", "register"),
        # Seen to have kept everything, each is noted; then disk and online.
        *("register", "register", "backup", "backup", "backup", "backup"),
    ]
    assert {
        (row["online_points"], row["disk_points"]) for server in site.servers.values() for row in server["data_sources"]
    } == {(2, 2)}
    assert ("server_recovery_points", "ok") in {(gate["name"], gate["verdict"]) for gate in renewed.report["gates"]}
    site.jobs.clear()
    site.cloud.mark()
    assert (good(role.play("reregister")).changes, site.changed(), site.cloud.writes()) == ({}, [], [])
    assert left(tmp_path) == []


def test_check_mode_predicts_and_changes_nothing(tell: t.Callable[..., t.Any], tmp_path: Path) -> None:
    site, role = tell()
    good(role.play())
    before, servers = state(site.cloud), copy.deepcopy(site.servers)
    site.cloud.mark()
    predicted = good(role.play("register", check_mode=True))
    assert {task for task, _item in predicted.changes} == {"Fetch a fresh credential file", "Register the servers"}
    assert site.cloud.writes() == [] and left(tmp_path) == []
    site.cloud.arm.clock.advance(0)
    assert state(site.cloud) == before
    assert {name: site.servers[name].get("vault_number") for name in servers} == {FIRST: "", SECOND: ""}


def spoil(site: world.Site, server: str, **changes: t.Any) -> None:
    site.servers[server].update(changes)


SERVER_REFUSALS: dict[str, tuple[t.Callable[[world.Site], None], JSON, str]] = {
    "registered elsewhere": (
        lambda site: spoil(site, FIRST, vault_number="17"),
        {},
        "registered to the vault with number 17",
    ),
    "no passphrase": (lambda site: None, {"dpm_mabs_passphrase": ""}, "There is no passphrase"),
    "a short passphrase": (lambda site: None, {"dpm_mabs_passphrase": "too short"}, "fewer than 16 characters"),
    "an old agent": (lambda site: None, {"dpm_mabs_agent_version": "2.0.9999.0"}, "2.0.9999.0 or newer is needed"),
    "an old product": (lambda site: spoil(site, SECOND, product_version="14.0.29.0"), {}, "14.0.30.0 or newer"),
    "a clock that is off": (lambda site: spoil(site, FIRST, clock_offset_seconds=-700), {}, "behind the controller's"),
    "a name that is not reached": (
        lambda site: spoil(site, FIRST, unreachable=list(world.ENTRA[:1])),
        {},
        "does not reach Microsoft Entra",
    ),
    "a restricted language": (lambda site: spoil(site, FIRST, language_mode="ConstrainedLanguage"), {}, "language"),
    "a stale file": (lambda site: None, {"dpm_mabs_credentials_file": "/nowhere/file"}, "is no registration file"),
    "no servers": (lambda site: None, {"dpm_mabs_servers": []}, "names no server"),
}


@pytest.mark.parametrize("name", SERVER_REFUSALS)
def test_what_is_refused_before_any_server_is_changed(name: str, tell: t.Callable[..., t.Any], tmp_path: Path) -> None:
    harm, desired, says = SERVER_REFUSALS[name]
    site, role = tell()
    good(role.play())
    harm(site)
    site.cloud.mark()
    site.jobs.clear()
    before = copy.deepcopy(site.servers)
    refused = role.play("register", **desired)
    assert says in refused.failure and "Nothing was written" in refused.failure, refused.failure
    assert (site.cloud.writes(), site.changed(), left(tmp_path)) == ([], [], [])
    for server, held in before.items():
        assert {key: site.servers[server][key] for key in held if key != "data_sources"} == {
            key: value for key, value in held.items() if key != "data_sources"
        }
    if desired.get("dpm_mabs_servers") != []:
        assert refused.report["result"] == "refused"


def without_gateway(**hub: t.Any) -> JSON:
    made = copy.deepcopy(world.WORLD)
    made["virtual_networks"][0] = {key: value for key, value in {**made["virtual_networks"][0], **hub}.items() if value}
    return made


AZURE_REFUSALS: dict[str, tuple[JSON, JSON, str]] = {
    "81 data sources": (world.WORLD, {"dpm_mabs_data_sources": 81}, "takes 80"),
    "an address too few": (
        world.WORLD,
        {"dpm_mabs_endpoints": [{"name": "pe-dpm", "subnet": f"{world.NETWORK}/subnets/tight"}]},
        "12 free addresses",
    ),
    "no private route": (without_gateway(gateway="", gateway_type=""), {}, "there is no ExpressRoute way"),
    "a VPN nobody accepted": (without_gateway(gateway_type="Vpn"), {}, "gateways of type Vpn only"),
}


@pytest.mark.parametrize("name", AZURE_REFUSALS)
def test_what_is_refused_before_anything_is_made(name: str, tell: t.Callable[..., t.Any]) -> None:
    azure, desired, says = AZURE_REFUSALS[name]
    site, role = tell(azure)
    refused = role.play(**desired)
    assert says in refused.failure and "Nothing was written" in refused.failure, refused.failure
    assert site.cloud.writes() == []


@pytest.mark.parametrize("route", ["vpn", "azure", "attested"])
def test_another_way_is_accepted_by_name(route: str, tell: t.Callable[..., t.Any]) -> None:
    _site, role = tell(without_gateway(gateway_type="Vpn"))
    good(role.play("preflight", dpm_mabs_private_route=route))


def test_ten_and_one_for_each_data_source_are_enough(tell: t.Callable[..., t.Any]) -> None:
    _site, role = tell()
    fits = {
        "dpm_mabs_endpoints": [{"name": "pe-dpm", "subnet": f"{world.NETWORK}/subnets/tight"}],
        "dpm_mabs_data_sources": 2,
    }
    good(role.play("preflight", **fits))
    assert "free addresses" in role.play("preflight", **{**fits, "dpm_mabs_data_sources": 3}).failure


def test_one_zone_that_is_not_linked_stops_the_registration(tell: t.Callable[..., t.Any]) -> None:
    site, role = tell()
    good(role.play())
    links = [each for each in site.cloud.arm.store.all() if each.id.lower().split("/")[-2] == "virtualnetworklinks"]
    assert len(links) == 3
    site.cloud.arm.store.remove(links[0].id)
    site.cloud.mark()
    refused = role.play("register")
    assert "link" in refused.failure.lower() and site.cloud.writes() == [] and site.jobs == []


@pytest.mark.parametrize("step", ["credentials", "registered", "passphrase"])
def test_a_server_that_dies_is_finished_by_the_next_run(
    step: str, tell: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    site, role = tell()
    good(role.play())
    spoil(site, FIRST, dies_after=step)
    failed = role.play("register")
    assert "the server went away" in failed.failure
    assert left(tmp_path) == [] and site.servers[FIRST]["leftovers"] == 0
    good(role.play("register"))
    assert {server["registering"] for server in site.servers.values()} == {""}
    assert all(server["vault_number"] and server["passphrase"] for server in site.servers.values())
    site.jobs.clear()
    assert (good(role.play("register")).changes, site.changed()) == ({}, [])


def test_killed_after_any_write_of_the_controller(
    tell: t.Callable[..., t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the certificate was asked for, and after the file was written: the next run comes to the same end."""
    site, role = tell()
    good(role.play())
    with Kill(site.cloud, 1) as kill, pytest.raises(Killed):
        role.play("register")
    assert "/certificates/" in kill.last
    written = secret_files.write

    def dies(path: str, content: bytes) -> None:
        written(path, content)
        raise Killed

    monkeypatch.setattr(secret_files, "write", dies)
    with pytest.raises(Killed):
        role.play("register")
    assert left(tmp_path) != []
    monkeypatch.setattr(secret_files, "write", written)
    good(role.play("register"))
    assert left(tmp_path) == []


def test_another_passphrase_is_found_out_and_the_run_goes_no_further(tell: t.Callable[..., t.Any]) -> None:
    site, role = tell()
    good(role.play())
    good(role.play("register"))
    good(role.play("teardown", **TEARDOWN))
    site.jobs.clear()
    failed = role.play("reregister", dpm_mabs_passphrase="not the one of the first time")
    assert "had online recovery points before the registration was renewed and show none now" in failed.failure
    assert [job for _server, job in site.changed()] == ["register", "register"]
    site.jobs.clear()
    good(role.play("reregister"))
    assert [job for _server, job in site.changed()][:4] == ["register"] * 4


def test_a_wrong_passphrase_is_told_before_anything_is_changed_where_it_is_known(
    tell: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    copy_of_it = tmp_path / "escrow" / "vault-dpm.passphrase"
    site, role = tell(dpm_mabs_passphrase_copy=str(copy_of_it))
    good(role.play())
    good(role.play("register"))
    assert copy_of_it.read_text() == f"{world.PASSPHRASE}\n"
    good(role.play("teardown", **TEARDOWN))
    site.jobs.clear()
    failed = role.play("reregister", dpm_mabs_passphrase="not the one of the first time")
    assert "is not the one that was saved" in failed.failure and site.changed() == []
    assert role.play("reregister", dpm_mabs_passphrase="").failure.count("There is no passphrase") == 1


def test_without_a_way_to_the_vault_nobody_registers_again(tell: t.Callable[..., t.Any]) -> None:
    site, role = tell()
    good(role.play())
    good(role.play("register"))
    good(role.play("teardown", dpm_mabs_teardown_confirm="vault-dpm"))
    assert site.cloud.document(world.VAULT)["properties"]["publicNetworkAccess"] == "Disabled"
    site.jobs.clear()
    assert "has no approved private endpoint" in role.play("reregister").failure
    assert site.changed() == []


def test_a_failed_backup_stops_and_is_taken_up_again(tell: t.Callable[..., t.Any]) -> None:
    site, role = tell()
    good(role.play())
    good(role.play("register", dpm_mabs_protection="none"))
    real = site.cloud.event
    site.cloud.event = lambda name, **payload: (
        {"succeeded": False, "message": "no room"} if "backup" in name or "source" in name else real(name, **payload)
    )
    failed = role.play("register")
    assert "job(s) failed: no room" in failed.failure
    site.cloud.event = real
    for server in site.servers.values():
        server["jobs"] = []
    good(role.play("register"))


def test_secrets_are_in_no_result_and_no_report(tell: t.Callable[..., t.Any], tmp_path: Path) -> None:
    site, role = tell(dpm_mabs_proxy_password="proxy-secret-4711")
    kept: list[str] = []
    written = secret_files.write
    secret_files.write = lambda path, content: (kept.append(content.decode()), written(path, content))[1]  # type: ignore[func-returns-value]
    try:
        good(role.play())
        played = good(role.play("register"))
    finally:
        secret_files.write = written
    shown = json.dumps([deed.result for deed in played.deeds]) + " ".join(site.asked) + " ".join(site.cloud.progress)
    shown += "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink())
    certificate = kept[0].split("<ManagementCert>")[1][:60]
    for secret in (world.PASSPHRASE, "proxy-secret-4711", certificate):
        assert secret not in shown


def test_killed_after_every_write_in_azure_and_started_again(tell: t.Callable[..., t.Any]) -> None:
    site, role = tell()
    good(role.play())
    goal = state(site.cloud)
    site, role = tell()
    last, killed = killed_again_and_again(site.cloud, role.play, 60)
    good(last)
    assert len(killed) >= 10
    assert state(site.cloud) == goal, killed


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_every_third_request_of_a_registration_may_be_disturbed(
    kind: str, tell: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    site, role = tell()
    good(role.play())
    for nth in range(1, 60, 3):
        fault(site.cloud, DISTURBANCES[kind], nth=nth, path="")
    good(role.play("register"))
    assert sum("fault" in entry for entry in site.cloud.arm.log) > 5
    assert all(server["vault_number"] for server in site.servers.values()) and left(tmp_path) == []


def test_someone_else_deletes_the_endpoint_and_it_is_made_anew(tell: t.Callable[..., t.Any]) -> None:
    """What was registered over the old endpoint is told, and registered again over the new one."""
    site, role = tell()
    good(role.play())
    good(role.play("register"))
    good(role.play("teardown", dpm_mabs_teardown_confirm="vault-dpm"))
    good(role.play())
    reported = good(role.play("register"))
    assert any("dpm_mabs_reregister" in text for text in reported.warnings)
    site.jobs.clear()
    good(role.play("reregister"))
    assert [job for _server, job in site.changed()][:2] == ["register", "register"]


ANSWERS = (
    f"[OPTIONS]\nSQLMachineName=mabs01\nSqlAccountPassword=sql-secret-4711\nSecurityPassphrase={world.PASSPHRASE}\n"
)
WITH_VAULT = f"{ANSWERS}VaultCredentialFilePath=@CREDENTIALS@\n"


@pytest.mark.parametrize(("answers", "by_setup"), [(WITH_VAULT, True), (ANSWERS, False)])
def test_mabs_is_installed_where_there_is_none_then_registered(
    answers: str, by_setup: bool, tell: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    wanted = {"dpm_mabs_install": {"setup_path": "D:\\MABS\\Setup.exe"}, "dpm_mabs_install_answer_file": answers}
    site, role = tell(**wanted)
    site.servers[SECOND].update(product="", product_version="", agent_version="")
    good(role.play())
    site.cloud.mark()
    foreseen = good(role.play("register", check_mode=True))
    assert "Install MABS" in {deed.task for deed in foreseen.deeds if deed.result.get("changed")}
    assert site.servers[SECOND]["product"] == "" and site.cloud.writes() == []
    site.jobs.clear()
    registered = good(role.play("register"))
    done = [job for server, job in site.changed() if server == SECOND]
    assert done[:2] == ["install_mabs", "register"]
    assert site.servers[SECOND]["product"] == "MABS" and site.servers[SECOND]["vault_number"] != ""
    shown = json.dumps([deed.result for deed in registered.deeds]) + " ".join(site.asked)
    shown += "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink())
    assert "sql-secret-4711" not in shown and left(tmp_path) == []
    site.jobs.clear()
    again = good(role.play("register"))
    assert again.changes == {} and site.changed() == []


INSTALLER = "C:\\Install\\MARSAgentInstaller.exe"
NEWER: JSON = {
    "dpm_mabs_install": {"setup_path": "D:\\MABS\\Setup.exe"},
    "dpm_mabs_install_answer_file": ANSWERS,
    "dpm_mabs_agent_version": "2.0.9270.0",
}


@pytest.mark.parametrize("answers", [WITH_VAULT, ANSWERS])
def test_an_agent_of_setup_that_is_too_old_is_updated_in_the_same_run(
    answers: str, tell: t.Callable[..., t.Any]
) -> None:
    """Setup's is 2.0.9262.0; where Setup does not register the server, it registers with the new one."""
    newer = {**NEWER, "dpm_mabs_install_answer_file": answers, "dpm_mabs_agent_installer": INSTALLER}
    site, role = tell(**newer)
    site.servers[SECOND].update(product="", product_version="", agent_version="")
    good(role.play())
    good(role.play("register"))
    assert [job for server, job in site.changed() if server == SECOND][:3] == ["install_mabs", "agent", "register"]
    assert site.servers[SECOND]["agent_version"] == "2.0.9270.0"
    site.jobs.clear()
    site.cloud.mark()
    assert (good(role.play("register")).changes, site.changed(), site.cloud.writes()) == ({}, [], [])


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "has neither DPM nor MABS."),
        (NEWER, "whose version is not known before, and 2.0.9270.0 or newer is needed"),
        ({"dpm_mabs_install": {"setup_path": "D:\\MABS\\Setup.exe"}}, "there is no answer file"),
        (
            {
                "dpm_mabs_install": {"setup_path": "D:\\MABS\\Setup.exe"},
                "dpm_mabs_install_answer_file": WITH_VAULT.replace(world.PASSPHRASE, "another-passphrase-of-16"),
            },
            "another passphrase than dpm_mabs_passphrase",
        ),
    ],
)
def test_a_server_without_a_product_is_refused_before_any_change(
    variables: JSON, words: str, tell: t.Callable[..., t.Any]
) -> None:
    site, role = tell(**variables)
    site.servers[SECOND].update(product="", product_version="")
    good(role.play())
    assert words in role.play("register").failure
    assert site.changed() == []

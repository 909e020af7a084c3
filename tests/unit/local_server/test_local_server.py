"""The stand-in answers what the table of jobs says, and becomes what a server would."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.local_server.server import Died, LocalServer
from ansible_collections.privatelink.recovery.plugins.module_utils.resources import server_jobs, vault_credentials

from ..conftest import VAULT

JSON = dict[str, t.Any]
NOW = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
NUMBER = "4611686018427387905"
PASSPHRASE = "correct horse battery staple"


def credentials(hours: int = 48, number: str = NUMBER, made: dt.datetime = NOW) -> str:
    """A registration file."""
    details = {
        **dict.fromkeys(
            ("aadAuthority", "aadTenantId", "servicePrincipalClientId", "azureManagementEndpointAudience"), "x"
        ),
        "resourceId": int(number),
    }
    identity = vault_credentials.own_identity("vault-backup", made, hours)
    return vault_credentials.document(VAULT, {"location": "westeurope"}, {"properties": details}, identity).decode()


class Surroundings:
    """A server with what is around it: events that came, and names it can resolve."""

    def __init__(self, **state: t.Any) -> None:
        self.state: JSON = state
        self.events: list[tuple[str, JSON]] = []
        self.refuses = ""

    def post(self, name: str, payload: JSON) -> JSON:
        self.events.append((name, payload))
        return {"succeeded": not self.refuses, "message": self.refuses}

    def ask(self, job: str, secrets: JSON | None = None, *, check_mode: bool = False, **parameters: t.Any) -> JSON:
        """One job, judged as the module judges it."""
        names = {"a.privatelink": ["10.1.1.4"], "login.microsoftonline.com": ["20.190.160.1"]}
        server = LocalServer("dpm01.corp.example", self.state, self.post, lambda name: names.get(name, []), lambda: NOW)
        reported = server.answer(job, parameters, secrets or {}, check_mode=check_mode)
        return server_jobs.answer("dpm01", job, json.dumps(reported))

    def register(self, **parameters: t.Any) -> JSON:
        """The job register with everything it needs."""
        secrets = {"credentials": credentials(), "passphrase": PASSPHRASE}
        return self.ask("register", secrets, vault_number=NUMBER, over="a", **parameters)


@pytest.fixture
def server() -> Surroundings:
    """A new server."""
    return Surroundings()


def failure(around: Surroundings, job: str, secrets: JSON | None = None, **parameters: t.Any) -> str:
    """The code with which a job fails."""
    with pytest.raises(server_jobs.ServerError) as caught:
        around.ask(job, secrets, **parameters)
    return caught.value.code


@pytest.mark.parametrize("job", ["versions", "clock", "connectivity", "registration", "protection", "agent", "cleanup"])
def test_a_new_server_answers_and_stays_as_it_is(server: Surroundings, job: str) -> None:
    server.ask(job)
    before = json.dumps(server.state)
    server.ask(job)
    assert json.dumps(server.state) == before and server.events == []


def test_it_registers_and_registers_once(server: Surroundings) -> None:
    predicted = server.ask(
        "register", {"credentials": credentials(), "passphrase": PASSPHRASE}, check_mode=True, vault_number=NUMBER
    )
    assert predicted["changed"] is True and server.state["vault_number"] == "" and server.events == []
    done = server.register()
    assert (done["changed"], done["vault_number"]) == (True, NUMBER)
    assert server.events == [
        ("machine_registered", {"vault": VAULT, "machine": "dpm01.corp.example", "backup_management_type": "DPM"})
    ]
    again = server.register()
    assert again == {**done, "changed": False} and len(server.events) == 1
    assert server.ask("registration")["registered_over"] == "a"
    assert server.ask("register", vault_number=NUMBER, over="b", check_mode=True)["changed"] is True
    assert server.ask("register", vault_number=NUMBER, over="b")["changed"] is True
    assert server.ask("register", vault_number=NUMBER, over="b")["changed"] is False
    assert server.ask("registration")["registered_over"] == "b" and len(server.events) == 1


@pytest.mark.parametrize("step", ["credentials", "registered", "passphrase"])
def test_a_server_that_died_is_unfinished_and_comes_to_the_same_end(step: str) -> None:
    server = Surroundings(dies_after=step)
    with pytest.raises(Died):
        server.register()
    assert server.ask("registration")["unfinished"] is True
    done = server.register()
    assert done["changed"] is True
    reported = server.ask("registration")
    assert (reported["unfinished"], reported["leftovers"], reported["vault_number"]) == (False, 0, NUMBER)


def test_what_it_refuses(server: Surroundings) -> None:
    good = {"credentials": credentials(), "passphrase": PASSPHRASE}
    assert failure(server, "register", good) == "no-credentials"
    assert failure(server, "register", {**good, "passphrase": "short"}, vault_number=NUMBER) == "passphrase"
    assert failure(server, "register", {**good, "credentials": "<a/>"}, vault_number=NUMBER) == "34513"
    old = credentials(1, made=NOW - dt.timedelta(hours=2))
    assert failure(server, "register", {**good, "credentials": old}, vault_number=NUMBER) == "34513"
    assert failure(server, "register", good, vault_number=NUMBER, staging_folder="E:\\none") == "no-staging-folder"
    assert failure(server, "settings", staging_folder="D:\\Staging") == "not-registered"
    assert failure(server, "backup", data_sources=["none"]) == "no-data-source"
    assert server.state["vault_number"] == "" and server.events == []
    server.register()
    other = {**good, "credentials": credentials(number="17")}
    assert failure(server, "register", other, vault_number="17") == "registered-elsewhere"
    assert failure(Surroundings(product_version=""), "register", good, vault_number=NUMBER) == "no-server"
    assert failure(Surroundings(language_mode="ConstrainedLanguage"), "clock") == "language-mode"


def test_a_service_that_refuses_leaves_it_unregistered(server: Surroundings) -> None:
    server.refuses = "The vault denies public network access."
    assert (
        failure(server, "register", {"credentials": credentials(), "passphrase": PASSPHRASE}, vault_number=NUMBER) == ""
    )
    reported = server.ask("registration")
    assert (reported["vault_number"], reported["leftovers"]) == ("", 0)


def test_the_agent_is_installed_updated_and_left_alone() -> None:
    server = Surroundings(agent_version="2.0.9000.0")
    path = "C:\\Install\\MARSAgentInstaller.exe"
    assert failure(server, "agent", wanted_version="2.0.9262.0") == "no-installer"
    predicted = server.ask("agent", check_mode=True, wanted_version="2.0.9262.0", installer_path=path)
    assert (predicted["changed"], predicted["version"]) == (True, "2.0.9000.0")
    assert server.ask("agent", wanted_version="2.0.9262.0", installer_path=path)["version"] == "2.0.9270.0"
    assert server.ask("agent", wanted_version="2.0.9262.0", installer_path=path)["changed"] is False
    assert failure(server, "agent", wanted_version="9.0.0.0", installer_path=path) == "installer-failed"


def test_settings_are_set_once() -> None:
    server = Surroundings()
    server.register()
    wanted: JSON = {"staging_folder": "D:\\Staging", "proxy_mode": "set", "proxy_server": "proxy", "proxy_port": 8080}
    wanted.update(work_days=["Monday"], start_work_hour="09:00", end_work_hour="18:00", work_hour_bandwidth=1024)
    assert server.ask("settings", check_mode=True, **wanted)["changes"] == ["staging", "proxy", "work hours"]
    assert server.ask("settings", **wanted)["changed"] is True
    assert server.ask("settings", **wanted)["changed"] is False
    assert server.ask("settings", proxy_mode="none")["changes"] == ["proxy"]


def test_names_are_reached_directly_or_through_the_proxy() -> None:
    server = Surroundings(
        proxy={"server": "proxy:8080", "bypass": ["*.privatelink"]}, unreachable=["login.microsoftonline.com"]
    )
    reported = server.ask(
        "connectivity", names=["a.privatelink", "login.microsoftonline.com", "none"], proxy_server="proxy"
    )
    rows = {row["name"]: (row["reached"], row["via"]) for row in reported["names"]}
    assert rows == {
        "a.privatelink": (True, "direct"),
        "login.microsoftonline.com": (False, "proxy"),
        "none": (False, "proxy"),
    }


def test_a_data_source_comes_to_its_online_recovery_point() -> None:
    server = Surroundings(data_sources=[{"id": "ds1"}], product="MABS", product_version="14.0.30.0")
    server.register()
    (first,) = server.ask("protection")["data_sources"]
    assert (first["replica_ready"], first["disk_points"], first["online_points"]) == (True, 1, 0)
    assert server.ask("backup", check_mode=True, data_sources=["ds1"])["started"] == ["ds1"]
    assert server.ask("protection")["data_sources"][0]["online_points"] == 0
    server.ask("backup", data_sources=["ds1"])
    assert server.ask("protection")["data_sources"][0]["online_points"] == 1
    assert server.events[-1][0] == "data_source_added"
    assert server.events[-1][1]["backup_management_type"] == "AzureBackupServer"
    server.ask("backup", data_sources=["ds1"], kind="disk")
    server.ask("backup", data_sources=["ds1"])
    (last,) = server.ask("protection")["data_sources"]
    assert (last["disk_points"], last["online_points"], server.events[-1][0]) == (2, 2, "first_backup")


def test_a_backup_that_azure_refuses_is_a_failed_job() -> None:
    server = Surroundings(data_sources=[{"id": "ds1", "polls_to_replica": 0}])
    server.register()
    server.refuses = "A vault with private endpoints protects at most 80 data sources."
    server.ask("backup", data_sources=["ds1"])
    assert server.ask("protection")["jobs"] == []
    assert server.ask("protection", since="2026-11-30T09:00:01Z")["jobs"] == []
    reported = server.ask("protection", since="2026-11-30T09:00:00Z")
    assert reported["jobs"] == [{"type": "CloudBackup", "status": "Failed", "error": server.refuses}]
    assert reported["data_sources"][0]["online_points"] == 0


def test_another_passphrase_hides_the_recovery_points() -> None:
    server = Surroundings(data_sources=[{"id": "ds1", "polls_to_replica": 0, "online_points": 3}])
    server.register()
    secrets = {"credentials": credentials(), "passphrase": "another passphrase of sixteen"}
    server.ask("register", secrets, vault_number=NUMBER, again=True)
    assert server.ask("protection")["data_sources"][0]["online_points"] == 0
    server.register(again=True)
    assert server.ask("protection")["data_sources"][0]["online_points"] == 3


def test_mabs_is_installed_once() -> None:
    server = Surroundings(product="", product_version="")
    assert failure(server, "install_mabs") == "no-installer"
    assert failure(server, "install_mabs", setup_path="C:\\Setup.exe") == "no-answer-file"
    assert (
        server.ask("install_mabs", {"answer_file": "[OPTIONS]"}, setup_path="C:\\Setup.exe")["version"] == "14.0.30.0"
    )
    assert server.ask("install_mabs")["changed"] is False


def test_leftovers_are_shredded(server: Surroundings) -> None:
    server.state["leftovers"] = 2
    assert server.ask("cleanup", check_mode=True)["removed"] == 2
    assert server.ask("cleanup")["changed"] is True
    assert server.ask("cleanup")["changed"] is False

"""Real servers, as their packages ship them: before the module a vault's names do not resolve, after it they do."""

from __future__ import annotations

import errno
import os
import re
import sys
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.forward_zones import zones_to_forward
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers import probes, trial
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.kinds import KINDS as KINDS_TABLE
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.trial import run
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import (
    dns_server_configuration as procedure,
)
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_configuration import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_verification import MODULE as VERIFY

from ..conftest import Cloud
from .conftest import BLOB, FIRST, KNOWN, SECOND, VAULT_ZONE, Azure
from .real import Server, free_port, relax, wait_until

JSON = dict[str, t.Any]
KINDS = ("bind", "unbound", "dnsmasq")
PIDS = {kind: f"{name}.pid" for kind, name in (("bind", "named"), ("unbound", "unbound"), ("dnsmasq", "dnsmasq"))}
ZONES = zones_to_forward(["backup"], "AzureCloud", geo_codes=["we"])
pytestmark = pytest.mark.xdist_group("dns_servers")
Start = t.Callable[..., Server]


def forward(server: Server, azure: Azure, **more: t.Any) -> JSON:
    """The options that have a server forward the zones of Azure Backup."""
    return server.options(**{"forward_zones": ZONES, "targets": [azure.target], **more})


def shown(result: JSON) -> dict[str, str]:
    """What a result says each file will be; of the operator's files the new lines."""
    return {row["after_header"]: row["after"] for row in result["diff"]}


@pytest.mark.parametrize("kind", KINDS)
def test_forwarded_names_resolve_and_everything_goes_back(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    assert {server.ask(name).addresses for name in KNOWN} == {()}
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)

    predicted = cloud.run(MODULE, check_mode=True, **forward(server, azure_dns))
    assert predicted["changed"] and not predicted["reloaded"], predicted
    assert server.snapshot() == origin
    done = cloud.run(MODULE, **forward(server, azure_dns))
    assert done["changed"] and done["reloaded"], done
    assert (done["diff"], done["files"]) == (predicted["diff"], predicted["files"])
    for path, text in shown(done).items():
        with open(path) as file:
            assert text in file.read()
    assert all(mode & 0o777 == 0o644 for _content, mode in server.snapshot().values())

    assert {name: server.ask(name).addresses for name in KNOWN} == {name: (address,) for name, address in KNOWN.items()}
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)
    again = cloud.run(MODULE, **forward(server, azure_dns))
    assert (again["changed"], again["diff"], again["reloaded"]) == (False, [], False)

    # Names that Azure adds later need nothing, also those that were asked for too early.
    late = f"9999-ecs-pod01.{VAULT_ZONE}"
    azure_dns.record(late, "10.1.1.9")
    assert server.ask(late).addresses == ("10.1.1.9",)

    gone = cloud.run(MODULE, **server.options(state="absent"))
    assert gone["changed"] and gone["reloaded"], gone
    assert server.snapshot() == origin
    assert server.ask(FIRST).addresses == ()
    assert cloud.run(MODULE, **server.options(state="absent"))["changed"] is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_answers_names_itself_and_drift_adds_what_came_later(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    answers = [{"fqdn": FIRST, "ip_addresses": ["10.1.1.4"]}, {"fqdn": BLOB, "ip_addresses": ["10.1.1.6", "10.1.1.7"]}]
    predicted = cloud.run(MODULE, check_mode=True, **server.options(answers=answers))
    done = cloud.run(MODULE, **server.options(answers=answers))
    assert done["changed"] and done["diff"] == predicted["diff"], done
    assert server.ask(FIRST).addresses == ("10.1.1.4",)
    assert server.ask(FIRST).time_to_live == 60
    assert server.ask(BLOB).addresses == ("10.1.1.6", "10.1.1.7")
    # Nothing around the name is taken over.
    assert server.ask(SECOND).addresses == ()
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)
    assert cloud.run(MODULE, **server.options(answers=answers))["changed"] is False

    later = [{"fqdn": FIRST, "ip_addresses": ["10.1.2.4"]}, {"fqdn": SECOND, "ip_addresses": ["10.1.1.5"]}]
    drifted = cloud.run(MODULE, **server.options(answers=later))
    assert drifted["changed"], drifted
    verified = cloud.run(VERIFY, address="127.0.0.1", port=server.port, names=later, wait_timeout=10)
    assert verified["resolved"], verified
    assert server.ask(BLOB).addresses == ()
    assert cloud.run(MODULE, **server.options(state="absent"))["changed"]
    assert server.snapshot() == origin


# What each exception is for: without it the same server does not answer.
EXCEPTIONS = [
    ("bind", "validate-except", "privatelink-recovery.options"),
    ("unbound", "domain-insecure", "conf.d/privatelink-recovery.conf"),
    ("unbound", "private-domain", "conf.d/privatelink-recovery.conf"),
    ("dnsmasq", "rebind-domain-ok", "conf.d/privatelink-recovery.conf"),
]


@pytest.mark.parametrize(("kind", "statement", "file"), EXCEPTIONS)
def test_each_exception_is_needed(
    kind: str, statement: str, file: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    assert cloud.run(MODULE, **forward(server, azure_dns))["changed"]
    assert server.ask(FIRST).addresses == ("10.1.1.4",)
    path = server.etc / file
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines() if statement not in line))
    assert run([*server.control(), *KINDS_TABLE[kind].reload]).code == 0
    assert wait_until(lambda: server.ask(SECOND).addresses == () and server.ask(BLOB).addresses == ())
    wrong = cloud.run(
        VERIFY, label="the site's server", address="127.0.0.1", port=server.port, targets=[azure_dns.target],
        names=[{"fqdn": SECOND, "ip_addresses": [KNOWN[SECOND]]}],
    )  # fmt: skip
    said = "DNSSEC" if statement in ("validate-except", "domain-insecure") else "rebind protection"
    assert "the site's server" in wrong["msg"] and said in wrong["msg"] and SECOND in wrong["msg"], wrong["msg"]
    repaired = cloud.run(MODULE, **forward(server, azure_dns))
    assert repaired["changed"], repaired
    assert server.ask(SECOND).addresses == ("10.1.1.5",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_target_is_refused_and_nothing_is_written(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    nobody = {"address": "127.0.0.1", "port": free_port()}
    for check_mode in (True, False):
        refused = cloud.run(MODULE, check_mode=check_mode, **forward(server, azure_dns, targets=[nobody]))
        assert refused["failed"] and "No target answers for we.backup.windowsazure.com" in refused["msg"], refused
    assert server.snapshot() == origin
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)
    one_of_two = cloud.run(MODULE, **forward(server, azure_dns, targets=[azure_dns.target, nobody]))
    assert one_of_two["changed"], one_of_two
    assert any("another target answers" in sentence for sentence in one_of_two["warnings"])
    assert server.ask(FIRST).addresses == ("10.1.1.4",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_cannot_be_reloaded_keeps_its_configuration(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    refused = cloud.run(MODULE, **{**forward(server, azure_dns), "control_command": ["false"]})
    assert refused["failed"] and "did not load the new configuration" in refused["msg"], refused
    assert "Every file is as it was" in refused["msg"]
    assert server.snapshot().keys() - origin.keys() <= {
        ".privatelink-recovery.pending",
        "conf.d/.privatelink-recovery.pending",
    }
    assert {name: server.snapshot()[name] for name in origin} == origin
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)
    missing = cloud.run(MODULE, **{**forward(server, azure_dns), "control_command": ["no-such-program"]})
    assert "no-such-program is not installed on this host" in missing["msg"]
    # The way is free again.
    assert cloud.run(MODULE, **forward(server, azure_dns))["changed"]
    assert server.ask(FIRST).addresses == ("10.1.1.4",)
    assert cloud.run(MODULE, **server.options(state="absent"))["changed"]
    assert server.snapshot() == origin


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_comes_back_no_more_is_brought_back(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    monkeypatch.setattr(procedure, "COMES_BACK", 0.5)
    stopped = server.folder / "stop-once.py"
    command = [*server.control(), *KINDS_TABLE[kind].reload]
    stopped.write_text(
        "import os, pathlib, subprocess, sys\n"
        f"once = pathlib.Path({str(server.folder / 'once')!r})\n"
        "if once.exists():\n"
        f"    sys.exit(subprocess.call([{sys.executable!r}, {str(server.folder / 'revive.py')!r}]))\n"
        "once.touch()\n"
        f"os.kill(int(open({str(server.folder / PIDS[kind])!r}).read()), 15)\n"
    )
    start_again = server.control() if kind == "dnsmasq" else [*server.command()]
    (server.folder / "revive.py").write_text(
        f"import subprocess\nsubprocess.Popen({start_again!r}, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    )
    refused = cloud.run(MODULE, **{**forward(server, azure_dns), "control_command": [sys.executable, str(stopped)]})
    assert "does not answer" in refused["msg"] and "Every file is as it was" in refused["msg"], (refused, command)
    assert server.snapshot() == origin
    assert wait_until(lambda: server.ask("www.corp.example").addresses == ("10.9.9.9",), 20)


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_that_was_broken_before_is_left_alone(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    server.main.write_text(server.main.read_text() + "\nnonsense nonsense\n")
    origin = server.snapshot()
    for check_mode in (True, False):
        refused = cloud.run(MODULE, check_mode=check_mode, **forward(server, azure_dns))
        assert re.search(r"was broken before this task: .* says: .*(nonsense|line)", refused["msg"]), refused
    assert server.snapshot() == origin
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_only_file_is_left_as_it_is(kind: str, start: Start, azure_dns: Azure, cloud: Cloud) -> None:
    server = start(kind, azure_dns.other)
    assert cloud.run(MODULE, **forward(server, azure_dns, forward_zones=ZONES[:2]))["changed"]
    ours = next(server.directory.glob("privatelink-recovery.conf"))
    ours.chmod(0o444)
    origin = server.snapshot()
    refused = cloud.run(MODULE, **forward(server, azure_dns))
    assert f"{ours} is read-only (mode 0444)" in refused["msg"], refused
    assert server.snapshot() == origin
    assert server.ask(FIRST).addresses == ("10.1.1.4",)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_full_disk_changes_nothing(
    kind: str, failing: int, start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    real, calls = os.fsync, iter(range(100))

    def full(handle: int) -> None:
        if next(calls) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    refused = cloud.run(MODULE, **forward(server, azure_dns, check_targets=False))
    monkeypatch.undo()
    if refused.get("failed"):
        assert "No space left on device" in refused["msg"] and "Every file is as it was" in refused["msg"], refused
        assert server.snapshot() == origin
    else:
        # One file and the journal are all that this server needs.
        assert (kind, failing) != ("bind", 2)
    assert server.ask("www.corp.example").addresses == ("10.9.9.9",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_zone_of_its_own_is_not_forwarded_away(kind: str, start: Start, azure_dns: Azure, cloud: Cloud) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()
    for zone in ("corp.example", "vault.corp.example"):
        refused = cloud.run(MODULE, **forward(server, azure_dns, forward_zones=[zone]))
        assert "has the zone corp.example of its own" in refused["msg"], refused
    assert server.snapshot() == origin
    warned = cloud.run(MODULE, check_mode=True, **forward(server, azure_dns, forward_zones=["privatelink.example"]))
    assert "warnings" not in warned, warned


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_asks_us_back_is_found_out(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "SECONDS", 0.6)
    server = start(kind, azure_dns.linked)
    relax(server)
    loops = start("dnsmasq", ("127.0.0.1", server.port))
    relax(loops)
    origin = server.snapshot()
    refused = cloud.run(
        MODULE,
        **forward(server, azure_dns, targets=[{"address": "127.0.0.1", "port": loops.port}], forward_zones=ZONES[:1]),
    )
    assert "a forwarding loop" in refused["msg"] and "Every file is as it was" in refused["msg"], refused
    assert server.snapshot() == origin
    itself = cloud.run(MODULE, **forward(server, azure_dns, targets=[{"address": "127.0.0.1", "port": server.port}]))
    assert "is this server itself" in itself["msg"], itself


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", ["before the reload", "in the middle of the files"])
def test_a_run_that_was_killed_is_completed(
    kind: str, moment: str, start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()

    def killed(*_arguments: t.Any, **_more: t.Any) -> t.NoReturn:
        raise KeyboardInterrupt

    if moment == "before the reload":
        monkeypatch.setattr(procedure, "run", killed)
    else:
        real, calls = os.replace, iter(range(100))
        monkeypatch.setattr(os, "replace", lambda *a: killed() if next(calls) == 2 else real(*a))
    if moment == "before the reload" or kind == "bind":
        with pytest.raises(KeyboardInterrupt):
            cloud.run(MODULE, **forward(server, azure_dns))
    monkeypatch.undo()
    if moment == "before the reload":
        predicted = cloud.run(MODULE, check_mode=True, **forward(server, azure_dns))
        assert predicted["changed"] and "interrupted" in predicted["diff"][0]["before_header"], predicted
    done = cloud.run(MODULE, **forward(server, azure_dns))
    assert done["changed"] and done["reloaded"], done
    assert server.ask(FIRST).addresses == ("10.1.1.4",)
    assert cloud.run(MODULE, **forward(server, azure_dns))["changed"] is False
    assert cloud.run(MODULE, **server.options(state="absent"))["changed"]
    assert server.snapshot() == origin


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_run_whose_completion_fails_goes_back_to_what_was_before(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(kind, azure_dns.other)
    origin = server.snapshot()

    def killed(*_arguments: t.Any, **_more: t.Any) -> t.NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(procedure, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        cloud.run(MODULE, **forward(server, azure_dns))
    monkeypatch.undo()
    refused = cloud.run(MODULE, **{**forward(server, azure_dns), "control_command": ["false"]})
    assert "Every file is as it was" in refused["msg"], refused
    assert {name: server.snapshot()[name] for name in origin} == origin


def test_a_file_of_our_name_that_is_somebody_elses_is_left_alone(start: Start, azure_dns: Azure, cloud: Cloud) -> None:
    server = start("unbound", azure_dns.other)
    theirs = server.directory / "privatelink-recovery.conf"
    theirs.write_text("# ours, they say\n")
    refused = cloud.run(MODULE, **forward(server, azure_dns))
    assert "was not written by this collection" in refused["msg"], refused
    assert theirs.read_text() == "# ours, they say\n"


def test_the_checker_judges_a_copy_and_says_what_does_not_go_together(
    start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start("bind", azure_dns.other)
    options = server.etc / "named.conf.options"
    options.write_text(
        options.read_text().replace(
            "dnssec-validation auto;", 'dnssec-validation auto; validate-except { "corp.example"; };'
        )
    )
    origin = server.snapshot()
    refused = cloud.run(MODULE, check_mode=True, **forward(server, azure_dns))
    assert "does not take the new configuration: named-checkconf says" in refused["msg"], refused
    assert "validate-except" in refused["msg"] and "/tmp/privatelink" not in refused["msg"]
    assert server.snapshot() == origin


def test_without_a_checker_nothing_is_changed(
    start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start("unbound", azure_dns.other)
    origin = server.snapshot()
    monkeypatch.setattr(trial, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nowhere")
    refused = cloud.run(MODULE, **forward(server, azure_dns))
    assert "unbound-checkconf is not installed on this host" in refused["msg"], refused
    assert server.snapshot() == origin


def test_a_target_that_knows_a_name_otherwise_is_warned_of(start: Start, azure_dns: Azure, cloud: Cloud) -> None:
    server = start("dnsmasq", azure_dns.other)
    names = [{"fqdn": FIRST, "ip_addresses": ["10.1.1.99"]}, {"fqdn": SECOND, "ip_addresses": ["10.1.1.5"]}]
    done = cloud.run(MODULE, **forward(server, azure_dns, names=names))
    assert len(done["warnings"]) == 1 and "expected 10.1.1.99" in done["warnings"][0], done

"""Rehearsals of an operator's own variables, played to the end as processes: what is printed, what is left, what is reported."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tools import __main__ as command
from ansible_collections.privatelink.recovery.tools.environments import Environment
from ansible_collections.privatelink.recovery.tools.paths import BUILD

from .conftest import Cloud
from .stories.support import by_id

JSON = dict[str, t.Any]
ROOT = Path(__file__).resolve().parents[2]
EXTENSIONS = ROOT / "extensions"
GROUPS = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups"
ACCOUNT = f"{GROUPS}/rg-network/providers/Microsoft.Storage/storageAccounts/cachewesteurope"
BLOB = "privatelink.blob.core.windows.net"


def subnet(network: str) -> str:
    return f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/{network}/subnets/endpoints"


def network(name: str, location: str, prefix: str) -> JSON:
    return {
        "name": name,
        "resource_group": "rg-network",
        "location": location,
        "address_prefixes": [f"{prefix}.0.0/16"],
        "subnets": [{"name": "endpoints", "address_prefix": f"{prefix}.1.0/24"}],
    }


#: Groups, a network on either side, the cache account, and a zone of the company that endpoints of ours will use too.
WORLD: JSON = {
    "resource_groups": [
        *({"name": name, "location": "westeurope"} for name in ("rg-backup", "rg-network", "rg-dns")),
        *({"name": name, "location": "northeurope"} for name in ("rg-recovery", "rg-dns-north")),
    ],
    "virtual_networks": [
        network("vnet-source", "westeurope", "10.1"),
        network("vnet-recovery", "northeurope", "10.2"),
    ],
    "storage_accounts": [
        {"name": "cachewesteurope", "resource_group": "rg-network", "location": "westeurope", "kind": "StorageV2"}
    ],
    "private_dns_zones": [
        {
            "name": BLOB,
            "resource_group": "rg-dns",
            "virtual_network_links": [{"name": "company", "virtual_network": "vnet-source"}],
            "records": [{"name": "companystorage", "ip_addresses": ["10.1.1.200"]}],
        }
    ],
}
ENDPOINT: JSON = {"name": "pe-backup", "subnet": subnet("vnet-source"), "dns_zone_resource_group": "rg-dns"}
BACKUP: JSON = {
    "backup_vault_name": "vault-backup",
    "backup_vault_resource_group": "rg-backup",
    "backup_vault_location": "westeurope",
    "backup_endpoints": [ENDPOINT],
}
SITE_RECOVERY: JSON = {
    "site_recovery_vault_name": "vault-recovery",
    "site_recovery_vault_resource_group": "rg-recovery",
    "site_recovery_vault_location": "northeurope",
    "site_recovery_endpoints": [
        {
            "name": "pe-source",
            "side": "source",
            "subnet": subnet("vnet-source"),
            "dns_zone_resource_group": "rg-dns",
        },
        {
            "name": "pe-recovery",
            "side": "recovery",
            "subnet": subnet("vnet-recovery"),
            "dns_zone_resource_group": "rg-dns-north",
        },
    ],
    "site_recovery_storage_accounts": [{"id": ACCOUNT, "use": "cache"}],
}
TO_THE_END = ["check", "converge", "again", "drift", "teardown-check", "teardown", "teardown-again"]


def rehearse(folder: Path, *arguments: str, **files: JSON) -> subprocess.CompletedProcess[str]:
    """``python -m rehearsal`` in a folder, with files there that options name (JSON is YAML)."""
    for name, content in files.items():
        (folder / f"{name}.yml").write_text(json.dumps(content))
    named = [part for name in files for part in (f"--{name}", f"{name}.yml")]
    # Without it every process would compile the Azure packages anew.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-m", "rehearsal", "--build", str(folder / "build"), *named, *arguments],
        env={**surroundings, "PYTHONPATH": str(EXTENSIONS)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def handed(folder: Path, role: str, hosts: int = 1) -> tuple[JSON, dict[str, JSON]]:
    """The report of a rehearsal, and what its local Azure holds at the end."""
    build = folder / "build" / role
    report: JSON = json.loads((build / "report.json").read_text())
    assert (build / "report.md").read_text().startswith(f"# Rehearsal of {role}: {report['result']}\n")
    assert len(report["role_reports"]) == hosts and all(Path(page).is_file() for page in report["role_reports"])
    return report, by_id(json.loads((build / "state.json").read_text())["resources"])


def at_first(world: JSON) -> dict[str, JSON]:
    """What a local Azure of a world holds before anything is run."""
    return by_id(resource.document for resource in Cloud(world).arm.store.all())


def kept_to_the_end(report: JSON) -> None:
    """Each run kept its promise, and something was made and removed."""
    runs = {run["name"]: run for run in report["runs"]}
    assert (report["result"], [*runs]) == ("ok", TO_THE_END), report
    assert {(run["broken"], run["failed"]) for run in runs.values()} == {("", 0)}
    assert {name for name, run in runs.items() if run["writes"]} == {"converge", "teardown"}
    assert all(runs[name]["changed"] for name in ("check", "converge", "teardown-check", "teardown"))


def only_vaults_are_left(left: dict[str, JSON], *vaults: str) -> None:
    """No endpoint, connection, zone, link, record or role of ours is left; what there was before is as it was."""
    before = at_first(WORLD)
    assert {one.rsplit("/", 1)[-1] for one in left.keys() - before.keys()} == {*vaults}
    ours = [left[one] for one in left.keys() - before.keys()]
    assert not any(vault["properties"].get("privateEndpointConnections") for vault in ours)
    # The exception for trusted services stays, as it may be somebody else's by now.
    assert [one for one in before if left.get(one) != before[one]] in ([], [ACCOUNT])


def test_both_roles_of_one_file_are_played_to_the_end_of_the_teardown(tmp_path: Path) -> None:
    done = rehearse(tmp_path, "--teardown", world=WORLD, variables={**BACKUP, **SITE_RECOVERY})
    assert done.returncode == 0, done.stdout + done.stderr
    vaults = {"backup": "vault-backup", "site_recovery": "vault-recovery"}
    for number, role in enumerate(vaults, 1):
        report, left = handed(tmp_path, role)
        kept_to_the_end(report)
        # One world: the second role begins where the first has ended.
        only_vaults_are_left(left, *[*vaults.values()][:number])
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.strip().startswith("build/site_recovery/role-report/") and last.endswith("/report.html")


def test_vaults_of_an_inventory_that_share_zones_are_played_to_the_end_of_the_teardown(tmp_path: Path) -> None:
    def endpoint(name: str) -> JSON:
        return {"backup_vault_name": f"vault-{name}", "backup_endpoints": [{**ENDPOINT, "name": f"pe-{name}"}]}

    hosts = {name: endpoint(name) for name in ("one", "two")}
    group = {"vars": {**BACKUP, "backup_vault_name": "", "backup_endpoints": []}, "hosts": hosts}
    inventory = {"all": {"hosts": {"printer": {}}, "children": {"vaults": group}}}
    done = rehearse(tmp_path, "--teardown", "--hosts", "vaults", world=WORLD, inventory=inventory)
    assert done.returncode == 0, done.stdout + done.stderr
    report, left = handed(tmp_path, "backup", hosts=2)
    kept_to_the_end(report)
    only_vaults_are_left(left, "vault-one", "vault-two")
    record = tmp_path / "build" / "backup" / "converge.jsonl"
    made = [json.loads(line) for line in record.read_text().splitlines()]
    assert {line["host"] for line in made if line["changed"]} == {"one", "two"}
    # Nobody asked for more than the gates and a line for each run.
    assert not [line for line in done.stdout.splitlines() if "TASK [" in line or "(before)" in line]
    assert done.stdout.count("\n-- ") == len(TO_THE_END)


def test_a_check_alone_writes_nothing_and_verbose_shows_its_differences(tmp_path: Path) -> None:
    own = [
        {**one, "dns_servers": ["10.2.0.4"]} if "recovery" in one["name"] else one for one in WORLD["virtual_networks"]
    ]
    world = {**WORLD, "virtual_networks": own}
    asked = {**BACKUP, "backup_endpoints": [{**ENDPOINT, "dns_server": "10.1.0.4"}]}
    checked = rehearse(tmp_path, "--check", "--verbose", world=world, variables=asked)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    report, left = handed(tmp_path, "backup")
    assert [(run["name"], run["result"], run["writes"]) for run in report["runs"]] == [("check", "check", 0)]
    assert report["changed_first"] and left == at_first(world)
    # Who is asked for names: the local Azure in place of who was named, and nobody in the network that has servers of its own.
    given = json.loads((tmp_path / "build" / "backup" / "check.extra.json").read_text())["backup_dns_servers"]
    assert [row["virtual_network"].rsplit("/", 1)[-1] for row in given] == ["vnet-source"]
    assert "dns_server" not in (tmp_path / "build" / "backup" / "variables.yml").read_text()
    replaced = "in vnet-source the local Azure's DNS is asked instead of dns_server of pe-backup"
    unasked = (
        "vnet-recovery has DNS servers of its own (10.2.0.4) and none was named to be asked: its names are not proved"
    )
    assert report["not_as_in_the_run"] == [replaced, unasked]
    assert all(f"\n-- {line}\n" in checked.stdout for line in (replaced, unasked))
    # All that Ansible prints, differences included, and what is printed without it.
    output = (tmp_path / "build" / "backup" / "check.log").read_text()
    assert output in checked.stdout
    assert (
        "TASK [" in output and "/vaults/vault-backup (before)" in output and '+    "location": "westeurope"' in output
    )
    assert "\n-- check: changed=" in checked.stdout and checked.stdout.rstrip().endswith("/report.html")


#: What is said to make, and what the rehearsal is given for it.
SAID = {
    "SCENARIO=backup": ("--scenario", "backup"),
    "VARS=mine.yml": ("--variables", "mine.yml"),
    "WORLD=world.yml": ("--world", "world.yml"),
    "LATENCY=realistic": ("--latency", "realistic"),
    "INVENTORY=hosts.yml": ("--inventory", "hosts.yml"),
    "HOSTS=vaults": ("--hosts", "vaults"),
    "CHECK=1": ("--check",),
    "TEARDOWN=1": ("--teardown",),
    "EXPECT=refused": ("--expect", "refused"),
    "VERBOSE=1": ("--verbose",),
}


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_what_is_said_to_make_reaches_the_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    options = importlib.import_module("rehearsal.__main__")._options
    started: list[list[str]] = []
    monkeypatch.setattr(Environment, "prepare", lambda _environment: None)
    monkeypatch.setattr(os, "execve", lambda _path, words, _environment: started.append(words))
    for said in [[], *([one] for one in SAID), [*SAID]]:
        printed = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", "rehearse", *said],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.replace("\\\n", " ")  # fmt: skip
        words = shlex.split(printed)
        given = words[words.index("rehearse") + 1 :]
        assert given == [word for one in SAID if one in said for word in SAID[one]]
        command._rehearse(given)
        (handed_on,) = started
        started.clear()
        read = vars(options(handed_on[handed_on.index("rehearsal") + 1 :]))
        assert read == {**vars(options(given)), "build": str(BUILD / "rehearsal")}
        assert read["verbose"] == ("VERBOSE=1" in said)

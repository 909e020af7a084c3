"""A task does the same whether it runs in the controller process or as an ordinary module; and it keeps secrets."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_cache import FILE

from ..conftest import BACKUP_ZONES, ENDPOINT, GROUPS, NETWORK, SIGN_IN, SUBNET, SUBSCRIPTION, VAULT
from ..modules import NAMES, documentation
from ..playbooks_support import PREFIX, AzureProcess, Playbooks, Played, defaults, local_play

JSON = dict[str, t.Any]
# What is set up once for all of them is not set up by each worker.
pytestmark = pytest.mark.xdist_group("both ways")
SECRET = "known~secret.of+this/run=7f3a"
PRINCIPAL = "55555555-5555-4555-8555-555555555555"
BLOB = BACKUP_ZONES[1]
THE_WORLD: JSON = {
    "principals": [
        {
            "name": "operator",
            "client_id": "33333333-3333-4333-8333-333333333333",
            "object_id": "44444444-4444-4444-8444-444444444444",
            "client_secret": SECRET,
            "roles": [{"role": "Owner", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
        }
    ],
    "dns_resolvers": [
        {
            "name": "resolver-hub",
            "resource_group": "rg-network",
            "virtual_network": "vnet-hub",
            "outbound_endpoints": [{"name": "out", "subnet": "endpoints"}],
        }
    ],
    "vaults": [{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
    "private_dns_zones": [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES],
    "private_endpoints": [
        {
            "name": name,
            "resource_group": "rg-backup",
            "virtual_network": "vnet-app",
            "subnet": "endpoints",
            "target": VAULT,
            "group_id": group,
            "location": "westeurope",
            "status": status,
        }
        for name, group, status in (
            ("pe-backup", "AzureBackup", "Pending"),
            ("pe-named", "AzureBackup", "Approved"),
            ("pe-recovery", "AzureSiteRecovery", "Approved"),
        )
    ],
    # Roles of the vault's identity have tests of their own.
    "settings": {"replication_storage_roles": "never"},
    "storage_accounts": [
        {"name": "cacheopen", "resource_group": "rg-backup"},
        {
            "name": "cachewesteurope",
            "resource_group": "rg-backup",
            "network_acls": {"defaultAction": "Deny", "bypass": "None"},
        },
    ],
    "subscriptions": [
        {"id": SUBSCRIPTION, "providers": {"Microsoft.KeyVault": "NotRegistered", "Microsoft.Migrate": "Registered"}}
    ],
}

# One change by every module that writes. None depends on another, so that check mode can predict them all.
CHANGES: dict[str, JSON] = {
    "vault": {"resource_group": "rg-backup", "name": "vault-new", "location": "West Europe", "tags": {"a": "1"}},
    "private_endpoint": {
        "resource_group": "rg-backup",
        "name": "pe-new",
        "subnet": SUBNET,
        "target": VAULT,
        "sub_resource": "AzureSiteRecovery",
    },
    "private_endpoint_connection": {"target": VAULT, "private_endpoint": ENDPOINT, "state": "approved"},
    "private_dns_zone": {"zones": [{"name": "privatelink.table.core.windows.net", "resource_group": "rg-dns"}]},
    "private_dns_zone_group": {"private_endpoint": ENDPOINT.replace("pe-backup", "pe-named"), "zones": BACKUP_ZONES},
    "private_dns_records": {
        "zones": [BLOB],
        "names": [{"fqdn": "cache.blob.core.windows.net", "ip_addresses": ["10.1.1.99"]}],
        "owner": "cache",
    },
    "role_definition": {
        "role_name": "Endpoint operator",
        "description": "x",
        "actions": ["Microsoft.Network/privateEndpoints/*"],
    },
    "role_assignment": {
        "assignments": [{"scope": f"{GROUPS}/rg-backup", "role": "Contributor", "principal_id": PRINCIPAL}],
        "settle_seconds": 0,
    },
    "provider_registration": {"namespace": "Microsoft.KeyVault"},
    "replicated_machine": {
        "vault": VAULT,
        "machine": f"{GROUPS}/rg-backup/providers/Microsoft.Compute/virtualMachines/vm01",
        "disks": [f"{GROUPS}/rg-backup/providers/Microsoft.Compute/disks/vm01-os"],
        "source_location": "westeurope",
        "recovery_location": "northeurope",
        "recovery_resource_group_id": f"{GROUPS}/rg-dns",
        "cache_storage_account": f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts/cacheopen",
    },
    "storage_account_access": {"resource_group": "rg-backup", "name": "cachewesteurope"},
    "migrate_project": {
        "resource_group": "rg-backup",
        "name": "project-new",
        "location": "westeurope",
        "public_network_access": "Disabled",
        "solutions": False,
    },
    "key_vault": {"resource_group": "rg-backup", "name": "kv-project-new", "location": "westeurope"},
    "storage_account": {"resource_group": "rg-backup", "name": "projectnew", "location": "westeurope"},
    "dns_forwarding_ruleset": {
        "name": "rules-app",
        "resource_group": "rg-network",
        "outbound_endpoints": [
            f"{GROUPS}/rg-network/providers/Microsoft.Network/dnsResolvers/resolver-hub/outboundEndpoints/out"
        ],
    },
    "dns_resolver": {"name": "resolver-app", "resource_group": "rg-network", "virtual_network": NETWORK},
}

# These change a host or a file, not Azure, and each time something else (a key, a PIN); tests of their own run them.
ON_THE_HOST = {"dpm_server", "migrate_appliance", "passphrase_copy", "security_pin", "vault_credentials"}

# Tasks that fail, each in another layer.
FAILURES: dict[str, tuple[str, JSON]] = {
    "refusal": ("vault", {"resource_group": "rg-backup", "name": "vault-backup", "location": "northeurope"}),
    "input": ("private_endpoint", {**CHANGES["private_endpoint"], "subnet": "endpoints"}),
    "unknown option": ("vault", {"resource_group": "rg-backup", "name": "vault-none", "nonsense": 1}),
    "no such choice": ("vault", {"resource_group": "rg-backup", "name": "vault-none", "storage_redundancy": "Twice"}),
    "missing option": ("vault", {"name": "vault-none"}),
    "wrong secret": ("vault", {"resource_group": "rg-backup", "name": "vault-none", "secret": "wrong~secret.1234"}),
    "not found": ("vault", {"resource_group": "rg-none", "name": "vault-none"}),
}
READERS = {
    "vault_info": {"resource_group": "rg-backup", "name": "vault-backup"},
    "private_endpoint_info": {"resource_group": "rg-backup", "name": "pe-backup"},
    "vault_freshness": {"vault": VAULT, "sub_resource": "AzureSiteRecovery", "enforce": False},
    "subnet_capacity": {"subnet": SUBNET, "sub_resource": "AzureBackup"},
}
WAYS = ("in process", "as a module")
FORESEE, BETWEEN = "foresee ", "how many requests so far"
# The same world, but not the same number of requests before: what Azure draws by chance differs.
DRAWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}[0-9a-f]{4}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d(:|%3A)\d\d(:|%3A)\d\d[.\d]*Z?"
    r"|(?<=/operationStatus/)[\w=-]+"
    r'|"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}"'  # the etag of a project
)
TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}")


@dataclass(frozen=True)
class Phase:
    """The tasks in check mode, or for good: their names' prefix, what they wrote to Azure, and their requests."""

    prefix: str
    writes: list[str]
    requests: list[str]


@dataclass(frozen=True)
class Story:
    """Every task in check mode and then for good, one way."""

    played: Played
    phases: dict[str, Phase]
    directory: Path

    def result(self, phase: str, name: str) -> JSON:
        """What a task of a phase returned."""
        return self.played[self.phases[phase].prefix + name]

    def outcome(self, phase: str, name: str) -> str:
        """How it ended."""
        return self.played.outcome(self.phases[phase].prefix + name)


def tasks(count: str) -> list[JSON]:
    """Those that write in check mode, a look at how many requests that were, and all; those that fail stop nothing."""
    changes: list[JSON] = [{"name": name, PREFIX + name: options} for name, options in CHANGES.items()]
    # Modules have files of their own, which could be left behind, in one phase only: it is faster without.
    foreseen = {"check_mode": True, "vars": {"ansible_pipelining": True}}
    made = [{**task, **foreseen, "name": FORESEE + task["name"]} for task in changes]
    made += [{"name": BETWEEN, "ansible.builtin.debug": {"msg": count}}, *changes]
    made += [{"name": name, PREFIX + name: options} for name, options in READERS.items()]
    failing = ((name, PREFIX + module, options) for name, (module, options) in FAILURES.items())
    return made + [{"name": name, module: options, "ignore_errors": True} for name, module, options in failing]


def tell(azure: AzureProcess, playbooks: Playbooks, way: str) -> Story:
    """Play the tasks, and tell what belongs to which phase."""
    azure.start_over(**THE_WORLD)
    log = f"{azure.ready['arm_endpoint']}/emulator/requests"
    lookup = f"lookup('ansible.builtin.url', '{log}', ca_path='{azure.ready['ca_file']}', split_lines=false)"
    play = local_play(
        tasks(f"{{{{ ({lookup} | ansible.builtin.from_json).value | map(attribute='number') | max }}}}"),
        # One by one: what is asked side by side has no order to compare.
        module_defaults=defaults({**azure.options(), "secret": SECRET, "concurrency": 1}),
        vars={"ansible_python_interpreter": playbooks.foreign_interpreter()} if way == "as a module" else {},
    )
    environment = {"ANSIBLE_LOG_PATH": str(playbooks.directory / "log"), "ANSIBLE_PIPELINING": "0"}
    played = playbooks.play(play, "-vvv", "--diff", **environment)
    between, log_of = int(played[BETWEEN]["msg"]), azure.requests()

    def phase(prefix: str, entries: list[JSON]) -> Phase:
        asked = [entry for entry in entries if not SIGN_IN.search(entry["path"])]
        writes = [f"{e['method']} {e['path']}" for e in asked if is_write(e["method"], e["path"])]
        return Phase(prefix, writes, [f"{e['method']} {e['path']} {e['status']}" for e in asked])

    phases = {
        "check": phase(FORESEE, [entry for entry in log_of if entry["number"] <= between]),
        "run": phase("", [entry for entry in log_of if entry["number"] > between]),
    }
    return Story(played, phases, playbooks.directory)


@pytest.fixture(scope="module")
def stories(azure_process: AzureProcess, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """The story both ways."""
    return {way: tell(azure_process, Playbooks(tmp_path_factory.mktemp("way")), way) for way in WAYS}


def comparable(result: JSON) -> t.Any:
    """A result without what is drawn by chance and without what only says which way it was reached."""
    kept = {key: value for key, value in result.items() if not key.startswith("_ansible")}
    kept.pop("invocation", None)
    return _plain(kept)


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return DRAWN.sub("drawn", value) if isinstance(value, str) else value


def test_every_writing_module_has_a_row() -> None:
    writing = {name for name in NAMES if f"{PREFIX}attributes" in documentation(name)["extends_documentation_fragment"]}
    assert sorted(writing - CHANGES.keys()) == sorted(ON_THE_HOST)


@pytest.mark.parametrize(
    ("phase", "name"),
    [("check", name) for name in CHANGES] + [("run", name) for name in (*CHANGES, *READERS, *FAILURES)],
)
def test_both_ways_give_the_same_result(stories: dict[str, Story], name: str, phase: str) -> None:
    one, other = (comparable(stories[way].result(phase, name)) for way in WAYS)
    assert one == other


@pytest.mark.parametrize("phase", ["check", "run"])
def test_both_ways_send_the_same_requests(stories: dict[str, Story], phase: str) -> None:
    one, other = (DRAWN.sub("drawn", "\n".join(stories[way].phases[phase].requests)) for way in WAYS)
    assert one.splitlines() == other.splitlines()
    assert len(one.splitlines()) > len(CHANGES)


@pytest.mark.parametrize("way", WAYS)
def test_check_mode_predicts_and_writes_nothing(stories: dict[str, Story], way: str) -> None:
    story = stories[way]
    assert story.phases["check"].writes == []
    assert story.phases["run"].writes != []
    for name in CHANGES:
        predicted, done = (story.result(phase, name) for phase in story.phases)
        assert {story.outcome(phase, name) for phase in story.phases} == {"ok"}
        assert (predicted["changed"], done["changed"]) == (True, True), name
        assert _plain(predicted["diff"]) == _plain(done["diff"]), name


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FAILURES)
def test_failures_fail(stories: dict[str, Story], way: str, name: str) -> None:
    words = {
        "refusal": "cannot change it in place",
        "input": "subnet is not the id",
        "unknown option": f"Unsupported parameters for ({PREFIX}vault) module: nonsense",
        "no such choice": "value of storage_redundancy must be one of",
        "missing option": "missing required arguments: resource_group",
        "wrong secret": "AADSTS7000215",
        "not found": "Create the resource group first",
    }
    played = stories[way].played
    assert played.outcome(name) == "failed"
    assert words[name] in played[name]["msg"]


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_and_no_token_is_shown_or_left_behind(stories: dict[str, Story], way: str) -> None:
    story = stories[way]
    texts = {"output": story.played.output}
    for path in story.directory.rglob("*"):
        if path.is_file() and not re.fullmatch(r"play\d+\.yml", path.name):
            texts[str(path)] = path.read_text(errors="replace")
    assert any(name.endswith("/log") for name in texts)
    for name, text in texts.items():
        assert SECRET not in text, name
        assert "wrong~secret" not in text, name
        assert not TOKEN.search(text), name
        assert "authorization:" not in text.lower() and "bearer " not in text.lower(), name


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_in_the_temporary_directories(stories: dict[str, Story], way: str) -> None:
    directory = stories[way].directory
    assert [path.name for path in directory.rglob("*") if path.name.startswith(FILE)] == []
    assert list((directory / "controller").iterdir()) == []


def test_a_token_would_be_seen(azure: AzureProcess) -> None:
    import json
    import urllib.parse
    import urllib.request

    ready = azure.ready
    form = {
        "grant_type": "client_credentials",
        "client_id": ready["client_id"],
        "client_secret": ready["client_secret"],
        "scope": "https://management.azure.com/.default",
    }
    url = f"{ready['authority']}/{ready['tenant_id']}/oauth2/v2.0/token"
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), context=azure.context) as answer:
        assert TOKEN.search(json.load(answer)["access_token"])


@pytest.mark.parametrize(("share", "modes"), [(True, ["600"]), (False, [])])
def test_the_shared_token_is_private_and_goes_with_the_run(
    azure: AzureProcess, playbooks: Playbooks, share: bool, modes: list[str]
) -> None:
    reading = {"name": "read", PREFIX + "vault_info": {"resource_group": "rg-backup"}}
    look = {"name": "look", "ansible.builtin.command": f"find {playbooks.temporary} -name '{FILE}*' -printf '%m\\n'"}
    again = {**reading, "name": "again"}
    played = playbooks.play(
        local_play([reading, look, again], module_defaults=defaults({**azure.options(), "share_token": share}))
    )
    assert played.code == 0, played.output
    assert played["look"]["stdout_lines"] == modes
    assert list(playbooks.temporary.iterdir()) == []
    signed_in = [entry for entry in azure.requests() if entry["path"].endswith("/token")]
    assert len(signed_in) == (1 if share else 2)

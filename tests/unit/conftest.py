"""Fixtures: an emulated Azure in this process, and modules run against it the way the runner runs them."""

from __future__ import annotations

import copy
import os
import re
import time
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Connection, Context
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module, Task, execute

from .playbooks_support import AzureProcess, Playbooks

JSON = dict[str, t.Any]
#: Answers come at once here, so one thread asks, in an order that tests can name; TESTS_NEAR=0 has all of them ask side
#: by side.
NEAR = float(os.environ.get("TESTS_NEAR", "inf"))
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
VAULT = f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup"
NETWORK = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app"
SUBNET = f"{NETWORK}/subnets/endpoints"
ENDPOINT = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup"
ZONES = f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones"
BACKUP_ZONES = [
    f"{ZONES}/privatelink.we.backup.windowsazure.com",
    f"{ZONES}/privatelink.blob.core.windows.net",
    f"{ZONES}/privatelink.queue.core.windows.net",
]
#: Paths that only find out who asks.
SIGN_IN = re.compile(r"/oauth2/|/\.well-known/|/metadata/")
CREDENTIALS = {
    "auth_source": "auto",
    "client_id": "33333333-3333-4333-8333-333333333333",
    "secret": "rehearsal-secret",
    "tenant": "11111111-1111-4111-8111-111111111111",
    "subscription_id": SUBSCRIPTION,
    "cloud_environment": in_process.BASE_URL,
}
WORLD: JSON = {
    "resource_groups": [
        {"name": name, "location": "westeurope"} for name in ("rg-backup", "rg-network", "rg-dns", "rg-dns-hub")
    ],
    "virtual_networks": [
        {
            "name": "vnet-app",
            "resource_group": "rg-network",
            "location": "westeurope",
            "address_prefixes": ["10.1.0.0/16"],
            "subnets": [
                {"name": "endpoints", "address_prefix": "10.1.1.0/24", "private_endpoint_network_policies": "Disabled"},
                {"name": "small", "address_prefix": "10.1.2.0/28", "private_endpoint_network_policies": "Disabled"},
                {"name": "policed", "address_prefix": "10.1.3.0/24", "private_endpoint_network_policies": "Enabled"},
            ],
        },
        {
            "name": "vnet-hub",
            "resource_group": "rg-network",
            "location": "westeurope",
            "address_prefixes": ["10.2.0.0/16"],
            "subnets": [
                {"name": "endpoints", "address_prefix": "10.2.1.0/24", "private_endpoint_network_policies": "Disabled"}
            ],
        },
        {
            "name": "vnet-north",
            "resource_group": "rg-network",
            "location": "northeurope",
            "address_prefixes": ["10.3.0.0/16"],
            "subnets": [
                {"name": "endpoints", "address_prefix": "10.3.1.0/24", "private_endpoint_network_policies": "Disabled"}
            ],
        },
    ],
}


class Cloud:
    """An emulated Azure for one test.

    ``arm`` is the emulator, ``run`` runs a module's table and returns its result, ``writes`` lists what was written
    since :meth:`mark`.
    """

    def __init__(self, world: JSON | None = None, latency: str = "instant") -> None:
        # Real time stands still: only waiting, which the transport turns into emulated time, makes it pass.
        started = time.time()
        self.arm = build_arm(copy.deepcopy(WORLD if world is None else world), latency, Clock(lambda: started))
        self.progress: list[str] = []
        self._mark = 0

    def context(self, check_mode: bool = False) -> Context:
        """What the runner's process would provide, led to the emulator."""
        return Context(
            check_mode=check_mode,
            progress=self.progress.append,
            transport=in_process.transport(self.arm),
            now=self.arm.clock.now,
            near=NEAR,
            environment={},
        )

    def task(self, check_mode: bool = False, **options: t.Any) -> Task:
        """A task whose options are only those of the connection and the given ones."""
        return Task({**CREDENTIALS, **options}, self.context(check_mode), diff_mode=True)

    @property
    def connection(self) -> Connection:
        """An open connection."""
        return self.task().connection

    def run(self, module: Module, *, check_mode: bool = False, diff: bool = True, **options: t.Any) -> JSON:
        """Validate the options as Ansible does and run the module. What describes a sequence may stand beside its stage."""
        given = {**(CREDENTIALS if module.connected else {}), **options}
        if "sequence" in module.options and "sequence" not in given:
            described = module.options["sequence"].options
            given["sequence"] = {name: given.pop(name) for name in [*given] if name in described}
        validation = ArgumentSpecValidator(**module.arguments()).validate(copy.deepcopy(given))
        assert not validation.error_messages, validation.error_messages
        return execute(module, Task(dict(validation.validated_parameters), self.context(check_mode), diff_mode=diff))

    def event(self, name: str, **payload: t.Any) -> JSON:
        """Something happens to a vault."""
        return self.arm.events[name](payload)

    def mark(self) -> None:
        """Forget the requests made so far."""
        self._mark = len(self.arm.log)

    def requests(self) -> list[JSON]:
        """The requests since the mark, sign-in excluded."""
        return [entry for entry in self.arm.log[self._mark :] if not SIGN_IN.search(entry["path"])]

    def writes(self) -> list[str]:
        """The writes since the mark."""
        return [f"{e['method']} {e['path']}" for e in self.requests() if is_write(e["method"], e["path"])]

    def document(self, resource_id: str) -> JSON:
        """A resource as GET answers it."""
        self.arm.scheduler.settle()
        found: JSON = self.arm.store.get(resource_id).document
        return found

    def exists(self, resource_id: str) -> bool:
        """Whether a resource is there."""
        self.arm.scheduler.settle()
        return self.arm.store.find(resource_id) is not None


@pytest.fixture
def cloud() -> Cloud:
    """An emulated Azure with groups and networks, and nothing else."""
    return Cloud()


@pytest.fixture
def make_cloud() -> t.Callable[..., Cloud]:
    """Emulated Azures with worlds of the test's own, laid over the usual one."""

    def make(latency: str = "instant", **world: t.Any) -> Cloud:
        return Cloud({**copy.deepcopy(WORLD), **world}, latency)

    return make


def four_times(cloud: Cloud, module: Module, **options: t.Any) -> JSON:
    """The four promises: check mode predicts and writes nothing, the run does it, a second run changes nothing."""
    cloud.mark()
    predicted = cloud.run(module, check_mode=True, **options)
    assert not predicted.get("failed"), predicted
    assert cloud.writes() == []
    done = cloud.run(module, **options)
    assert not done.get("failed"), done
    assert done["changed"] is predicted["changed"] is True
    assert done["diff"] == predicted["diff"]
    assert cloud.writes() != []
    cloud.mark()
    again = cloud.run(module, **options)
    assert not again.get("failed"), again
    assert again["changed"] is False, again
    assert cloud.writes() == []
    return done


@pytest.fixture(scope="session")
def azure_process(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[AzureProcess]:
    """The emulator process of this test session."""
    with AzureProcess(tmp_path_factory.mktemp("azure"), WORLD) as process:
        yield process


@pytest.fixture
def azure(azure_process: AzureProcess) -> AzureProcess:
    """The emulator process, started over from the usual world."""
    azure_process.start_over()
    return azure_process


@pytest.fixture
def playbooks(tmp_path: Path) -> Playbooks:
    """A place to run playbooks in."""
    return Playbooks(tmp_path)

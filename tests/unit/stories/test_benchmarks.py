"""What ``make bench`` plays for many vaults can be played, and a second run finds nothing to do."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.tests.benchmarks.description import Description, described

from ..conftest import Cloud
from .conftest import Tell
from .sequence import read

HOSTS = 2


@pytest.mark.parametrize("name", described())
def test_a_measured_sequence_converges_and_stays(name: str, tell: Tell) -> None:
    description = Description(name)
    hosts = [description.host, *(f"vault-{number:03}" for number in range(1, HOSTS))]
    cloud, variables = Cloud(description.world(hosts)), read(description.path)["variables"]
    for expected in ("converged", "unchanged"):
        for host in hosts:
            cloud.mark()
            # Names are resolved where there is a server for them, which is in processes of their own.
            played = tell(cloud, {**variables, "inventory_hostname": host, "dns": []}, description.role).play()
            # The rest of a project is a person's, so its report waits for them.
            assert played.failure == "" and played.report["result"] in (expected, "waiting")
            assert bool(cloud.writes()) is bool(played.changes) is (expected == "converged")

"""Every gate of every sequence: its remedy, done to the letter, opens it; for who plays a role and for who uses the module."""

from __future__ import annotations

import copy
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates.access import FOUNDATION
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import COMMON, OWN
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE

from ..conftest import Cloud
from .remedies import BASES, FORWARD, NOT_OF, TEARDOWN, Base, Case, Make
from .sequence import Sequence, variables_rendered

JSON = dict[str, t.Any]
#: Azure Migrate leads to no vault, so its cases are its own: test_migrate_remedies.py.
OF_VAULTS = {name: sequence for name, sequence in SEQUENCES.items() if name in BASES}
FORWARD_ROWS = {name: [row.name for row in (*FOUNDATION, *sequence.gates)] for name, sequence in OF_VAULTS.items()}
TEARDOWN_ROWS = {name: [row.name for row in sequence.teardown_gates] for name, sequence in OF_VAULTS.items()}
CASES = [
    (role, stage, row, make)
    for stage, rows, table in (("all", FORWARD_ROWS, FORWARD), ("teardown", TEARDOWN_ROWS, TEARDOWN))
    for role, names in rows.items()
    for row in names
    for make in table.get(row, ())
    if role not in NOT_OF.get(make.__name__, ())
]
#: A role that has the gates of another, with the same variables, is played in each row's first case only.
PLAYED = [
    one for one in CASES if one[0] != "dpm_mabs" or one[3] is {"all": FORWARD, "teardown": TEARDOWN}[one[1]][one[2]][0]
]

IDS = [f"{role}, {stage}, {row}, {make.__name__}" for role, stage, row, make in PLAYED]
#: The options of the module are the same for every sequence, so each case is asked for one of them.
OF_THE_MODULE = {f"{row}, {make.__name__}": (role, stage, row, make) for role, stage, row, make in reversed(CASES)}


def test_every_gate_of_every_sequence_has_a_case() -> None:
    tried = {(role, stage, row) for role, stage, row, _make in PLAYED}
    gates = {(role, "all", row) for role, names in FORWARD_ROWS.items() for row in names}
    gates |= {(role, "teardown", row) for role, names in TEARDOWN_ROWS.items() for row in names}
    assert gates - tried == set()
    assert {*FORWARD} == {row for names in FORWARD_ROWS.values() for row in names}


def spelled_out(text: str, prefix: str) -> JSON:
    """What a remedy says to type, ``name: value``: the value as YAML reads it, by what follows the prefix of the name."""
    pattern = rf"(?<![\w.]){re.escape(prefix)}([\w.]+): (\[[^\]]*\]|[\w-]+)"
    return {found[1]: yaml.safe_load(found[2]) for found in re.finditer(pattern, text)}


class Asked:
    """A gate asked by a role or by the module, in one world after another."""

    def __init__(self, base: Base, case: Case, directory: Path) -> None:
        self.base, self.case, self.directory, self.count = base, case, directory, 0

    def cloud(self, overlay: JSON) -> Cloud:
        """The world of the role with something laid over it."""
        return Cloud({**copy.deepcopy(self.base.world), **copy.deepcopy(overlay)})

    def role(self, cloud: Cloud, suffixes: JSON) -> Sequence:
        """The role with these variables."""
        self.count += 1
        variables = {f"{self.base.role}_{name}": value for name, value in suffixes.items()}
        return Sequence(cloud, self.directory / str(self.count), self.base.role, **variables)

    def of(self, gates: list[JSON], row: str) -> list[JSON]:
        """What the gate says that is not ok."""
        name = self.case.name or row
        bad = ("warning",) if self.case.warns else ("refused", "unknown")
        return [gate for gate in gates if gate["name"] == name and gate["verdict"] in bad]


def the_remedy(said: list[JSON]) -> str:
    assert said, "the gate was not brought to refuse"
    assert all(gate["remedy"] for gate in said)
    return " ".join(gate["remedy"] for gate in said)


def applied(case: Case, remedy: str, prefix: str, name: t.Callable[[str], str]) -> JSON:
    """The variables after the remedy: suffix and value. ``name`` gives the name of a variable as the remedy has it."""
    assert case.says in remedy, remedy
    for suffix in case.chosen:
        assert re.search(rf"(?<![\w.]){re.escape(prefix + name(suffix))}(?!\w)", remedy), (suffix, remedy)
    written = spelled_out(remedy, prefix)
    assert {name(suffix) for suffix in case.typed} <= {*written}, remedy
    return {**case.chosen, **{suffix: written[name(suffix)] for suffix in case.typed}}


@pytest.mark.parametrize(("role", "stage", "row", "make"), PLAYED, ids=IDS)
def test_a_role_says_what_to_do_and_that_opens_the_gate(
    role: str, stage: str, row: str, make: Make, tmp_path: Path
) -> None:
    base = BASES[role]
    case = make(base)
    asked, desired = Asked(base, case, tmp_path), {**base.desired, **case.desired}
    cloud = asked.cloud(case.world)
    entry, confirmed = (
        ("preflight", {}) if stage == "all" else ("teardown", {"teardown_confirm": desired["vault_name"]})
    )
    if stage == "teardown":
        made = asked.role(cloud, desired).play()
        assert not made.failure, made.failure
    if case.before:
        case.before(cloud)
    refused = asked.role(cloud, {**desired, **confirmed}).play(entry)
    remedy = the_remedy(asked.of(refused.report["gates"], row))
    assert bool(refused.failure) is not case.warns
    typed = applied(case, remedy, f"{role}_", lambda suffix: suffix)
    if case.deed:
        case.deed(cloud)
    if case.mended is not None:
        cloud = asked.cloud(case.mended)
    if typed or case.deed or case.mended is not None:
        again = asked.role(cloud, {**desired, **confirmed, **typed}).play(entry)
        assert asked.of(again.report["gates"], row) == []


def path_of(role: str, suffix: str) -> str:
    """The option that a variable fills."""
    return {**COMMON, **OWN[role]}[suffix]


def test_names_of_the_module_are_those_of_its_options() -> None:
    assert spelled_out("set sequence.dns_mode: policy, or a.sequence.x: y", "sequence.") == {"dns_mode": "policy"}
    assert spelled_out("backup_accepted_network_policies: [A, B].", "backup_") == {
        "accepted_network_policies": ["A", "B"]
    }


@pytest.mark.parametrize(("role", "stage", "row", "make"), OF_THE_MODULE.values(), ids=[*OF_THE_MODULE])
def test_the_module_names_its_options_and_they_open_the_gate(
    role: str, stage: str, row: str, make: Make, tmp_path: Path
) -> None:
    base = BASES[role]
    case = make(base)
    asked, desired = Asked(base, case, tmp_path), {**base.desired, **case.desired}

    def gates(cloud: Cloud, suffixes: JSON) -> list[JSON]:
        sequence = variables_rendered(asked.role(cloud, suffixes))[f"{role}_sequence"]
        result = cloud.run(MODULE, stage=stage, enforce=False, sequence={**sequence, "role": "", "variables": []})
        assert not result.get("failed"), result
        return t.cast("list[JSON]", result["gates"])

    cloud = asked.cloud(case.world)
    if stage == "teardown":
        assert not asked.role(cloud, desired).play().failure
    if case.before:
        case.before(cloud)
    remedy = the_remedy(asked.of(gates(cloud, desired), row))
    # The name of a playbook may begin as a variable of the role does.
    assert f"{role}_" not in re.sub(r"playbook \S+", "", remedy)
    typed = applied(case, remedy, "sequence.", lambda suffix: path_of(role, suffix))
    if case.deed:
        case.deed(cloud)
    if case.mended is not None:
        cloud = asked.cloud(case.mended)
    if typed or case.deed or case.mended is not None:
        assert asked.of(gates(cloud, {**desired, **typed}), row) == []

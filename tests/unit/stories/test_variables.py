"""Wrong variables files: each is refused with a message that names the variable and the cure, before any request."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..conftest import WORLD, Cloud
from ..worlds import dpm_mabs as dpm
from ..worlds import migrate
from ..worlds import site_recovery as recovery
from .sequence import ROLES, Played, Sequence
from .settings import PROTECTED, RECOVERY
from .support import DESIRED
from .wrong_variables import CASES, endpoint_in

JSON = dict[str, t.Any]


def specification(role: str, entry: str = "check_variables") -> JSON:
    """The options of a role's entry point."""
    read = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: JSON = read["argument_specs"][entry]["options"]
    return options


def refusal(cloud: Cloud, directory: Path, role: str, variables: JSON) -> str:
    """What an operator reads: first Ansible judges the types by the role's specification, then the role judges the rest."""
    spec = specification(role)
    judged = ArgumentSpecValidator(spec).validate({name: variables[name] for name in spec if name in variables})
    if judged.error_messages:
        return " ".join(judged.error_messages)
    return checked(cloud, directory, role, variables).failure


def checked(cloud: Cloud, directory: Path, role: str, variables: JSON, **connection: str) -> Played:
    """The role's ``check_variables``. The credentials of the cloud are taken away: none are needed."""
    sequence = Sequence(cloud, directory, role, **variables)
    sequence.connection = connection
    run = sequence.play("check_variables")
    assert cloud.requests() == []
    return run


@pytest.mark.parametrize(
    ("role", "variables", "words"), CASES, ids=[" ".join(words)[:60] for _role, _wrong, words in CASES]
)
def test_a_wrong_variables_file_is_refused(
    role: str, variables: JSON, words: tuple[str, ...], cloud: Cloud, tmp_path: Path
) -> None:
    reported = refusal(cloud, tmp_path, role, variables)
    assert [word for word in words if word not in reported] == [], reported


def test_there_are_sixty() -> None:
    assert len(CASES) >= 60


RIGHT: dict[str, JSON] = {"backup": DESIRED, "site_recovery": {**RECOVERY, **PROTECTED}, "dpm_mabs": dpm.DESIRED}


@pytest.mark.parametrize(("role", "variables"), RIGHT.items())
def test_right_variables_pass_without_credentials(role: str, variables: JSON, cloud: Cloud, tmp_path: Path) -> None:
    assert refusal(cloud, tmp_path, role, variables) == ""


#: Names of clouds, and what the message says of each.
CLOUDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Azure", ("cloud_environment 'Azure' is neither", "AzureUSGovernment", "AZURE_CLOUD_ENVIRONMENT")),
    ("AzureGermanCloud", ("cloud_environment AzureGermanCloud was retired", "use AzureCloud")),
    ("http://management.corp.example", ("cloud_environment http://management.corp.example is not https",)),
    ("AzureChinaCloud", ("westeurope belongs to AzureCloud", "cloud_environment is AzureChinaCloud")),
)


@pytest.mark.parametrize(("name", "words"), CLOUDS)
@pytest.mark.parametrize("role", RIGHT)
def test_a_wrong_cloud_is_refused(role: str, name: str, words: tuple[str, ...], cloud: Cloud, tmp_path: Path) -> None:
    reported = checked(cloud, tmp_path, role, RIGHT[role], cloud_environment=name).failure
    assert [word for word in words if word not in reported] == [], reported


@pytest.mark.parametrize("role", RIGHT)
def test_the_cloud_of_the_environment_is_judged(
    role: str, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", "AzureGovernment")
    assert "cloud_environment 'AzureGovernment' is neither" in refusal(cloud, tmp_path, role, RIGHT[role])


@pytest.mark.parametrize("entry", ["main", "preflight", "verify", "drift", "teardown"])
def test_every_entry_point_refuses_a_cloud_that_is_none(entry: str, cloud: Cloud, tmp_path: Path) -> None:
    role = Sequence(cloud, tmp_path, "backup", **DESIRED, backup_teardown_confirm="vault-backup")
    role.connection = {**role.connection, "cloud_environment": "AzureGovernment"}
    run = role.play(entry)
    assert "cloud_environment 'AzureGovernment' is neither a known cloud (AzureCloud," in run.failure
    assert cloud.requests() == []


class Misspelt(t.NamedTuple):
    """A region nobody knows: what ``check_variables`` warns of, where the role has it, and what the run says that asks Azure."""

    role: str
    wrong: JSON
    world: JSON
    warning: str
    refusal: tuple[str, ...]


MISSPELT = (
    Misspelt(
        "backup",
        {**DESIRED, "backup_vault_location": "West Europ"},
        WORLD,
        "backup_vault_location: no public list has the region westeurop; did you mean westeurope?",
        ("Nobody knows the region westeurop", "Correct backup_vault_location (did you mean westeurope?)"),
    ),
    Misspelt(
        "backup",
        endpoint_in("westeuropa"),
        WORLD,
        "no public list has the region westeuropa; did you mean westeurope?",
        ("westeuropa", "backup_endpoints"),
    ),
    Misspelt(
        "site_recovery",
        {**RECOVERY, "site_recovery_vault_location": "nortEurope"},
        recovery.WORLD,
        "site_recovery_vault_location: no public list has the region norteurope; did you mean northeurope?",
        (
            "Azure has no Microsoft.RecoveryServices/vaults in a region norteurope",
            "Correct site_recovery_vault_location (did you mean northeurope?)",
        ),
    ),
    Misspelt(
        "site_recovery",
        {**RECOVERY, **PROTECTED, "site_recovery_source_location": "westeuropee"},
        recovery.WORLD,
        "site_recovery_source_location: no public list has the region westeuropee; did you mean westeurope?",
        ("westeuropee", "Correct site_recovery_source_location"),
    ),
    Misspelt(
        "migrate",
        {**migrate.MAKE, "migrate_location": "westeurop", "migrate_stand_in": "hosts"},
        migrate.world_with(migrate.to_be_made),
        "",
        ("westeurop", "Correct migrate_location (did you mean westeurope?)"),
    ),
    Misspelt(
        "dpm_mabs",
        {**dpm.DESIRED, "dpm_mabs_vault_location": "westeurpe"},
        dpm.WORLD,
        "dpm_mabs_vault_location: no public list has the region westeurpe; did you mean westeurope?",
        ("Nobody knows the region westeurpe", "Correct dpm_mabs_vault_location (did you mean westeurope?)"),
    ),
)


@pytest.mark.parametrize("case", MISSPELT, ids=[f"{case.role} {case.warning[:30]}" for case in MISSPELT])
def test_a_region_nobody_knows_is_warned_of_and_refused_where_azure_is_asked(
    case: Misspelt, make_cloud: t.Callable[..., Cloud], tmp_path: Path
) -> None:
    cloud = make_cloud(**case.world)
    if case.warning:
        alone = checked(cloud, tmp_path / "alone", case.role, case.wrong)
        assert not alone.failure
        assert [text for text in alone.warnings if case.warning in text] == alone.warnings != []
    run = Sequence(cloud, tmp_path / "asked", case.role, **case.wrong).play()
    assert [word for word in case.refusal if word not in run.failure] == [], run.failure
    assert cloud.requests() != [] and cloud.writes() == []


@pytest.mark.parametrize("entry", ["main", "preflight", "verify", "drift", "teardown"])
def test_every_entry_point_refuses_a_name_it_does_not_know(entry: str, cloud: Cloud, tmp_path: Path) -> None:
    desired = {**DESIRED, "backup_public_network_acess": "unchanged", "backup_teardown_confirm": "vault-backup"}
    run = Sequence(cloud, tmp_path, "backup", **desired).play(entry)
    assert "did you mean backup_public_network_access?" in run.failure
    assert cloud.requests() == []

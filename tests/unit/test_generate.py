"""Files that have generated parts are as their table says, and ``make lint`` notices when they are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.tools import generate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The parts of the collection that are read, to be spoiled."""
    for part in ("meta", "roles", "plugins/modules"):
        shutil.copytree(ROOT / part, tmp_path / part)
    table = tmp_path / "role_variables.yml"
    shutil.copy(ROOT / "tools" / table.name, table)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "TABLE", table)
    return tmp_path


def test_the_files_are_as_their_tables_say() -> None:
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("roles/backup/meta/argument_specs.yml", "Name of the Recovery Services vault.", "The vault."),
        ("roles/site_recovery/defaults/main.yml", "site_recovery_approve: true", "site_recovery_approve: false"),
        ("roles/dpm_mabs/vars/main.yml", "dpm_mabs_report_keep | int", "dpm_mabs_report_keep"),
        ("meta/runtime.yml", "    - vault_info\n", ""),
    ],
)
def test_a_change_by_hand_is_noticed_and_taken_back(
    path: str, before: str, after: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    original = (copy / path).read_text()
    assert before in original
    (copy / path).write_text(original.replace(before, after))
    assert generate.main(["--check"]) == 1
    assert f"{path} is not as its table says" in capsys.readouterr().out
    assert generate.main([]) == 0
    assert (copy / path).read_text() == original


def test_a_change_of_the_table_reaches_every_role(copy: Path) -> None:
    table = copy / "role_variables.yml"
    table.write_text(table.read_text().replace("default: 1800", "default: 2400"))
    assert generate.main([]) == 0
    for role in ("backup", "site_recovery", "dpm_mabs"):
        assert yaml.safe_load((copy / "roles" / role / "defaults/main.yml").read_text())[f"{role}_wait_timeout"] == 2400
        options = yaml.safe_load((copy / "roles" / role / "meta/argument_specs.yml").read_text())
        assert options["argument_specs"]["main"]["options"][f"{role}_wait_timeout"]["default"] == 2400


def test_a_variable_the_collection_does_not_know_is_refused(copy: Path) -> None:
    table = copy / "role_variables.yml"
    table.write_text(table.read_text().replace("name: approve", "name: approved"))
    with pytest.raises(ValueError, match=r"differ: \['approve', 'approved'\]"):
        generate.main([])


def test_missing_marks_are_an_error(copy: Path) -> None:
    path = copy / "roles/backup/defaults/main.yml"
    path.write_text(path.read_text().replace(generate.BEGIN, "# begin"))
    with pytest.raises(ValueError, match="has 0 blocks"):
        generate.main(["--check"])

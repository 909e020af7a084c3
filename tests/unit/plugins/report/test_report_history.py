"""A folder for each run: none overwrites another, links lead to the newest, and only old ones of ours are removed."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.history import (
    ENTRY_POINTS,
    kind_of,
    new_run,
    point,
    prune,
)
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE

from ...conftest import Cloud

JSON = dict[str, t.Any]
NOON = 1769860800.25  # 2026-01-31T12:00:00.25Z


def run_of(day: int, kind: str = "main") -> str:
    return new_run(kind, check_mode=False, now=NOON + day * 86400)


def made(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name / "records").mkdir(parents=True)
        (directory / name / "report.json").write_text("{}")


def kept(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if kind_of(path.name)}


def ours(path: str) -> bool:
    return path in ("report.json", "report.md", "report.html", "records/a.hosts")


def test_a_run_is_named_by_time_and_kind() -> None:
    name = run_of(0)
    assert name.startswith("2026-01-31T12-00-00-250Z_main_") and kind_of(name) == "main"
    assert run_of(0) != name
    assert kind_of(new_run("drift", check_mode=True)) == "check"
    assert {kind_of(new_run(one, check_mode=False)) for one in ENTRY_POINTS} == set(ENTRY_POINTS)
    for wrong in (
        "",
        "latest",
        "..",
        f"../{name}",
        f"{name}/..",
        f"{name}\n",
        name.replace("main", "other"),
        f"x{name}",
    ):
        assert kind_of(wrong) == ""


def test_the_newest_of_each_kind_are_kept(tmp_path: Path) -> None:
    runs = [run_of(day) for day in range(4)]
    drifts = [run_of(day + 9, "drift") for day in range(9)]
    made(tmp_path, *runs, *drifts)
    assert sorted(prune(tmp_path, 3, ours)) == sorted([runs[0], *drifts[:6]])
    assert kept(tmp_path) == {*runs[1:], *drifts[6:]}
    assert prune(tmp_path, 3, ours) == []
    assert prune(tmp_path, 0, ours) == []


def test_what_is_not_ours_and_what_is_linked_stays(tmp_path: Path) -> None:
    runs = [run_of(day) for day in range(6)]
    made(tmp_path, *runs[:5])
    (tmp_path / runs[0] / "notes.txt").write_text("mine")
    (tmp_path / runs[1] / "records" / "letter.odt").write_text("mine")
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / runs[2] / "elsewhere").symlink_to(outside)
    assert point(tmp_path, "records", f"{runs[3]}/records")
    (tmp_path / runs[5]).symlink_to(outside)
    (tmp_path / "2026").mkdir()
    assert prune(tmp_path, 1, ours) == []
    assert {"2026", "outside", *runs} <= {path.name for path in tmp_path.iterdir()}


def test_a_link_moves_on_and_takes_nothing_from_anybody(tmp_path: Path) -> None:
    made(tmp_path, "a", "b")
    assert point(tmp_path, "latest", "a") and point(tmp_path, "latest", "b")
    assert (tmp_path / "latest").resolve() == tmp_path / "b"
    (tmp_path / "records").mkdir()
    (tmp_path / "file").write_text("mine")
    assert not point(tmp_path, "records", "a") and not point(tmp_path, "file", "a")
    assert (tmp_path / "file").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "file", "latest", "records"}


def test_drift_and_verify_never_overwrite_the_record_of_the_set_up(cloud: Cloud, tmp_path: Path) -> None:
    options: JSON = {"directory": str(tmp_path), "scenario": "backup", "keep": 2}
    set_up = cloud.run(MODULE, result="converged", **options)
    before = Path(set_up["json_path"]).read_bytes()
    later: list[JSON] = []
    for entry_point in ("drift", "verify"):
        later += [cloud.run(MODULE, entry_point=entry_point, **options) for _again in range(4)]
    later.append(cloud.run(MODULE, check_mode=True, **options))
    assert Path(set_up["json_path"]).read_bytes() == before
    assert kept(tmp_path) == {set_up["run"], *(later[at]["run"] for at in (2, 3, 6, 7, 8))}
    assert (tmp_path / "latest").resolve() == tmp_path / later[-1]["run"]
    assert json.loads((tmp_path / "latest" / "report.json").read_text())["run"] == later[-1]["run"]
    assert stat.S_IMODE((tmp_path / later[-1]["run"]).stat().st_mode) == 0o700


def test_a_second_report_of_a_run_completes_it(cloud: Cloud, tmp_path: Path) -> None:
    options: JSON = {"directory": str(tmp_path), "scenario": "backup"}
    first = cloud.run(MODULE, result="checked", **options)
    second = cloud.run(MODULE, result="converged", run=first["run"], **options)
    assert (second["run"], kept(tmp_path)) == (first["run"], {first["run"]})
    assert json.loads(Path(first["json_path"]).read_text())["result"] == "converged"


@pytest.mark.parametrize("run", ["..", "../../etc", "latest", "today"])
def test_a_run_of_no_report_is_refused(cloud: Cloud, tmp_path: Path, run: str) -> None:
    failed = cloud.run(MODULE, directory=str(tmp_path / "new"), scenario="backup", run=run)
    assert failed["failed"] and "run is" in failed["msg"]
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way_of_a_link_is_told_and_left(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup")
    assert "is no link and stays as it is" in done["warnings"][0]
    assert (tmp_path / "latest").is_dir() and not (tmp_path / "latest").is_symlink()
    assert Path(done["json_path"]).exists()

"""``python -m rehearsal``: run the scenarios and hand over a report for each."""

from __future__ import annotations

import argparse
import json
import os
import typing as t
from pathlib import Path

import yaml
from emulator.process import EmulatorProcess, NotStarted

from .playing import Played, Player
from .promises import judge, words
from .scenario import Scenario, load, names

JSON = dict[str, t.Any]


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the asked scenarios; 0 when every promise was kept."""
    options = _options(arguments)
    broken = False
    try:
        for name in options.scenario or names():
            broken = rehearse(load(name), options) or broken
    except NotStarted as error:
        raise SystemExit(f"The local Azure did not start: {error}") from None
    return int(broken)


def rehearse(scenario: Scenario, options: argparse.Namespace) -> bool:
    """Run one scenario and write its report. True when a promise was broken."""
    folder = Path(options.build).resolve() / scenario.name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    variables = Path(options.variables).resolve() if options.variables else scenario.variables
    world = Path(options.world).resolve() if options.world else scenario.world
    own = bool(options.variables)
    runs = scenario.own_runs() if own else scenario.runs
    print(f"== {scenario.name}: {len(runs)} runs against a local Azure; everything is kept in {folder}", flush=True)
    played: list[Played] = []
    with EmulatorProcess(folder, world, options.latency) as azure:
        player = Player(scenario, azure, folder, variables, options.quiet)
        for run in runs:
            done = player.play(run)
            done.broken = judge(
                done, next((p for p in reversed(played) if p.check), None), _dns_mode(variables, scenario)
            )
            played.append(done)
            _tell(done)
            if done.failed:
                break
        report = _report(scenario, played, player.report_directory)
        state = folder / "state.json"
        state.write_text(json.dumps(azure.ask("state"), indent=1))
    path = folder / "report.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    (folder / "report.md").write_text(_markdown(report))
    print(f"== {scenario.name}: {report['result']}; report: {os.path.relpath(path)}", flush=True)
    return report["result"] != "ok"


def _options(arguments: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=names(), help="run this scenario only (may be repeated)")
    parser.add_argument("--variables", help="your own variables file, in place of the scenario's")
    parser.add_argument("--world", help="your own world file: what exists before the run")
    parser.add_argument("--build", default="build/rehearsal", help="folder for logs and reports")
    parser.add_argument("--latency", default="instant", help="instant, realistic or realisticxSPEED")
    parser.add_argument("--quiet", action="store_true", help="show only the summary of each run")
    return parser.parse_args(arguments)


def _tell(played: Played) -> None:
    verdict = f"BROKEN: {played.broken}" if played.broken else "as promised"
    print(
        f"-- {played.name}: changed={played.changed} failed={played.failed} requests={played.requests} "
        f"writes={played.writes} seconds={played.seconds}{_waiting(played)} ({verdict})",
        flush=True,
    )
    if played.failed:
        print(Path(played.log).read_text()[-4000:], flush=True)


def _waiting(played: Played) -> str:
    """What Azure's own operations cost: the longest chain of them, and how much of the run that explains."""
    chain = played.longest_chain_seconds
    return f" chain={chain} ratio={played.seconds / chain:.2f}" if chain else ""


def _report(scenario: Scenario, played: list[Played], directory: Path) -> JSON:
    # A teardown leaves no names to show: the last run that proved some is the one to look at.
    handed: JSON = next((one.handed for one in reversed(played) if one.handed.get("names")), {})
    ok = bool(played) and not any(one.broken for one in played)
    first = next((one for one in played), None)
    return {
        "scenario": scenario.name,
        "result": "ok" if ok else "broken",
        "runs": [one.as_dict() for one in played],
        "changed_first": words(first.changes) if first else "",
        "gates": first.handed.get("gates", []) if first else [],
        "names": [
            {key: row.get(key) for key in ("endpoint", "fqdn", "zone", "resolved", "answers")}
            | {"address": ", ".join(row.get("ip_addresses") or [])}
            for row in handed.get("names", [])
        ],
        "resources": handed.get("resources", []),
        "links": handed.get("links", []),
        "manual_steps": handed.get("manual_steps", []),
        "role_report": str(directory / "report.md"),
    }


def _markdown(report: JSON) -> str:
    lines = [
        f"# Rehearsal of {report['scenario']}: {report['result']}",
        "",
        "| Run | Changed | Failed | Requests | Writes | Seconds | |",
    ]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for run in report["runs"]:
        verdict = run["broken"] or "as promised"
        lines.append(
            f"| {run['name']} | {run['changed']} | {run['failed']} | {run['requests']} | {run['writes']} | {run['seconds']} | {verdict} |"
        )
    lines += ["", "| Name | Address | Zone | Resolved |", "| --- | --- | --- | --- |"]
    lines += [f"| {row['fqdn']} | {row['address']} | {row['zone']} | {row['resolved']} |" for row in report["names"]]
    return "\n".join([*lines, "", f"The role's own report: {report['role_report']}", ""])


def _dns_mode(variables: Path, scenario: Scenario) -> str:
    return str((yaml.safe_load(variables.read_text()) or {}).get(scenario.dns_mode) or "zone_group")


if __name__ == "__main__":
    raise SystemExit(main())

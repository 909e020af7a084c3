"""``python -m rehearsal``: run the scenarios and hand over a report for each."""

from __future__ import annotations

import argparse
import json
import os
import typing as t
from pathlib import Path

from emulator.process import EmulatorProcess, NotStarted

from . import dns_servers, own_variables
from .playing import Played, Player
from .promises import judge, words
from .scenario import Run, Scenario, load, names

JSON = dict[str, t.Any]
_INTERRUPTED = 130


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the asked scenarios; 0 when every promise was kept."""
    options = _options(arguments)
    try:
        scenarios = _scenarios(options)
        kept = [rehearse(load(name), options) for name in scenarios]
    except (NotStarted, dns_servers.NotStarted, own_variables.Unusable) as error:
        what = "The local Azure did not start: " if isinstance(error, NotStarted) else ""
        raise SystemExit(f"{what}{error}") from None
    except KeyboardInterrupt:
        return _INTERRUPTED
    return int(not all(kept))


def _scenarios(options: argparse.Namespace) -> list[str]:
    """The scenarios to run: those that were named, that of the operator's own variables, or all."""
    if options.scenario:
        return list(options.scenario)
    if options.variables:
        return [own_variables.scenario_for(Path(options.variables))]
    if options.world:
        raise own_variables.Unusable("A world without variables of your own needs the scenario's name (SCENARIO=).")
    return names()


def rehearse(scenario: Scenario, options: argparse.Namespace) -> bool:
    """Run one scenario and write its report. True when every promise was kept."""
    if scenario.dns and not any(map(dns_servers.installed, scenario.dns["kinds"])):
        print(
            f"== {scenario.name}: left out, because none of {', '.join(scenario.dns['kinds'])} is installed", flush=True
        )
        return True
    folder = Path(options.build).resolve() / scenario.name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = bool(options.variables)
    runs = scenario.own_runs() if own else scenario.runs
    for stale in ("report.json", "report.md", "state.json"):
        (folder / stale).unlink(missing_ok=True)
    variables = _own(scenario, options, folder) if own else scenario.variables
    world = Path(options.world).resolve() if options.world else scenario.world
    print(f"== {scenario.name}: {len(runs)} runs against a local Azure; everything is kept in {folder}", flush=True)
    played: list[Played] = []
    stopped = False
    with (
        EmulatorProcess(folder, world, options.latency) as azure,
        dns_servers.running(scenario.dns, folder, azure.ready["dns"]) as servers,
    ):
        player = Player(scenario, azure, folder, variables, options.quiet, servers)
        try:
            _play(player, runs, played)
            (folder / "state.json").write_text(json.dumps(azure.ask("state"), indent=1))
        except KeyboardInterrupt:
            stopped = True
    report = _report(scenario, played, player.report_directory, stopped)
    path = folder / "report.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    (folder / "report.md").write_text(_markdown(report))
    print(f"== {scenario.name}: {report['result']}; report: {os.path.relpath(path)}", flush=True)
    if stopped:
        raise KeyboardInterrupt
    return bool(report["result"] == "ok")


def _own(scenario: Scenario, options: argparse.Namespace, folder: Path) -> Path:
    """The operator's variables as they can be rehearsed; says what is left out of them."""
    target = folder / "variables.yml"
    left_out = own_variables.prepare(scenario, own_variables.read(Path(options.variables)), target)
    if left_out:
        print(f"-- the local Azure's own DNS is asked instead of: {', '.join(left_out)}", flush=True)
    if not options.world:
        print("-- what exists is the scenario's own world: say what exists in yours with WORLD=", flush=True)
    return target


def _play(player: Player, runs: t.Sequence[Run], played: list[Played]) -> None:
    """Play the runs until one fails."""
    for run in runs:
        if run.events and played and played[-1].handed.get("result") == "waiting":
            print(f"-- {run.name}: left out, because the run before it waits for a person", flush=True)
            continue
        done = player.play(run)
        done.broken = judge(done, next((p for p in reversed(played) if p.check), None))
        played.append(done)
        _tell(done)
        if done.failed:
            break


def _options(arguments: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=names(), help="run this scenario only (may be repeated)")
    parser.add_argument("--variables", help="your own variables file, in place of the scenario's")
    parser.add_argument("--world", help="your own world file: what exists before the run")
    parser.add_argument("--build", default="build/rehearsal", help="folder for logs and reports")
    parser.add_argument(
        "--latency",
        default="instant",
        help="instant, realistic or realisticxSPEED, distance[:REQUEST,CONNECTION], or both with a + between them",
    )
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
        print(f"   {played.failure}", flush=True)
        print(f"   the whole output: {os.path.relpath(played.log)}", flush=True)
        if not played.failure:
            print(Path(played.log).read_text()[-4000:], flush=True)


def _waiting(played: Played) -> str:
    """What Azure's own operations cost: the longest chain of them, and how much of the run that explains."""
    chain = played.longest_chain_seconds
    return f" chain={chain} ratio={played.seconds / chain:.2f}" if chain else ""


def _report(scenario: Scenario, played: list[Played], directory: Path, stopped: bool) -> JSON:
    # A teardown leaves no names to show: the last run that proved some is the one to look at.
    handed: JSON = next((one.handed for one in reversed(played) if one.handed.get("names")), {})
    ok = bool(played) and not any(one.broken for one in played)
    first = next((one for one in played), None)
    return {
        "scenario": scenario.name,
        "result": "interrupted" if stopped else "ok" if ok else "broken",
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
        "role_report": str(directory / "latest" / "report.md"),
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


if __name__ == "__main__":
    raise SystemExit(main())

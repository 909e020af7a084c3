"""``python -m rehearsal``: run the scenarios and hand over a report for each."""

from __future__ import annotations

import argparse
import json
import typing as t
from pathlib import Path

import yaml
from emulator.process import EmulatorProcess, NotStarted

from . import dns_servers, document, folder, inventory, output, own_variables
from .played import Played
from .playing import Part, Player
from .promises import judge
from .scenario import Scenario, load, names, variants

JSON = dict[str, t.Any]
_INTERRUPTED = 130


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run the asked scenarios; 0 when every promise was kept."""
    options = _options(arguments)
    try:
        kept = [rehearse(parts, world, options) for parts, world in _planned(options)]
        return int(not all(kept))
    except (NotStarted, dns_servers.NotStarted, own_variables.Unusable, folder.Foreign) as error:
        what = "The local Azure did not start: " if isinstance(error, NotStarted) else ""
        raise SystemExit(f"{what}{error}") from None
    except KeyboardInterrupt:
        return _INTERRUPTED


def _planned(options: argparse.Namespace) -> list[tuple[list[Part], Path]]:
    """What is played in which world: the operator's own variables in one, or each scenario in its own."""
    build = Path(options.build).resolve()
    if not options.variables and not options.inventory:
        if options.world and not options.scenario:
            raise own_variables.Unusable("A world without variables of your own needs the scenario's name (SCENARIO=).")
        if options.check or options.teardown or options.expect:
            raise own_variables.Unusable("--check, --teardown and --expect are for variables of your own (VARS=).")
        chosen = [load(name) for name in options.scenario or names()]
        for one in chosen:
            folder.prepare(build / one.name)
        return [
            ([Part(one, one.runs, build / one.name, _variables(one))], _world(one, options, build / one.name))
            for one in chosen
        ]
    variables = own_variables.read(Path(options.variables)) if options.variables else {}
    hosts = None
    if options.inventory:
        hosts = inventory.read(Path(options.inventory), build / "inventory").of(options.hosts)
    held = [variables, *(hosts.variables.values() if hosts else ())]
    where = str(options.variables or options.inventory)
    scenarios = [load(name) for name in options.scenario or ()] or own_variables.scenarios_for(held, where)
    asked = {"check": options.check, "teardown": options.teardown, "refused": options.expect == "refused"}
    for one in scenarios:
        folder.prepare(build / one.name)
    if not options.world:
        output.say("-- what exists is the scenario's own world: say what exists in yours with WORLD=")
    parts = [Part(one, one.own_runs(**asked), build / one.name, variables, hosts) for one in scenarios]
    return [(parts, _world(scenarios[0], options, parts[0].folder))]


def _variables(scenario: Scenario) -> JSON:
    """The variables of a scenario, those of a variant laid over them."""
    return {**own_variables.read(scenario.variables), **scenario.more_variables}


def _world(scenario: Scenario, options: argparse.Namespace, place: Path) -> Path:
    """The world file: the operator's, the scenario's, or that of a variant, which is written into the folder."""
    if options.world or not scenario.more_world:
        return Path(options.world).resolve() if options.world else scenario.world
    path = place / "world.yml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(scenario.world.read_text()), **scenario.more_world}))
    return path


def rehearse(parts: t.Sequence[Part], world: Path, options: argparse.Namespace) -> bool:
    """Play parts one after the other in one world and write a report for each. True when every promise was kept."""
    scenario = parts[0].scenario
    if scenario.dns and not any(map(dns_servers.installed, scenario.dns["kinds"])):
        output.say(f"== {scenario.name}: left out, because none of {', '.join(scenario.dns['kinds'])} is installed")
        return True
    with (
        EmulatorProcess(parts[0].folder, world, options.latency) as azure,
        dns_servers.running(scenario.dns, parts[0].folder, azure.ready["dns"]) as servers,
    ):
        kept = [_rehearse(part, azure, servers, options) for part in parts]
    return all(kept)


def _rehearse(
    part: Part, azure: EmulatorProcess, servers: t.Sequence[dns_servers.Server], options: argparse.Namespace
) -> bool:
    """Whatever happens, the report and the state are written, and what went wrong is a sentence of the report."""
    name = part.scenario.name
    output.say(f"== {name}: {len(part.runs)} runs against a local Azure; everything is kept in {part.folder}")
    played: list[Played] = []
    notes: list[str] = []
    trouble, stopped = "", False
    try:
        player = Player(part, azure, options.verbose, servers)
        notes = player.notes
        for line in notes:
            output.say(f"-- {line}")
        _play(player, played, quiet=options.quiet)
    except KeyboardInterrupt:
        stopped = True
    except (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
        # Whatever it was, what was played is worth its report.
        trouble = f"The rehearsal could not go on: {error or type(error).__name__}"
        output.say(f"   {trouble}")
    trouble = _keep_state(part, azure) or trouble
    report = document.build(name, played, notes, trouble, stopped=stopped)
    path = document.write(report, part.folder)
    output.tell_end(name, report["result"], path, report["role_reports"])
    if stopped:
        raise KeyboardInterrupt
    return bool(report["result"] == "ok")


def _keep_state(part: Part, azure: EmulatorProcess) -> str:
    try:
        (part.folder / "state.json").write_text(json.dumps(azure.ask("state"), indent=1), encoding="utf-8")
    except (OSError, RuntimeError) as error:
        return f"The local Azure is no longer there: {error}. See emulator.log in {part.folder}."
    return ""


def _play(player: Player, played: list[Played], *, quiet: bool) -> None:
    """Play the runs until one does not end as it should."""
    gates = output.Gates()
    closes = _closes(player.part)
    for run in player.part.runs:
        if run.events and played and played[-1].result == "waiting" and run.playbook != "teardown":
            output.say(f"-- {run.name}: left out, because the run before it waits for a person")
            continue
        done = player.play(run)
        done.broken = judge(run, done, played, closes=closes)
        played.append(done)
        if not quiet:
            gates.tell(done)
        output.tell(done)
        if done.failed and (done.broken or run.playbook == "teardown"):
            break


def _closes(part: Part) -> bool:
    """Whether the variables have public network access denied; a template may say otherwise."""
    name = f"{part.scenario.prefix}public_network_access"
    return all(values.get(name, "after_verify") in ("after_verify", "before_endpoint") for values in part.of_hosts())


def _options(arguments: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument(
        "--scenario", action="append", choices=[*names(), *variants()], help="run this scenario only (may be repeated)"
    )
    parser.add_argument("--variables", help="your own variables file, of one role or of several")
    parser.add_argument("--inventory", help="your own inventory: several vaults, each with its variables")
    parser.add_argument("--hosts", default="all", help="the group of the inventory to rehearse (all)")
    parser.add_argument("--world", help="your own world file: what exists before the run")
    parser.add_argument("--check", action="store_true", help="of your own variables: only what check mode says")
    parser.add_argument("--teardown", action="store_true", help="of your own variables: end with the teardown")
    parser.add_argument("--expect", choices=["refused"], help="your own variables must be refused")
    parser.add_argument("--build", default="build/rehearsal", help="folder for logs and reports")
    parser.add_argument(
        "--latency",
        default="instant",
        help="instant, realistic or realisticxSPEED, distance[:REQUEST,CONNECTION], or both with a + between them",
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="no gates: a line for each run")
    shown.add_argument("--verbose", action="store_true", help="all that Ansible prints, differences included")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

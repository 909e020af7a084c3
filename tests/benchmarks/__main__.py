"""``make bench``: measure, print the table, write ``bench.json`` and ``bench.md``."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from ..azure_hosts.proxy import Proxy, environment
from . import rows_distance, rows_fleet, rows_install, rows_sequences, rows_tasks, rows_variables, world
from .commands import BenchmarkError, Commands, Side
from .results import Report, Row
from .rows_tasks import Sides

_ROOT = Path(__file__).resolve().parents[2]
TOPICS = ("install", "floor", "variables", "tasks", "records", "fleet", "sequences", "distance", "throttled")


def main(arguments: t.Sequence[str] | None = None) -> int:
    """0 when every budget is kept, 1 when one is missed, 2 when something could not be measured."""
    options = _parser().parse_args(arguments)
    report = Report({})
    failure = ""
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
            measure(options, Path(directory), report)
    except BenchmarkError as error:
        failure = str(error)
    if report.rows:
        # What was measured before something failed took its time too.
        report.write(options.output)
        print(f"\n{report.table()}\n")
    for note in report.notes:
        print(note)
    if failure:
        print(f"benchmark: {failure}", file=sys.stderr)
    return 2 if failure else 0 if report.met else 1


def measure(options: argparse.Namespace, directory: Path, report: Report) -> None:
    """Fill a report with every row asked for. Raises :class:`BenchmarkError` when a run failed or changed something."""
    tree = directory / "tree"
    (tree / "ansible_collections/privatelink").mkdir(parents=True)
    (tree / "ansible_collections/privatelink/recovery").symlink_to(_ROOT)
    with EmulatorProcess(directory / "emulator", world.world()) as emulated, Proxy(emulated) as proxy:
        sides = _sides(options, emulated, proxy, tree)
        report.facts.update(_facts(sides))
        commands = Commands(directory / "plays", emulated)
        topics: dict[str, t.Callable[[], t.Iterable[Row]]] = {
            "install": lambda: [*rows_install.packages(sides), *rows_install.imports(sides, options.rounds, tree)],
            "floor": lambda: rows_tasks.floor(commands, sides, options.rounds),
            "variables": lambda: rows_variables.variables(directory / "variables", emulated, sides, options.rounds),
            "tasks": lambda: rows_tasks.one_more_task(commands, sides, options.rounds),
            "records": lambda: rows_tasks.records(commands, sides, options.rounds),
            "fleet": lambda: rows_fleet.fleet(commands, emulated, sides, options.rounds),
            "sequences": lambda: rows_sequences.sequences(directory, sides, options.rounds, report.notes),
            "distance": lambda: rows_distance.distance(directory / "distance", sides, options.rounds, report.notes),
            "throttled": lambda: rows_distance.throttled(directory / "throttled", sides, report.notes),
        }
        if {"tasks", "records"} & set(options.topics):
            kept, fresh = proxy.cost()
            report.notes.append(
                f"The proxy costs {kept * 1000:.2f} ms a request, {fresh * 1000:.2f} ms for the first on a connection."
            )
        for topic in options.topics:
            for row in topics[topic]():
                report.rows.append(row)
                beside = f", peer {row.peer.text()}" if row.peer else ""
                print(f"{row.name}: {row.ours.text()}{beside} {row.unit}", flush=True)
        if proxy.refused:
            raise BenchmarkError(f"other hosts were asked for: {sorted(set(proxy.refused))}")


def _sides(options: argparse.Namespace, emulated: EmulatorProcess, proxy: Proxy, tree: Path) -> Sides:
    ours = {"ANSIBLE_COLLECTIONS_PATH": str(tree)}
    direct = {"AZURE_CLOUD_ENVIRONMENT": emulated.base_url, "REQUESTS_CA_BUNDLE": emulated.ready["ca_file"]}
    through = environment(proxy)
    peer = options.peer_python
    return Sides(
        Side("ours", _absolute(options.python), {**ours, **direct}),
        Side("ours proxied", _absolute(options.python), {**ours, **through}),
        Side("peer", _absolute(peer), through) if peer else None,
    )


def _absolute(python: Path) -> Path:
    """Links are not followed: the Python of a virtual environment is one."""
    path = Path(os.path.abspath(python))
    if not (path.parent / "ansible-playbook").exists():
        raise BenchmarkError(f"there is no ansible-playbook beside {path}")
    return path


def _facts(sides: Sides) -> dict[str, str]:
    facts = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }
    for side in (sides.ours, sides.peer):
        if side:
            command = [str(side.python), "-c", _VERSIONS]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            facts[side.name] = done.stdout.strip()
    return facts


_VERSIONS = """
import importlib.metadata, json, pathlib, platform
names = ("ansible", "ansible-core", "azure-core", "azure-identity", "azure-mgmt-network", "azure-mgmt-privatedns")
found = {each.metadata["Name"].lower(): each.version for each in importlib.metadata.distributions()}
shown = [f"{name} {found[name]}" for name in names if name in found]
try:
    import ansible_collections.azure.azcollection as peer
    manifest = pathlib.Path(list(peer.__path__)[0]) / "MANIFEST.json"
    shown.insert(0, "azure.azcollection " + json.loads(manifest.read_text())["collection_info"]["version"])
except ImportError:
    pass
print(", ".join(["Python " + platform.python_version(), *shown]))
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    ours, peer = (_ROOT / name / "bin/python" for name in (".venv", ".venv-peer"))
    parser.add_argument("--python", type=Path, default=ours, help="Python of the environment with our requirements")
    parser.add_argument(
        "--peer-python",
        type=Path,
        default=peer if peer.exists() else None,
        help="Python of the environment with azure.azcollection; without it only ours is measured",
    )
    parser.add_argument(
        "--output", type=Path, default=_ROOT / "build/bench", help="directory for bench.json and bench.md"
    )
    parser.add_argument("--rounds", type=int, default=5, help="measured runs of each command, after one warm-up")
    parser.add_argument("--topics", nargs="+", choices=TOPICS, default=list(TOPICS), help="what to measure")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Running the stories of the table: each in a folder of its own, beside a local Azure of its own."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sys
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.extensions.rehearsal import dns_servers

from .collecting import Shown, typed
from .operator import Ended, Operator
from .table import Step, Story

JSON = dict[str, t.Any]
ROOT = Path(__file__).resolve().parents[2]
_SYSTEM = ("/usr/sbin", "/sbin")
_LINES = 60


@dataclass
class Outcome:
    """A step that was run: what was typed, how long it took, what was not as it should be. ``left`` says why it was not run."""

    name: str
    command: str
    seconds: float
    wrong: list[str]
    output: str
    left: str = ""

    def lines(self) -> list[str]:
        """A line, and when something was wrong all that a reader needs to see why."""
        if self.left:
            return [f"   left out        {self.name} ({self.left})"]
        said = [f"   {'FAILED' if self.wrong else 'ok':6} {self.seconds:5.1f} s  {self.name}"]
        if not self.wrong:
            return said
        printed = self.output.splitlines()
        left = [f"      | ... {len(printed) - _LINES} lines before"] if len(printed) > _LINES else []
        return [
            *said,
            f"      typed: {self.command}",
            *(f"      {one}" for one in self.wrong),
            *left,
            *(f"      | {row}" for row in printed[-_LINES:]),
        ]


@dataclass
class Run:
    """One story while it is run."""

    story: Story
    folder: Path
    home: Path
    shown: t.Sequence[Shown]
    azure: EmulatorProcess | None = None
    servers: t.Sequence[dns_servers.Server] = ()
    places: JSON = field(default_factory=dict)

    def steps(self) -> t.Iterator[Outcome]:
        """Run each step; after one that fails no other, because they rest on each other."""
        self._prepare()
        for step in self.story.steps:
            outcome = self._step(step)
            yield outcome
            if outcome.wrong:
                return

    def _prepare(self) -> None:
        self.places = {"$HERE": str(self.folder), "$ROOT": str(ROOT), "$PYTHON": sys.executable}
        self.places["$COLLECTION"] = str(Operator(self.folder, self.home, {}).collection)
        self.places["$SERVERS"] = {
            one.kind: {"ansible_connection": "local", "ansible_become": False, **one.variables()}
            for one in self.servers
        }
        if self.azure:
            ready = self.azure.ready
            self.places |= {"$ARM": self.azure.base_url, "$CA": ready["ca_file"], "$DNS": ready["dns"]}
            self.places |= {f"$READY:{name}": value for name, value in ready.items() if isinstance(value, str)}
            for row in ready["dns"]:
                network = row["virtual_network"].rsplit("/", 1)[-1]
                self.places[f"$DNS:{network}"] = {"address": row["address"], "port": row["port"]}
        for name, content in self.story.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # JSON is YAML as well, and any name will do for it.
            path.write_text(content if isinstance(content, str) else json.dumps(self._content(content)))

    def _content(self, content: JSON) -> t.Any:
        """The content of a file: that of another one or of an example of a page, with more laid over it."""
        given: JSON = {}
        if "from" in content:
            given |= yaml.safe_load((ROOT / content["from"]).read_text(encoding="utf-8"))
        if "example" in content:
            given |= example(**content["example"])
        return self._placed({**given, **content.get("with", {})})

    def _placed(self, value: t.Any) -> t.Any:
        """A value with the places of this run in it."""
        if isinstance(value, dict):
            return {key: self._placed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._placed(one) for one in value]
        if isinstance(value, str) and value in self.places:
            return self.places[value]
        if isinstance(value, str):
            for name, place in self.places.items():
                value = value.replace(name, place) if isinstance(place, str) else value
        return value

    def _step(self, step: Step) -> Outcome:
        missing = [name for name in step.needs if not _found(name)]
        if missing:
            return Outcome(step.name, "", 0, [], "", left=f"{', '.join(missing)} not installed")
        for event in step.events:
            if self.azure:
                self.azure.ask("events", dict(event))
        if self.azure:
            self.azure.mark()
        begun = time.monotonic()
        command = self._command(step)
        ended = self._operator().type(command)
        seconds = time.monotonic() - begun
        return Outcome(step.name, command, seconds, self._wrong(step, ended), ended.output)

    def _operator(self) -> Operator:
        variables = {name: str(self._placed(value)) for name, value in self.story.environment.items()}
        if self.azure:
            variables = {**self.azure.environment(), **variables}
        return Operator(self.folder, self.home, variables)

    def _command(self, step: Step) -> str:
        """What is typed."""
        text = next(one.text for one in self.shown if step.covers(one)) if step.playbook else step.name
        for name, place in step.replaced.items():
            if name not in text:
                raise ValueError(f"{step.name}: there is no {name} that could be replaced.")
            text = text.replace(name, str(self._placed(place)))
        if step.playbook:
            book = re.sub(r"\W+", "_", step.name) + ".yml"
            (self.folder / book).write_text(text, encoding="utf-8")
            text = f"ansible-playbook {book}"
        return f"{typed(text, options=step.options)} {self._placed(step.arguments)}".strip()

    def _wrong(self, step: Step, ended: Ended) -> list[str]:
        wrong = [] if ended.code == step.code else [f"it ended with {ended.code} in place of {step.code}"]
        wrong += [f"its output lacks: {text}" for text in step.shows if text not in ended.output]
        wrong += [f"it made no {pattern}" for pattern in step.makes if not list(self.folder.glob(pattern))]
        if step.writes is not None and self.azure:
            writes = self.azure.writes()
            if bool(writes) != step.writes:
                wrong.append(f"it wrote to Azure: {writes}" if writes else "it wrote nothing to Azure")
        return wrong


def run(story: Story, shown: t.Sequence[Shown], build: Path) -> t.Iterator[Outcome]:
    """Run a story in ``build/<its name>``, which is emptied before; ``build/home`` has the collection."""
    folder = build / story.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        azure = None
        servers: t.Sequence[dns_servers.Server] = ()
        if story.world:
            world = yaml.safe_load((ROOT / story.world).read_text(encoding="utf-8"))
            azure = stack.enter_context(EmulatorProcess(folder / "azure", {**world, **story.more_world}))
            servers = stack.enter_context(dns_servers.running(story.dns, folder, azure.ready["dns"]))
        yield from Run(story, folder, build / "home", shown, azure, servers).steps()


def example(page: str, begins: str) -> t.Any:
    """The YAML example of a page whose first line begins like this. Raises ``LookupError`` when there is none."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if block.startswith(begins):
            return yaml.safe_load(block)
    raise LookupError(f"{page} has no example that begins with {begins}")


def _found(program: str) -> bool:
    path = ":".join([dns_servers.PATH, *_SYSTEM])
    return shutil.which(program, path=path) is not None

"""The emulator in a process of its own, and what happened to it."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from emulator.report import is_write

JSON = dict[str, t.Any]
_START_SECONDS = 30.0


class Emulated:
    """A running emulator. Use as a context manager."""

    def __init__(self, directory: Path, world: JSON, latency: str = "instant") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        ready = directory / "ready.json"
        ready.unlink(missing_ok=True)
        (directory / "world.json").write_text(json.dumps(world), encoding="utf-8")
        extensions = Path(__file__).parents[2] / "extensions"
        command = [
            sys.executable, "-m", "emulator", "--ready-file", str(ready), "--world", str(directory / "world.json"),
            "--latency", latency, "--dns-port", "0", "--parent-pid", str(os.getpid()),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(extensions)})
        self.facts = self._wait(ready)
        self.context = ssl.create_default_context(cafile=self.facts["ca_file"])
        self._mark = 0

    def _wait(self, ready: Path) -> JSON:
        end = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError("the emulator did not start")
            time.sleep(0.05)
        document: JSON = json.loads(ready.read_text(encoding="utf-8"))
        return document

    @property
    def base_url(self) -> str:
        """Scheme, address and port."""
        return str(self.facts["arm_endpoint"])

    def connection(self) -> http.client.HTTPSConnection:
        """A connection of the caller's own."""
        parts = urlsplit(self.base_url)
        return http.client.HTTPSConnection(str(parts.hostname), parts.port, context=self.context, timeout=120)

    def ask(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """The answer of the emulator's own interface. Raises ``RuntimeError`` for a refusal."""
        connection = self.connection()
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")
        document: JSON = json.loads(content) if content else {}
        return document

    def reset(self, world: JSON) -> None:
        """Begin again in another world."""
        self.ask("POST", "/emulator/reset", world)
        self._mark = 0

    def requests(self) -> list[JSON]:
        """The requests since the last time this was asked."""
        found: list[JSON] = self.ask("GET", f"/emulator/requests?since={self._mark}")["value"]
        self._mark += len(found)
        return found

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=10)

    def __enter__(self) -> Emulated:
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()


def writes(entries: t.Iterable[JSON]) -> list[str]:
    """The requests among those given that change something."""
    return [f"{entry['method']} {entry['path']}" for entry in entries if is_write(entry["method"], entry["path"])]

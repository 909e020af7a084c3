"""The emulator in a process of its own, for those who lead other programs to it: rehearsal, tests, benchmarks."""

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

from .report import writes
from .wire import JSON

_EXTENSIONS = Path(__file__).resolve().parent.parent
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ANSWER_SECONDS = 120.0


class NotStarted(RuntimeError):
    """The process ended, or said nothing, before it listened; the message is what it printed."""


class EmulatorProcess:
    """Used as a context manager: it ends with the block, and with the process that made it.

    ``folder`` (made if absent) takes the ready file, the world and what the process prints. ``world`` is a world file or
    what one would hold; without it the world is the emulator's own. Once started, ``ready`` is the content of the ready
    file and ``context`` trusts the emulator's certificate. Starting raises :class:`NotStarted`, methods raise
    ``RuntimeError`` when the emulator refuses.
    """

    def __init__(self, folder: Path, world: JSON | Path | None = None, latency: str = "instant") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._latency = folder, latency
        self._world = world
        self._process: subprocess.Popen[bytes] | None = None
        self._mark = 0
        self.ready: JSON = {}

    def __enter__(self) -> t.Self:
        ready_file, log_file = self._folder / "ready.json", self._folder / "emulator.log"
        ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "emulator", "--port", "0", "--dns-port", "0", "--ready-file", str(ready_file)]
        command += ["--latency", self._latency, "--parent-pid", str(os.getpid())]
        if self._world is not None:
            command += ["--world", str(self._world_file(self._world))]
        with log_file.open("wb") as log:
            environment = {**os.environ, "PYTHONPATH": str(_EXTENSIONS)}
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        give_up = time.monotonic() + _START_SECONDS
        while not ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise NotStarted(log_file.read_text(errors="replace").strip() or "no message")
            # Only its file shows that another process is ready.
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text(encoding="utf-8"))
        self.context = ssl.create_default_context(cafile=self.ready["ca_file"])
        return self

    def __exit__(self, *_reason: object) -> None:
        self.stop()

    def _world_file(self, world: JSON | Path) -> Path:
        if isinstance(world, Path):
            return world
        path = self._folder / "world.json"
        path.write_text(json.dumps(world), encoding="utf-8")
        return path

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_STOP_SECONDS)

    @property
    def base_url(self) -> str:
        """Scheme, address and port."""
        return str(self.ready["arm_endpoint"])

    def environment(self) -> dict[str, str]:
        """What leads the collection to this Azure: the variables an operator would set for a real one."""
        return {
            "AZURE_CLIENT_ID": self.ready["client_id"],
            "AZURE_SECRET": self.ready["client_secret"],
            "AZURE_TENANT": self.ready["tenant_id"],
            "AZURE_SUBSCRIPTION_ID": self.ready["subscription_id"],
            "AZURE_CLOUD_ENVIRONMENT": self.base_url,
            "REQUESTS_CA_BUNDLE": self.ready["ca_file"],
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def connection(self) -> http.client.HTTPSConnection:
        """A connection of the caller's own."""
        parts = urlsplit(self.base_url)
        return http.client.HTTPSConnection(
            str(parts.hostname), parts.port, context=self.context, timeout=_ANSWER_SECONDS
        )

    def ask(self, name: str, body: JSON | None = None, method: str = "") -> t.Any:
        """The JSON answer of ``/emulator/{name}``: GET, or POST with a body, unless a ``method`` is named."""
        content = None if body is None else json.dumps(body)
        connection = self.connection()
        try:
            connection.request(method or ("GET" if content is None else "POST"), f"/emulator/{name}", content)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"/emulator/{name}: {answer.status} {text}")
        return json.loads(text) if text else {}

    def reset(self, world: JSON) -> None:
        """Begin again in another world."""
        self.ask("reset", world)
        self._mark = 0

    def mark(self) -> None:
        """Forget the requests made so far."""
        self._mark = max((entry["number"] for entry in self.requests()), default=self._mark)

    def requests(self) -> list[JSON]:
        """The requests since the mark, sign-in included."""
        return t.cast("list[JSON]", self.ask(f"requests?since={self._mark}")["value"])

    def writes(self) -> list[str]:
        """The requests since the mark that changed something, as ``METHOD path``."""
        return writes(self.requests())

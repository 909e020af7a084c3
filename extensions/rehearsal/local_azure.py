"""The local Azure of a rehearsal: a process of its own, and the questions asked of it."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
import typing as t
import urllib.request
from pathlib import Path

JSON = dict[str, t.Any]
EXTENSIONS = Path(__file__).resolve().parent.parent
START_TIMEOUT = 30.0


class LocalAzure:
    """A running emulator. Used as a context manager; it ends with the block, and with this process."""

    def __init__(self, folder: Path, world: Path | None, latency: str) -> None:
        self._folder, self._world, self._latency = folder, world, latency
        self.ready: JSON = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LocalAzure:
        ready_file = self._folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "emulator", "--port", "0", "--dns-port", "0", "--ready-file", str(ready_file)]
        command += ["--latency", self._latency, "--parent-pid", str(os.getpid())]
        if self._world:
            command += ["--world", str(self._world)]
        environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS)}
        log = (self._folder / "emulator.log").open("wb")
        self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_TIMEOUT
        while not ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = (self._folder / "emulator.log").read_text(errors="replace").strip()
                raise SystemExit(f"The local Azure did not start: {words or 'no message'}")
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text())
        self._context = ssl.create_default_context(cafile=self.ready["ca_file"])
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def environment(self) -> dict[str, str]:
        """What leads modules to this Azure: the variables an operator would set for a real one."""
        return {
            "AZURE_CLIENT_ID": self.ready["client_id"],
            "AZURE_SECRET": self.ready["client_secret"],
            "AZURE_TENANT": self.ready["tenant_id"],
            "AZURE_SUBSCRIPTION_ID": self.ready["subscription_id"],
            "AZURE_CLOUD_ENVIRONMENT": self.ready["arm_endpoint"],
            "REQUESTS_CA_BUNDLE": self.ready["ca_file"],
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def ask(self, path: str, body: JSON | None = None) -> t.Any:
        """GET, or POST with a body, an administrative route; its JSON answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["arm_endpoint"] + path, data=data)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, context=self._context, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

"""Fixtures of the stories."""

from __future__ import annotations

import threading
import typing as t
from pathlib import Path

import jinja2
import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners

from ..conftest import Cloud
from .sequence import Sequence
from .support import DESIRED

Tell = t.Callable[..., Sequence]


@pytest.fixture(scope="package", autouse=True)
def compiled_once() -> t.Iterator[None]:
    """Compile each template of the roles once: hundreds of runs would spend a third of their time on that."""
    kept: dict[tuple[type, str], t.Any] = {}
    compile_anew = jinja2.Environment.compile

    def compile_once(environment: jinja2.Environment, source: t.Any, *options: t.Any, **named: t.Any) -> t.Any:
        if options or named or not isinstance(source, str):
            return compile_anew(environment, source, *options, **named)
        key = (type(environment), str(source))
        if key not in kept:
            kept[key] = compile_anew(environment, source)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        yield


@pytest.fixture
def resolving(request: pytest.FixtureRequest) -> t.Callable[[Cloud], list[dict[str, t.Any]]]:
    """Serve Azure DNS for each virtual network of a cloud; answers where."""

    def serve(cloud: Cloud) -> list[dict[str, t.Any]]:
        listeners = DnsListeners(cloud.arm, threading.Lock(), 0)
        request.addfinalizer(listeners.stop)
        return listeners.start()

    return serve


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """Make a sequence for an emulated Azure: the usual variables with others laid over it."""
    made = 0

    def make(
        cloud: Cloud, desired: dict[str, t.Any] | None = None, role: str = "backup", **variables: t.Any
    ) -> Sequence:
        nonlocal made
        made += 1
        return Sequence(cloud, tmp_path / str(made), role, **{**(desired or DESIRED), **variables})

    return make

"""Fixtures of the stories."""

from __future__ import annotations

import threading
import typing as t
from pathlib import Path

import jinja2
import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners
from jinja2.environment import TemplateExpression

from ..conftest import Cloud
from .sequence import Sequence
from .support import DESIRED

Tell = t.Callable[..., Sequence]


@pytest.fixture(scope="package", autouse=True)
def compiled_once() -> t.Iterator[None]:
    """Compile each template and condition of the roles once: hundreds of runs would spend a third of their time on that."""
    kept: dict[tuple[t.Any, ...], t.Any] = {}
    compile_anew, expression_anew = jinja2.Environment.compile, jinja2.Environment.compile_expression
    last: t.Any = None

    def compile_once(environment: jinja2.Environment, source: t.Any, *options: t.Any, **named: t.Any) -> t.Any:
        nonlocal last
        if options or named or not isinstance(source, str):
            last = compile_anew(environment, source, *options, **named)
            return last
        key = (type(environment), str(source))
        if key not in kept:
            kept[key] = compile_anew(environment, source)
        return kept[key]

    def expression_once(environment: jinja2.Environment, source: str, undefined_to_none: bool = True) -> t.Any:
        key = (type(environment), str(source), undefined_to_none)
        if key not in kept:
            expression = expression_anew(environment, source, undefined_to_none)
            kept[key] = last
            return expression
        template = environment.template_class.from_code(environment, kept[key], environment.make_globals(None))
        return TemplateExpression(template, undefined_to_none)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        patch.setattr(jinja2.Environment, "compile_expression", expression_once)
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

"""Answers from before the change: the server's own, those of clients, and the time until they are gone."""

from __future__ import annotations

import os
import sys
import types
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.kinds import KINDS
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.trial import run
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import (
    dns_server_verification as procedure,
)
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_configuration import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_verification import MODULE as VERIFY

from ..conftest import Cloud
from ..playbooks_support import Playbooks
from .conftest import FIRST, KNOWN, VAULT_ZONE, Azure
from .plays import Site
from .real import Server, relax

Start = t.Callable[..., Server]
pytestmark = pytest.mark.xdist_group("dns_servers")


@pytest.mark.parametrize("kind", ["bind", "unbound", "dnsmasq"])
def test_a_name_that_was_missing_before_resolves_at_once(
    kind: str, start: Start, azure_dns: Azure, cloud: Cloud
) -> None:
    server = start(kind, azure_dns.other)
    relax(server)
    assert server.ask(FIRST).failure == "NXDOMAIN"
    options = server.options(forward_zones=[VAULT_ZONE], targets=[azure_dns.target])
    assert cloud.run(MODULE, **options)["changed"]
    assert server.ask(FIRST).addresses == (KNOWN[FIRST],)


def test_without_a_flush_the_missing_name_stays_in_the_cache_of_bind(
    start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start("bind", azure_dns.other)
    relax(server)
    assert server.ask(FIRST).failure == "NXDOMAIN"
    monkeypatch.setitem(KINDS, "bind", replace(KINDS["bind"], flush=()))
    assert cloud.run(MODULE, **server.options(forward_zones=[VAULT_ZONE], targets=[azure_dns.target]))["changed"]
    verified = cloud.run(VERIFY, address="127.0.0.1", port=server.port, targets=[azure_dns.target],
                         names=[{"fqdn": FIRST, "ip_addresses": [KNOWN[FIRST]]}])  # fmt: skip
    assert "a missing name in its cache, which some minutes or a flush cure" in verified["msg"], verified


def test_waiting_for_an_old_answer_to_end_is_visible(
    start: Start, azure_dns: Azure, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start("bind", azure_dns.linked)
    relax(server)
    late = f"late.{VAULT_ZONE}"

    def pause(_seconds: float) -> None:
        assert server.ask(late).failure == "NXDOMAIN", "asked once more than needed"
        azure_dns.record(late, "10.1.1.9")
        assert run([*server.control(), "flush"]).code == 0

    monkeypatch.setattr(procedure, "time", types.SimpleNamespace(sleep=pause))
    names = [{"fqdn": late, "ip_addresses": ["10.1.1.9"]}]
    options: dict[str, t.Any] = {
        "address": "127.0.0.1",
        "port": server.port,
        "label": "ns1",
        "names": names,
        "wait_timeout": 30,
    }
    verified = cloud.run(VERIFY, **options)
    assert verified["resolved"], verified
    (said,) = (text for text in cloud.progress if text.startswith("waiting for"))
    assert said == f"waiting for 1 names at ns1 (127.0.0.1 port {server.port}) ({late}): 0 s of at most 30 s"


FAKE_WINRM = '''"""A Windows host of a test: its programs run here."""
from ansible.plugins.connection.local import DOCUMENTATION, Connection as Local


class Connection(Local):
    transport = "winrm"
'''


def test_the_caches_of_consumers_are_emptied_after_a_change_only(
    start: Start, azure_dns: Azure, playbooks: Playbooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start("unbound", azure_dns.other)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("resolvectl", "ipconfig"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/flushed\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    plugins = playbooks.directory / "connection_plugins"
    plugins.mkdir()
    (plugins / "winrm.py").write_text(FAKE_WINRM)
    site = Site(playbooks, {"ns1": server}, azure_dns, tmp_path)
    python = f"ansible_python_interpreter={sys.executable}"
    site.more_hosts = [f"client ansible_connection=local {python}", "winclient ansible_connection=winrm"]
    consumers = {"dns_servers_consumers": ["client", "winclient"], "dns_servers_wait_timeout": 0}

    def flushed() -> list[str]:
        path = tmp_path / "flushed"
        return path.read_text().splitlines() if path.exists() else []

    site.play("main", "--check", **consumers)
    assert flushed() == []
    done = site.play("main", **consumers)
    assert flushed() == ["resolvectl flush-caches", "ipconfig /flushdns"], done.output
    assert "winclient was not asked" not in done.output
    again = site.play("main", **{**consumers, "dns_servers_consumers": ["winclient"]})
    assert again.code == 0 and len(flushed()) == 2
    # What asks needs Python: on Windows a person does, and is not left to think that it was done.
    assert "winclient was not asked" in again.output and f"{FIRST} {KNOWN[FIRST]}" in again.output

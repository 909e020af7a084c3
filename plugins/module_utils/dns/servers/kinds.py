"""One row for each DNS server: where its files are, what is written, how it is checked, reloaded and flushed."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from . import bind, held, texts
from .blocks import with_block
from .layout import OURS, Place, content_of, is_ours, siblings, text_of, with_include, with_leftovers
from .transaction import Contents
from .wanted import Wanted

#: What Debian's service gives dnsmasq beside its configuration.
DNSMASQ_SERVICE = "/etc/default/dnsmasq"
Commands = list[tuple[str, ...]]
Way = t.Callable[[str], str]


@dataclass(frozen=True)
class Kind:
    """A DNS server. ``files`` gives the contents of every file that differs or may differ; pure but for reading.

    ``checks`` are the commands that judge a configuration, led to a copy of it by a way. ``control`` is the program that
    makes the server take it, ``reload`` the command for that, ``flush`` the command for each zone. ``zones``
    are those a text of its configuration has, ``also_read`` files that its service names beside the main file; ``own_zones``
    finds the operator's zones where texts alone do not say enough. ``refuse`` raises what files cannot express.
    """

    place: Place
    files: t.Callable[[Wanted, Place], Contents]
    checks: t.Callable[[Wanted, Place, Way], Commands] = lambda _wanted, _place, _way: []
    control: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()
    flush: tuple[str, ...] = ()
    includes: t.Callable[[str], list[str]] = lambda _text: []
    zones: t.Callable[[str], list[tuple[str, str, bool]]] = lambda _text: []
    also_read: t.Callable[[Place], list[str]] = lambda _place: []
    warnings: t.Callable[[Wanted, Place], list[str]] = lambda _wanted, _place: []
    own_zones: t.Callable[[Place], list[held.Held]] | None = None
    refuse: t.Callable[[Wanted, Place], None] = lambda _wanted, _place: None

    def held(self, place: Place) -> list[held.Held]:
        """The zones that the operator's own files give this server."""
        if self.own_zones is not None:
            return self.own_zones(place)
        found = held.reachable(place.main, self.includes, text_of, self.also_read(place))
        return [
            held.Held(zone, kind, path, answers)
            for path, text in found.items()
            if not is_ours(path, text)
            for zone, kind, answers in self.zones(text)
        ]


def _unbound_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")

    def read_already(text: str) -> bool:
        return any((os.path.dirname(pattern) == place.directory and pattern.endswith("*.conf")) or pattern == conf
                   for pattern in held.unbound_includes(text))  # fmt: skip

    main = with_include(place, "#", f'include: "{conf}"', read_already, wanted=bool(wanted))
    return with_leftovers(place, {conf: texts.unbound(wanted)} if wanted else {}, {place.main: main})


def _dnsmasq_read(place: Place, text: str) -> bool:
    """Whether dnsmasq reads the directory by itself."""
    folders = [*held.dnsmasq_directories(text), *held.dnsmasq_directories(text_of(DNSMASQ_SERVICE) or "")]
    return os.path.normpath(place.directory) in map(os.path.normpath, folders)


def _dnsmasq_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")
    main = with_include(place, "#", f"conf-file={conf}", lambda text: _dnsmasq_read(place, text), wanted=bool(wanted))
    return with_leftovers(place, {conf: texts.dnsmasq(wanted)} if wanted else {}, {place.main: main})


def _dnsmasq_checks(_wanted: Wanted, place: Place, way: Way) -> Commands:
    command: tuple[str, ...] = ("dnsmasq", "--test", f"--conf-file={way(place.main)}")
    main = text_of(place.main) or ""
    if _dnsmasq_read(place, main) and place.directory not in held.dnsmasq_directories(main):
        command += (f"--conf-dir={way(place.directory)},.dpkg-dist,.dpkg-old,.dpkg-new",)
    return [command]


def _resolved_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")
    return with_leftovers(place, {conf: texts.resolved(wanted)} if wanted.zones else {}, {})


def _resolved_warnings(wanted: Wanted, place: Place) -> list[str]:
    """What systemd-resolved cannot set for single suffixes."""
    settings: dict[str, str] = {}
    for path in [place.main, *siblings(place)]:
        text = text_of(path) or ""
        if not is_ours(path, text):
            pairs = (
                line.split("=", 1) for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#")
            )
            settings.update({key.strip(): value.strip() for key, value in pairs if value.strip()})
    reported = []
    if settings.get("DNSSEC", "no").lower() not in ("no", "false", "0"):
        reported.append(
            f"systemd-resolved validates (DNSSEC={settings['DNSSEC']}), which it cannot leave out for the forwarded suffixes alone; "
            "names may fail with it (https://github.com/systemd/systemd/issues/33620). It was left as it is."
        )
    if wanted.zones and settings.get("DNS"):
        reported.append(
            f"systemd-resolved has general servers (DNS={settings['DNS']}), and keeps one list of them: it may ask them for the "
            "forwarded suffixes too, and ours for other names."
        )
    return reported


def _hosts_files(wanted: Wanted, place: Place) -> Contents:
    text = text_of(place.main)
    return {} if text is None else {place.main: content_of(with_block(text, "#", texts.hosts(wanted.answers)))}


KINDS: dict[str, Kind] = {
    "bind": Kind(
        Place("/etc/bind/named.conf", "/etc/bind"),
        bind.files,
        bind.checks,
        control=("rndc",),
        reload=("reload",),
        flush=("flushtree",),
        includes=held.bind_includes,
        zones=held.bind_zones,
        own_zones=bind.own_zones,
        warnings=bind.warnings,
        refuse=bind.refuse,
    ),
    # A reload of Unbound empties its cache.
    "unbound": Kind(
        Place("/etc/unbound/unbound.conf", "/etc/unbound/unbound.conf.d"),
        _unbound_files,
        lambda _wanted, place, way: [("unbound-checkconf", way(place.main))],
        control=("unbound-control",),
        reload=("reload",),
        includes=held.unbound_includes,
        zones=held.unbound_zones,
    ),
    # It reads its configuration only when it starts (dnsmasq(8), NOTES), and begins with an empty cache.
    "dnsmasq": Kind(
        Place("/etc/dnsmasq.conf", "/etc/dnsmasq.d"),
        _dnsmasq_files,
        _dnsmasq_checks,
        control=("systemctl", "restart", "dnsmasq"),
        includes=held.dnsmasq_includes,
        also_read=lambda place: siblings(place) if _dnsmasq_read(place, text_of(place.main) or "") else [],
        zones=held.dnsmasq_zones,
    ),
    # Older releases than 256 know no reload. It has no checker.
    "resolved": Kind(
        Place("/etc/systemd/resolved.conf", "/etc/systemd/resolved.conf.d", "never"),
        _resolved_files,
        control=("systemctl", "restart", "systemd-resolved"),
        warnings=_resolved_warnings,
    ),
    "hosts": Kind(Place("/etc/hosts", "/etc", "never"), _hosts_files),
}

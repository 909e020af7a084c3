"""One row for each DNS server: where its files are, what is written, how it is checked, reloaded and flushed."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ...errors import Refusal
from . import held, texts
from .blocks import with_block, with_option_line, without_option_line
from .transaction import Contents, read_bytes
from .wanted import Wanted

OURS = "privatelink-recovery"
JOURNAL = f".{OURS}.pending"
#: What Debian's service gives dnsmasq beside its configuration.
DNSMASQ_SERVICE = "/etc/default/dnsmasq"
Commands = list[tuple[str, ...]]
Way = t.Callable[[str], str]


@dataclass(frozen=True)
class Place:
    """Where a server's configuration is: its own main file, and the directory our files go to.

    ``include``: whether its main file needs a line of ours: ``auto``, ``always``, ``never``.
    """

    main: str
    directory: str
    include: str = "auto"

    def ours(self, name: str) -> str:
        """The path of a file of ours."""
        return os.path.join(self.directory, name)

    @property
    def journal(self) -> str:
        """The path of the journal."""
        return self.ours(JOURNAL)


@dataclass(frozen=True)
class Kind:
    """A DNS server. ``files`` gives the contents of every file that differs or may differ; pure but for reading.

    ``checks`` are the commands that judge a configuration, led to a copy of it by a way. ``control`` is the program that
    makes the server take it, ``reload`` the command for that, ``flush`` the command for each zone. ``zones``
    are those a text of its configuration has, ``also_read`` files that its service names beside the main file.
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

    def held(self, place: Place) -> list[held.Held]:
        """The zones that the operator's own files give this server."""
        found = held.reachable(place.main, self.includes, text_of, self.also_read(place))
        return [
            held.Held(zone, kind, path, answers)
            for path, text in found.items()
            if not is_ours(path, text)
            for zone, kind, answers in self.zones(text)
        ]


def text_of(path: str) -> str | None:
    """A file as text, whatever its bytes are; None when there is none."""
    content = None if os.path.isdir(path) else read_bytes(path)
    return None if content is None else content.decode("utf-8", "surrogateescape")


def content_of(text: str) -> bytes:
    """The inverse of :func:`text_of`."""
    return text.encode("utf-8", "surrogateescape")


def is_ours(path: str, text: str | None) -> bool:
    """Whether a file is one that this collection wrote."""
    return os.path.basename(path).startswith(OURS) and texts.MARK in (text or "").split("\n", 1)[0]


def refuse_foreign(place: Place, wanted: t.Iterable[str]) -> None:
    """Raise :class:`Refusal` when a file of our name is somebody else's."""
    for path in wanted:
        text = text_of(path)
        if text is not None and os.path.basename(path).startswith(OURS) and not is_ours(path, text):
            raise Refusal(
                f"{path} is there, and was not written by this collection; nothing was written.",
                remedy=f"Move it away, or name another directory than {place.directory}, and run again.",
            )


def _with_leftovers(place: Place, files: t.Mapping[str, str], edits: t.Mapping[str, str | None]) -> Contents:
    """Our files, then edited files of the operator, then those of ours that are not wanted any more."""
    after: Contents = {path: content_of(text) for path, text in files.items()}
    for path, text in edits.items():
        if text is not None:
            after[path] = content_of(text)
    for path in _siblings(place):
        if path not in after and is_ours(path, text_of(path)):
            after[path] = None
    return after


def _siblings(place: Place) -> list[str]:
    if not os.path.isdir(place.directory):
        return []
    return [path for name in sorted(os.listdir(place.directory)) if os.path.isfile(path := place.ours(name))]


def _included(place: Place, comment: str, line: str, read_already: t.Callable[[str], bool], wanted: bool) -> str | None:
    """The main file with the line that includes ours, where it is needed; None when the file is not there."""
    main = text_of(place.main)
    if main is None:
        return None
    bare = with_block(main, comment, [])
    needed = wanted and (place.include == "always" or (place.include == "auto" and not read_already(bare)))
    return with_block(main, comment, [line] if needed else [])


def _bind_files(wanted: Wanted, place: Place) -> Contents:
    conf, options = place.ours(f"{OURS}.conf"), place.ours(f"{OURS}.options")
    zone_files = {answer.name: place.ours(texts.zone_file_name(answer.name)) for answer in wanted.answers}
    files = {
        zone_files[answer.name]: texts.bind_zone(answer, wanted.time_to_live, text_of(zone_files[answer.name]))
        for answer in wanted.answers
    }
    if wanted.zones:
        files[options] = texts.bind_options(wanted)
    if wanted:
        files[conf] = texts.bind_zones(wanted, lambda name: zone_files[name])
    main = _included(place, "//", f'include "{conf}";', lambda text: conf in held.bind_includes(text), bool(wanted))
    edits = {place.main: main}
    line = f'include "{options}";'
    known = held.reachable(place.main, held.bind_includes, text_of)
    bare = {path: without_option_line(text) for path, text in known.items() if not is_ours(path, text)}
    for path, text in bare.items():
        if text != known[path]:
            edits[path] = without_option_line(edits.get(path) or known[path])
    if place.main in bare:
        bare[place.main] = with_block(bare[place.main], "//", [])
    if (
        wanted.zones
        and place.include != "never"
        and not any(options in held.bind_includes(text) for text in bare.values())
    ):
        target = next((path for path, text in bare.items() if with_option_line(text, line)), "")
        if target:
            edits[target] = with_option_line(edits.get(target) or known[target], line)
        elif main is not None:
            lines = [f"options {{ {line} }};", *([f'include "{conf}";'] if f'"{conf}"' in main else [])]
            edits[place.main] = with_block(main, "//", lines)
    return _with_leftovers(place, files, edits)


def _bind_checks(wanted: Wanted, place: Place, way: Way) -> Commands:
    zones = [
        ("named-checkzone", "-k", "ignore", answer.name, way(place.ours(texts.zone_file_name(answer.name))))
        for answer in wanted.answers
    ]
    return [("named-checkconf", way(place.main)), *zones]


def _unbound_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")

    def read_already(text: str) -> bool:
        return any((os.path.dirname(pattern) == place.directory and pattern.endswith("*.conf")) or pattern == conf
                   for pattern in held.unbound_includes(text))  # fmt: skip

    main = _included(place, "#", f'include: "{conf}"', read_already, bool(wanted))
    return _with_leftovers(place, {conf: texts.unbound(wanted)} if wanted else {}, {place.main: main})


def _dnsmasq_read(place: Place, text: str) -> bool:
    """Whether dnsmasq reads the directory by itself."""
    folders = [*held.dnsmasq_directories(text), *held.dnsmasq_directories(text_of(DNSMASQ_SERVICE) or "")]
    return os.path.normpath(place.directory) in map(os.path.normpath, folders)


def _dnsmasq_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")
    main = _included(place, "#", f"conf-file={conf}", lambda text: _dnsmasq_read(place, text), bool(wanted))
    return _with_leftovers(place, {conf: texts.dnsmasq(wanted)} if wanted else {}, {place.main: main})


def _dnsmasq_checks(_wanted: Wanted, place: Place, way: Way) -> Commands:
    command: tuple[str, ...] = ("dnsmasq", "--test", f"--conf-file={way(place.main)}")
    main = text_of(place.main) or ""
    if _dnsmasq_read(place, main) and place.directory not in held.dnsmasq_directories(main):
        command += (f"--conf-dir={way(place.directory)},.dpkg-dist,.dpkg-old,.dpkg-new",)
    return [command]


def _resolved_files(wanted: Wanted, place: Place) -> Contents:
    conf = place.ours(f"{OURS}.conf")
    return _with_leftovers(place, {conf: texts.resolved(wanted)} if wanted.zones else {}, {})


def _resolved_warnings(wanted: Wanted, place: Place) -> list[str]:
    """What systemd-resolved cannot set for single suffixes."""
    settings: dict[str, str] = {}
    for path in [place.main, *_siblings(place)]:
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
        _bind_files,
        _bind_checks,
        control=("rndc",),
        reload=("reload",),
        flush=("flushtree",),
        includes=held.bind_includes,
        zones=held.bind_zones,
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
        also_read=lambda place: _siblings(place) if _dnsmasq_read(place, text_of(place.main) or "") else [],
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

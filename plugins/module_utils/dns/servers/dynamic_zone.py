"""Reads zones that take dynamic updates, with the key that will sign them. Needs dnspython, as ``community.general.nsupdate`` does."""

from __future__ import annotations

import sys
import typing as t
from dataclasses import dataclass, field

from ...errors import InputError, Refusal
from .updates import LIST, Found, Zone, entries

SECONDS = 10.0
_AUTHORITATIVE, _ASK_OTHERS = 0x0400, 0x0100


@dataclass(frozen=True)
class Primary:
    """A zone's primary server, and the key that it knows; without ``key_name`` nothing is signed."""

    address: str
    port: int
    key_name: str = ""
    key_secret: str = field(default="", repr=False)
    key_algorithm: str = "hmac-sha256"

    @property
    def words(self) -> str:
        """For messages."""
        return f"{self.address} port {self.port}"


def require_dnspython() -> None:
    """Raise :class:`InputError` when dnspython is not there, before anything is asked."""
    try:
        import dns.query  # noqa: F401
    except ImportError as error:
        raise InputError(
            "The Python package dnspython is missing, with which community.general.nsupdate writes records. Nothing was written.",
            remedy=f"{sys.executable} -m pip install dnspython",
        ) from error


def read_zone(primary: Primary, zone: str, names: t.Iterable[str]) -> Zone:
    """A zone's records at ``names``, relative to it, and at those that are listed as ours.

    Raises :class:`Refusal` when the server is not the zone's primary, does not take the key, or would take no update.
    """
    authority = _send(primary, _question(zone, "SOA"), zone)
    if not authority.flags & _AUTHORITATIVE or not _values(authority, "SOA"):
        raise Refusal(
            f"{primary.words} does not answer for the zone {zone} itself ({_code(authority)}). Nothing was written.",
            remedy="Name the zone's primary server in dns_servers_address, and the zone as that server has it.",
        )
    _refuse_no_updates(primary, zone)
    ours = entries(_values(_ask(primary, f"{LIST}.{zone}", "TXT", zone), "TXT"))
    found = {name: _found(_ask(primary, f"{name}.{zone}", "A", zone)) for name in dict.fromkeys([*names, *ours])}
    return Zone(zone, ours, {name: there for name, there in found.items() if there.addresses or there.alias})


def _found(answer: t.Any) -> Found:
    aliases = _values(answer, "CNAME")
    if aliases:
        return Found(alias=aliases[0].rstrip("."))
    lives = [rows.ttl for rows in answer.answer if _kind(rows) == "A"]
    return Found(tuple(sorted(_values(answer, "A"))), min(lives, default=0))


def _values(answer: t.Any, kind: str) -> list[str]:
    """The values of an answer's records of one kind; texts whole and without quotes."""
    rows = [row for rows in answer.answer if _kind(rows) == kind for row in rows]
    if kind == "TXT":
        return [b"".join(row.strings).decode("ascii", "replace") for row in rows]
    return [str(row) for row in rows]


def _kind(rows: t.Any) -> str:
    import dns.rdatatype

    return str(dns.rdatatype.to_text(rows.rdtype))


def _refuse_no_updates(primary: Primary, zone: str) -> None:
    """An update that changes nothing: the server says whether it would take one (RFC 2136 section 3.3)."""
    import dns.update

    nothing = dns.update.UpdateMessage(zone)
    nothing.present(f"{zone}.", "SOA")
    answer = _send(primary, nothing, zone)
    if answer.rcode() != 0:
        raise Refusal(
            f"{primary.words} takes no update of the zone {zone} from here: it answers {_code(answer)}. Nothing was written.",
            remedy=f"Allow it at the server (BIND: allow-update or update-policy of that zone) for {_key(primary)}.",
        )


def _ask(primary: Primary, name: str, kind: str, zone: str) -> t.Any:
    answer = _send(primary, _question(name, kind), zone)
    if answer.rcode() not in (0, 3):
        raise Refusal(
            f"{primary.words} answers {name} with {_code(answer)} when asked with {_key(primary)}. Nothing was written.",
            remedy="Have the server answer this host's queries for that zone.",
        )
    return answer


def _question(name: str, kind: str) -> t.Any:
    """A question that the server is not to ask others."""
    import dns.message

    question = dns.message.make_query(f"{name}.", kind)
    question.flags &= ~_ASK_OTHERS
    return question


def _send(primary: Primary, message: t.Any, zone: str) -> t.Any:
    import dns.exception
    import dns.query
    import dns.tsig

    if primary.key_name:
        message.use_tsig(keyring=_ring(primary), algorithm=primary.key_algorithm)
    try:
        return dns.query.tcp(message, primary.address, SECONDS, primary.port)
    except (dns.tsig.PeerError, dns.tsig.BadSignature) as error:
        raise Refusal(
            f"{primary.words} does not take the key {primary.key_name} for the zone {zone}: {_plain(error)}. Nothing was written.",
            remedy="Compare name, algorithm and secret of the key with the server's, and the clocks of both hosts.",
        ) from error
    except (OSError, EOFError, dns.exception.DNSException) as error:
        raise Refusal(
            f"{primary.words} gave no usable answer about the zone {zone}: {_plain(error)}. Nothing was written.",
            remedy="Check that it runs, and that this host reaches it with TCP.",
        ) from error


def _ring(primary: Primary) -> t.Any:
    import dns.tsigkeyring

    return dns.tsigkeyring.from_text({primary.key_name: primary.key_secret})


def _key(primary: Primary) -> str:
    return f"the key {primary.key_name}" if primary.key_name else "no key"


def _code(answer: t.Any) -> str:
    import dns.rcode

    return str(dns.rcode.to_text(answer.rcode()))


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__

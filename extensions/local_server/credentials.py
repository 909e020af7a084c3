"""A vault credential file, as the agent of the stand-in reads it."""

from __future__ import annotations

import base64
import datetime as dt
import typing as t
import xml.etree.ElementTree as tree


class JobFailed(Exception):
    """A job ends with an error of the server: a code of the jobs', or a number of the agent's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Credentials(t.NamedTuple):
    """What a file says: the ``vault``'s id and its ``number``."""

    vault: str
    number: str


def read(content: str, now: dt.datetime) -> Credentials:
    """What a credential file says. One whose certificate has ended, or no such file, is the agent's error 34513."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        given = {node.tag.rpartition("}")[2]: node.text or "" for node in tree.fromstring(content)}
        key, certificate, _more = pkcs12.load_key_and_certificates(base64.b64decode(given["ManagementCert"]), None)
        ends = certificate.not_valid_after_utc if certificate else now
        vault = f"/subscriptions/{given['SubscriptionId']}/resourceGroups/{given['ResourceGroup']}"
        vault += f"/providers/{given['ProviderNamespace']}/vaults/{given['ResourceName']}"
        number = given["ResourceId"]
    except (tree.ParseError, KeyError, ValueError):
        raise JobFailed("34513", "Invalid vault credentials provided. ID: 34513") from None
    if key is None or ends <= now:
        raise refused()
    return Credentials(vault, number)


def refused() -> JobFailed:
    """The agent's refusal of a file that is not the latest of this vault."""
    return JobFailed("34513", "Invalid vault credentials provided. The file is corrupt or not the latest. ID: 34513")

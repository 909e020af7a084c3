"""What has to be said before a real subscription is asked for anything: all of it in variables of their own, none with a default."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

PREFIX = "CONFORMANCE_AZURE_"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP = re.compile(r"[\w.()-]{1,89}[\w()-]")

HELP = f"""\
This sends requests to a real subscription: it makes networks, zones, storage accounts and vaults in a resource group, compares Azure's answers
with those of the local Azure, and deletes what it made. It costs some cents. The group must exist and be empty. Set:

  {PREFIX}SUBSCRIPTION     id of the subscription
  {PREFIX}RESOURCE_GROUP   name of an empty resource group
  {PREFIX}TOKEN            an access token (az account get-access-token --query accessToken --output tsv), or all of
  {PREFIX}TENANT, {PREFIX}CLIENT_ID, {PREFIX}CLIENT_SECRET   of an application that is Contributor of the group

and, if you like:

  {PREFIX}SERVICES         which: words out of those that "make conformance" lists, and endpoints_of_vaults (default: all)
  {PREFIX}PRINCIPAL        object id of a user, for role assignments; they are left out without it, and need Owner of the group
  {PREFIX}ENDPOINT, {PREFIX}AUTHORITY, {PREFIX}CA_FILE   of another cloud
"""


class Incomplete(Exception):
    """Something has not been said, or cannot be right; the message says what."""


@dataclass(frozen=True)
class Settings:
    """Where to ask, and as whom. ``token`` or the three of an application are there."""

    subscription: str
    group: str
    token: str
    application: tuple[str, str, str]
    services: tuple[str, ...]
    principal: str
    endpoint: str
    authority: str
    ca_file: str

    @property
    def scope(self) -> str:
        """The id of the resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"


def read(variables: t.Mapping[str, str], known: t.Collection[str]) -> Settings:
    """The settings in the environment. ``known``: the services there are. Raises :class:`Incomplete`."""

    def given(name: str, otherwise: str = "") -> str:
        return variables.get(PREFIX + name, "").strip() or otherwise

    missing = [PREFIX + name for name in ("SUBSCRIPTION", "RESOURCE_GROUP") if not given(name)]
    application = (given("TENANT"), given("CLIENT_ID"), given("CLIENT_SECRET"))
    if not given("TOKEN") and not all(application):
        missing.append(f"{PREFIX}TOKEN, or {PREFIX}TENANT, {PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET")
    if missing:
        raise Incomplete(f"Not set: {'; '.join(missing)}.")
    for name, pattern in (("SUBSCRIPTION", _GUID), ("RESOURCE_GROUP", _GROUP), ("PRINCIPAL", _GUID)):
        if given(name) and not pattern.fullmatch(given(name)):
            raise Incomplete(f"{PREFIX}{name} is '{given(name)}', which is none.")
    services = tuple(given("SERVICES").split())
    if unknown := set(services) - set(known):
        raise Incomplete(f"{PREFIX}SERVICES has {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    urls = (given("ENDPOINT", "https://management.azure.com"), given("AUTHORITY", "https://login.microsoftonline.com"))
    for url in urls:
        if not url.startswith("https://"):
            raise Incomplete(f"'{url}' does not begin with https://.")
    return Settings(
        subscription=given("SUBSCRIPTION"),
        group=given("RESOURCE_GROUP"),
        token=given("TOKEN"),
        application=application,
        services=services or tuple(known),
        principal=given("PRINCIPAL"),
        endpoint=urls[0].rstrip("/"),
        authority=urls[1].rstrip("/"),
        ca_file=given("CA_FILE"),
    )

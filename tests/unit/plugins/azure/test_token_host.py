"""The access token goes to the resource manager and to nobody whom an answer names, through both doors."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_host import Home, named
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Misdirected

from ...conftest import GROUPS, SUBNET, VAULT, ZONES, Cloud
from .azure_deeds import DEEDS, DNS_VERSION, JSON, NETWORK_VERSION, STOCK, VAULT_VERSION, azure

#: What an answer may name to go on with, and the host of it that an error names.
ELSEWHERE = {
    "another host": ("https://evil.example/next?sig=1", "https://evil.example"),
    "another host in capitals": ("HTTPS://EVIL.EXAMPLE/next", "HTTPS://EVIL.EXAMPLE"),
    "a user name before it": ("https://127.0.0.1@evil.example/next", "https://127.0.0.1@evil.example"),
    "user and password": ("https://127.0.0.1:443@evil.example/next", "https://127.0.0.1:443@evil.example"),
    "a longer name": ("https://127.0.0.1.evil.example/next", "https://127.0.0.1.evil.example"),
    "a name below an address": ("https://evil.127.0.0.1/next", "https://evil.127.0.0.1"),
    "a backslash": ("https://127.0.0.1\\@evil.example/next", "https://127.0.0.1\\@evil.example"),
    "another port": ("https://127.0.0.1:8443/next", "https://127.0.0.1:8443"),
    "without TLS": ("http://127.0.0.1/next", "http://127.0.0.1"),
    "without TLS at its port": ("http://127.0.0.1:443/next", "http://127.0.0.1:443"),
    "glued to the host": (".evil.example/next", ".evil.example"),
    "glued as a user name": ("@evil.example/next", "@evil.example"),
    "a colon forgotten": ("http//evil.example/next", "http//evil.example"),
    "a scheme forgotten": ("//evil.example/next", "//evil.example"),
}
PROVIDERS = f"{GROUPS}/rg-backup/providers"
LISTS = {
    "arm": (f"{PROVIDERS}/Microsoft.RecoveryServices/vaults", VAULT_VERSION),
    "network": (f"{PROVIDERS}/Microsoft.Network/privateEndpoints", NETWORK_VERSION),
    "dns": (f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones", DNS_VERSION),
    "records": (f"{ZONES}/privatelink.blob.core.windows.net/A", DNS_VERSION),
}
#: How a long operation says where to go on: headers of the first answer.
OPERATIONS: dict[str, t.Callable[[str], dict[str, str]]] = {
    "Azure-AsyncOperation": lambda link: {"Azure-AsyncOperation": link},
    "Location": lambda link: {"Location": link},
}
LONG = ["arm PUT", "arm DELETE", "network PUT", "dns zone PUT"]
DOES = {
    **{name: ask for name, (_match, ask) in DEEDS.items()},
    "dns zone PUT": lambda azure: azure.put(f"{ZONES}/privatelink.x.example", DNS_VERSION, {"location": "global"}),
}


def begins(deed: str, headers: dict[str, str]) -> Response:
    """How an operation is said to have begun: with 201 and the resource where the network packages want it so."""
    if deed == "network PUT":
        return Response(201, {"properties": {"provisioningState": "Updating"}}, headers)
    return Response(202, None, headers)


class Overheard:
    """An emulator whose answers pass through ``change`` first. ``foreign`` is what was asked of anybody else."""

    def __init__(self, cloud: Cloud, change: t.Callable[[Request, Response], Response]) -> None:
        self.foreign: list[str] = []
        real = cloud.arm.answer

        def answer(request: Request) -> Response:
            if request.base_url != "https://127.0.0.1":
                self.foreign.append(
                    f"{request.base_url} {'with' if request.headers.get('authorization') else 'without'}"
                )
            return change(request, real(request))

        cloud.arm.answer = answer  # type: ignore[method-assign]


@pytest.fixture
def stocked(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """An emulator with a vault and a zone."""
    return make_cloud(**STOCK)


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("what", LISTS)
def test_the_next_page_is_not_fetched_elsewhere(stocked: Cloud, what: str, where: str) -> None:
    collection, version = LISTS[what]
    link, host = ELSEWHERE[where]

    def change(request: Request, response: Response) -> Response:
        if request.path == collection:
            return Response(200, {**t.cast(JSON, response.document), "nextLink": link}, response.headers)
        return response

    overheard = Overheard(stocked, change)
    with pytest.raises(Misdirected) as caught:
        azure(stocked).list(collection, version)
    assert overheard.foreign == []
    assert caught.value.facts()["named_host"] == host
    assert caught.value.message == (
        f"Listing {collection} stopped: an answer said to go on at {host!r}, and the access token goes to "
        "https://127.0.0.1 only; nothing was sent there."
    )


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("how", OPERATIONS)
@pytest.mark.parametrize("deed", LONG)
def test_a_long_operation_is_not_followed_elsewhere(stocked: Cloud, deed: str, how: str, where: str) -> None:
    link, host = ELSEWHERE[where]
    begun = deed.rpartition(" ")[2]

    def change(request: Request, response: Response) -> Response:
        if request.method == begun:
            return begins(deed, OPERATIONS[how](link))
        return response

    overheard = Overheard(stocked, change)
    with pytest.raises(Misdirected) as caught:
        DOES[deed](azure(stocked))
    assert overheard.foreign == []
    assert caught.value.named == host
    assert "What was begun may have been carried out." in caught.value.message
    assert "Find out who does before you run again." in caught.value.sentence()


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("deed", ["arm PATCH", "network PUT", "dns zone PUT"])
def test_the_result_of_an_operation_is_not_fetched_elsewhere(stocked: Cloud, deed: str, where: str) -> None:
    """``resourceLocation`` of a status says where the resource is (Azure/azure-rest-api-guidelines, Async.md)."""
    link, host = ELSEWHERE[where]

    def change(request: Request, response: Response) -> Response:
        if request.path == "/subscriptions/operation":
            return Response(200, {"status": "Succeeded", "resourceLocation": link}, {})
        if request.method == deed.rpartition(" ")[2]:
            status = "https://127.0.0.1/subscriptions/operation?api-version=1"
            return begins(deed, {"Azure-AsyncOperation": status})
        return response

    overheard = Overheard(stocked, change)
    with pytest.raises(Misdirected) as caught:
        DOES[deed](azure(stocked))
    assert overheard.foreign == []
    assert caught.value.named == host


def test_a_deletion_that_leads_elsewhere_is_not_done(stocked: Cloud) -> None:
    def change(request: Request, response: Response) -> Response:
        return Response(202, None, {"Location": "http//evil.example/"}) if request.method == "DELETE" else response

    Overheard(stocked, change)
    for resource_id, version in ((VAULT, VAULT_VERSION), (SUBNET, NETWORK_VERSION)):
        with pytest.raises(Misdirected):
            azure(stocked).delete(resource_id, version)


@pytest.mark.parametrize("link", ["https://127.0.0.1:443", "HTTPS://127.0.0.1"])
def test_the_same_host_in_other_words_is_followed(stocked: Cloud, link: str) -> None:
    """Azure writes its port in some answers: ``https://management.azure.com:443/…`` (azure-cli's recordings)."""
    collection, version = LISTS["arm"]

    def change(request: Request, response: Response) -> Response:
        if request.path == collection and "page" not in request.query:
            return Response(200, {"value": [], "nextLink": f"{link}{collection}?page=2&api-version={version}"}, {})
        return response

    Overheard(stocked, change)
    assert [item["name"] for item in azure(stocked).list(collection, version)] == ["vault-backup"]


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://management.azure.com/subscriptions/1", True),
        ("https://management.azure.com", True),
        ("https://management.azure.com:443/x", True),
        ("https://Management.Azure.Com?x", True),
        ("https://westeurope.management.azure.com/x", True),
        ("https://evilmanagement.azure.com/x", False),
        ("https://azure.com/x", False),
        ("https://management.azure.com./x", False),
        ("https://management.azure.com.evil.example/x", False),
        ("https://management.azure.com@evil.example/x", False),
        ("https://management.azure.com%40evil.example/x", False),
        ("https://management.azure.com\\.evil.example/x", False),
        ("https://management.azure.com .evil.example/x", False),
        ("https://management.azure.com\n.evil.example/x", False),
        ("https://.management.azure.com/x", False),
        ("https://management.azure.com:444/x", False),
        ("https://management.azure.com:/x", False),
        ("http://management.azure.com/x", False),
        (" https://management.azure.com/x", False),
        ("", False),
    ],
)
def test_who_is_the_resource_manager(url: str, owned: bool) -> None:
    assert Home.of("https://management.azure.com").owns(url) is owned


@pytest.mark.parametrize(
    ("resource_manager", "own", "others"),
    [
        (
            "https://127.0.0.1:30024",
            "https://127.0.0.1:30024/x",
            ["https://127.0.0.1/x", "https://a.127.0.0.1:30024/x"],
        ),
        ("https://[::1]:30024", "https://[::1]:30024/x", ["https://[::2]:30024/x", "https://[::1]/x"]),
        ("https://ARM.corp.example/", "https://arm.corp.example/x", ["https://corp.example/x"]),
    ],
)
def test_a_resource_manager_of_ones_own(resource_manager: str, own: str, others: list[str]) -> None:
    home = Home.of(resource_manager)
    assert home.owns(own)
    assert not any(home.owns(other) for other in others)


def test_what_is_named_cannot_write_to_a_terminal() -> None:
    assert named("https://evil.example\x1b[2J\n/secret?sig=1") == "https://evil.example?[2J?"
    assert str(Home.of("https://management.azure.com")) == "https://management.azure.com and names below it"
    assert str(Home.of("https://127.0.0.1:8443")) == "https://127.0.0.1:8443"

"""Whom TLS trusts, loaded once a process: reading the usual authorities takes longer than most requests to Azure."""

from __future__ import annotations

import functools
import os
import ssl
import typing as t

if t.TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

#: In the words of every failure to load certificate authorities.
NO_AUTHORITIES = "holds no certificate authorities that can be loaded"


def session(connections: int = 10) -> requests.Session:
    """A session whose HTTPS connections share what is trusted; each verifies what one of any session would.

    So many of them stay open to a host.

    It repeats nothing by itself: that is left to the policies of the pipeline, as azure-core's own session leaves it.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    once = Retry(total=False, redirect=False, raise_on_status=False)
    made = requests.Session()
    made.mount("https://", _adapter_class()(max_retries=once, pool_maxsize=connections))
    made.mount("http://", HTTPAdapter(max_retries=once))
    return made


def authorities(verify: bool | str | None) -> str:
    """The file or directory of the certificate authorities that ``requests`` takes for a value of its ``verify``."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH


def trusting(path: str) -> ssl.SSLContext:
    """A TLS context that trusts the authorities at a path; it verifies certificate and name, as ``urllib3`` has it.

    A context is kept for as long as the path does not change. Raises OSError (which ssl.SSLError is) when there are no
    authorities.
    """
    return _trusting(path, os.stat(path).st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _trusting(path: str, _changed: int) -> ssl.SSLContext:
    from urllib3.util.ssl_ import ALPN_PROTOCOLS, create_urllib3_context

    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    if os.path.isdir(path):
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)
    context.set_alpn_protocols(ALPN_PROTOCOLS)
    # urllib3 sets the same protocols again before each handshake. OpenSSL frees the old ones while another thread may be copying
    # them (Python makes a connection's SSL object without its lock), and that thread's first message is refused as garbage:
    # "alert decode error", once in some ten thousand connections that are opened side by side.
    context.set_alpn_protocols = _nothing  # type: ignore[method-assign]
    return context


def _nothing(alpn_protocols: t.Iterable[str]) -> None:
    """The protocols are set."""


@functools.cache
def _adapter_class() -> type[HTTPAdapter]:
    from requests.adapters import HTTPAdapter
    from requests.exceptions import SSLError
    from requests.utils import select_proxy

    class SharedTrust(HTTPAdapter):
        """The adapter of ``requests``, less loading the authorities anew for each connection.

        Through a proxy, and with a ``requests`` older than 2.32, every connection loads them itself.
        """

        def get_connection_with_tls_context(
            self, request: t.Any, verify: t.Any, proxies: t.Any = None, cert: t.Any = None
        ) -> t.Any:
            if cert or not verify or select_proxy(request.url, proxies):
                return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            path = authorities(verify)
            try:
                tls = {"ssl_context": trusting(path), "cert_reqs": "CERT_REQUIRED"}
            except OSError as error:
                raise SSLError(f"{path} {NO_AUTHORITIES}: {error}", request=request) from error
            return self.poolmanager.connection_from_url(request.url, pool_kwargs=tls)

        def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call, unused-ignore]
            if "ssl_context" in conn.conn_kw:
                # Otherwise they would be loaded into the shared context once more.
                conn.ca_certs = conn.ca_cert_dir = None

    return SharedTrust

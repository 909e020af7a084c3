"""The way from the connection options of a task to an :class:`~.client.Azure`."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import threading
import time
import typing as t
from dataclasses import dataclass, field

from ..errors import InputError
from ..texts import on_one_line
from .arm_door import ArmDoor
from .client import DEFAULT_TIMEOUT, Azure
from .cloud_discovery import discover
from .clouds import CLOUDS, Cloud, known_cloud
from .credentials import USER_AGENT, Credentials, build, resolve
from .network_door import NetworkDoor
from .pace import Pace
from .pipeline import Way
from .pool import CONCURRENCY, NEAR, Pool
from .token_cache import SessionCache, SharedToken

# azure-core's defaults are five minutes for either, and each is tried again.
CONNECT_SECONDS = 15
#: What tasks of one run note for each other about how often they may ask; no secret is in it.
PACE_FILE = "privatelink_recovery_pace.json"
READ_SECONDS = 120


@dataclass
class Context:
    """What the process that runs a task provides. All parts have defaults, so tests replace only what they need.

    ``near`` is that of :class:`~.pool.Pool`, in seconds.
    """

    check_mode: bool = False
    progress: t.Callable[[str], None] = lambda text: None
    cache_directory: str | None = None
    transport: t.Any = None
    now: t.Callable[[], float] = time.monotonic
    near: float = NEAR
    environment: t.Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __post_init__(self) -> None:
        tell = self.progress
        # A line of progress names resources and states in others' words.
        self.progress = lambda text: tell(on_one_line(text))


@dataclass(frozen=True)
class Connection:
    """An open way to Azure. ``subscription_id`` is the default for ids built from names."""

    azure: Azure
    cloud: Cloud
    credentials: Credentials
    credential: t.Any = field(repr=False)

    def subscription(self, options: t.Mapping[str, t.Any]) -> str:
        """The subscription of a task. Raises :class:`InputError` when neither task nor credentials name one."""
        chosen = str(options.get("subscription_id") or self.credentials.subscription_id)
        if not chosen:
            raise InputError("subscription_id is not set and the credentials name no default subscription.")
        return chosen

    def object_id(self) -> str:
        """The object id of the signed-in identity, as its own access token says; empty when the token is opaque."""
        return str(_claims(self.credential.get_token(self.cloud.scope).token).get("oid") or "")


def validate(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str] | None = None) -> Credentials:
    """Everything about a connection that can be judged without a request."""
    if options.get("cert_validation_mode") == "ignore":
        raise InputError(
            "cert_validation_mode: ignore is not supported: certificates are always verified.",
            remedy="Name the CA of your endpoint in ca_file.",
        )
    known_cloud(str(options.get("cloud_environment") or "AzureCloud"))
    ca_file = options.get("ca_file")
    if ca_file and not os.path.isfile(str(ca_file)):
        raise InputError(f"ca_file {ca_file} is not a file.")
    return resolve(options, environment)


def connect(options: t.Mapping[str, t.Any], context: Context) -> Connection:
    """Open the connection of one task. Nothing is sent but, for an endpoint URL, the question which cloud it is."""
    credentials = validate(options, context.environment)
    concurrency = int(options.get("concurrency") or CONCURRENCY)
    transport = context.transport or _transport(str(options.get("ca_file") or ""), concurrency)
    cache = SessionCache(context.cache_directory if options.get("share_token", True) else None)
    cloud = _cloud(str(options.get("cloud_environment") or "AzureCloud"), transport, cache)
    public = cloud.authority in {known.authority for known in CLOUDS.values()}
    discovery = public and not options.get("disable_instance_discovery")
    credential = SharedToken(
        lambda: build(credentials, cloud, transport, instance_discovery=discovery),
        cache,
        credentials.identity() + "|" + cloud.authority + "|" + _digest(credentials),
        cloud.scope,
    )
    progress = _one_at_a_time(context.progress)
    notes = SessionCache(context.cache_directory, PACE_FILE)
    who = f"{credentials.identity()}|{cloud.authority}"
    pace = Pace(
        concurrency,
        context.now,
        transport.sleep,
        progress,
        known=notes.get(who),
        note=lambda state: notes.put(who, state),
    )
    way = Way(cloud, credential, transport, USER_AGENT, context.check_mode, pace)
    distance = f"far|{cloud.resource_manager}"
    pool = Pool(
        concurrency,
        near=context.near,
        far=bool(cache.get(distance)),
        found_far=lambda: cache.put(distance, True),
    )
    azure = Azure(
        [NetworkDoor(way), ArmDoor(way)],
        transport,
        way.home,
        pool=pool,
        progress=progress,
        timeout=float(options.get("wait_timeout") or DEFAULT_TIMEOUT),
        now=context.now,
    )
    return Connection(azure, cloud, credentials, credential)


def _one_at_a_time(progress: t.Callable[[str], None]) -> t.Callable[[str], None]:
    """Progress that several threads may tell of."""
    lock = threading.Lock()

    def tell(text: str) -> None:
        with lock:
            progress(text)

    return tell


def _transport(ca_file: str, connections: int) -> t.Any:
    from azure.core.pipeline.transport import RequestsTransport

    return _kept_open(RequestsTransport, os.getpid(), ca_file, connections, CONNECT_SECONDS, READ_SECONDS)


@functools.lru_cache(maxsize=4)
def _kept_open(make: t.Any, _process: int, ca_file: str, connections: int, connecting: float, reading: float) -> t.Any:
    """A way to send. One process serves all items of a loop, and they go on over its open connections."""
    from .trust import session

    return make(
        session=session(connections),
        connection_verify=ca_file or True,
        connection_timeout=connecting,
        read_timeout=reading,
    )


def _cloud(name: str, transport: t.Any, cache: SessionCache) -> Cloud:
    known = known_cloud(name)
    if known is not None:
        return known
    kept = cache.get(f"cloud|{name}")
    if isinstance(kept, dict):
        return Cloud(**kept)
    found = discover(name, transport)
    cache.put(f"cloud|{name}", found.as_dict())
    return found


def _digest(credentials: Credentials) -> str:
    secrets = [
        str(credentials.values.get(name) or "")
        for name in ("secret", "password", "oidc_token", "oidc_token_file_path", "x509_certificate_path")
    ]
    return hashlib.sha256("\0".join(secrets).encode()).hexdigest()


def _claims(token: str) -> dict[str, t.Any]:
    import base64

    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}

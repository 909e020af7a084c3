"""The world file: what exists before a run. Read here, completed with defaults and checked."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from .wire import JSON
from .world_schema import Keys, Many, problems

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
CLIENT = "33333333-3333-4333-8333-333333333333"
OBJECT = "44444444-4444-4444-8444-444444444444"
SECRET = "rehearsal-secret"
PROVIDERS = ("Microsoft.Network", "Microsoft.RecoveryServices", "Microsoft.Storage")
#: Registered besides where the world has something of theirs.
REGISTERED_WITH = {
    "classic_storage_accounts": ("Microsoft.ClassicStorage",),
    "key_vaults": ("Microsoft.KeyVault",),
    "virtual_machines": ("Microsoft.Compute",),
    "migrate_projects": ("Microsoft.Migrate", "Microsoft.OffAzure", "Microsoft.KeyVault"),
}
CLOUDS = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")


class WorldError(ValueError):
    """The world file cannot be used; the message says where and why."""


def read(path: str | Path) -> t.Any:
    """The content of a world file (YAML, or JSON by its ending). Raises :class:`WorldError`."""
    import yaml  # Only where a file is read: the rest of the emulator runs without PyYAML.

    text = Path(path).read_text(encoding="utf-8")
    try:
        document = json.loads(text) if str(path).endswith(".json") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise WorldError(f"{path} cannot be parsed: {error}") from error
    return {} if document is None else document


def complete(world: t.Any, keys: Keys, settings: t.Mapping[str, t.Any]) -> JSON:
    """The world with every default filled in. Raises :class:`WorldError`; completing twice changes nothing.

    ``keys`` are those it may have, ``settings`` the settings with their defaults.
    """
    check(world, keys, settings)
    done: JSON = dict(world)
    done.setdefault("cloud", CLOUDS[0])
    done.setdefault("tenant_id", TENANT)
    registered = [*PROVIDERS, *(name for key, names in REGISTERED_WITH.items() if done.get(key) for name in names)]
    done["subscriptions"] = [
        _subscription(one, registered) for one in done.get("subscriptions") or [{"id": SUBSCRIPTION}]
    ]
    first = done["subscriptions"][0]["id"]
    operator = {"object_id": OBJECT, "roles": [{"role": "Owner", "scope": f"/subscriptions/{first}"}]}
    done["principals"] = [_principal(one) for one in done.get("principals") or [operator]]
    done["resource_groups"] = [_group(one, first) for one in done.get("resource_groups") or []]
    known = {(group["subscription_id"].lower(), group["name"].lower()) for group in done["resource_groups"]}
    for kind in (name for name, of in keys.items() if isinstance(of, Many) and "resource_group!" in of.of):
        done[kind] = [{"subscription_id": first, **one} for one in done.get(kind) or []]
        for one in done[kind]:
            if (one["subscription_id"].lower(), one["resource_group"].lower()) not in known:
                known.add((one["subscription_id"].lower(), one["resource_group"].lower()))
                group = {"name": one["resource_group"], "location": one.get("location", "westeurope")}
                done["resource_groups"].append(_group({**group, "subscription_id": one["subscription_id"]}, first))
    for kind in ("role_assignments", "locks", "policy_assignments"):
        done[kind] = list(done.get(kind) or [])
    done["settings"] = {**settings, **(done.get("settings") or {})}
    return done


def check(world: t.Any, keys: Keys, settings: t.Collection[str]) -> None:
    """Raise :class:`WorldError` for a world that cannot be meant: everything that is wrong, a line each."""
    found = [*problems(world, keys)]
    given = world.get("settings") if isinstance(world, dict) else None
    found += [
        f"settings.{name}: unknown setting; known are {', '.join(sorted(settings))}"
        for name in (given if isinstance(given, dict) else ())
        if name not in settings
    ]
    if found:
        raise WorldError("\n".join(found))


def _subscription(given: JSON, registered: t.Iterable[str]) -> JSON:
    providers = {**dict.fromkeys(registered, "Registered"), **(given.get("providers") or {})}
    return {"name": "rehearsal", **given, "providers": providers}


def _principal(given: JSON) -> JSON:
    return {"name": "operator", "client_id": CLIENT, "client_secret": SECRET, "roles": [], **given}


def _group(given: JSON, subscription: str) -> JSON:
    return {"location": "westeurope", "subscription_id": subscription, **given}

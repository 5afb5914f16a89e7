"""What moto's IAM holds besides policies and STS asks for: identity providers and the seeds of virtual MFA devices.

moto's models are internals, so `tests/lab/accounts/test_identity_providers.py` holds every attribute used here.
ASSUMPTION: a new provider or device counts at once; AWS says only that IAM's changes take a while.
"""

from __future__ import annotations

from typing import Any

import msgspec
from moto.iam.models import iam_backends


class OidcProvider(msgspec.Struct, frozen=True):
    """A registered OIDC provider; `url` has no scheme."""

    arn: str
    url: str
    client_ids: tuple[str, ...]


def oidc_provider(account: str, url: str) -> OidcProvider | None:
    """The account's provider of that URL without its scheme, or None."""
    backend = _backend(account)
    for provider in list(backend.open_id_providers.values()) if backend else ():
        if provider.url == url:
            return OidcProvider(str(provider.arn), str(provider.url), tuple(provider.client_id_list))
    return None


def saml_metadata(arn: str) -> str | None:
    """The metadata of the SAML provider of that ARN, or None."""
    parts = arn.split(":")
    backend = _backend(parts[4]) if len(parts) == 6 else None
    for provider in list(backend.saml_providers.values()) if backend else ():
        if provider.arn == arn:
            return str(provider.saml_metadata_document)
    return None


def mfa_seed(account: str, user_name: str, serial: str) -> str | None:
    """The base32 seed of the virtual device of that serial number, when it is enabled for the user; None otherwise."""
    backend = _backend(account)
    device = backend.virtual_mfa_devices.get(serial) if backend else None
    user = backend.users.get(user_name) if backend else None
    if device is None or user is None or serial not in user.mfa_devices:
        return None
    return str(device.base32_string_seed)


def _backend(account: str) -> Any:
    """None for an account that moto has not met: asking for one would make it."""
    return iam_backends[account]["aws"] if account in iam_backends else None

"""Taking tokens, keys and passwords out of an event before anything keeps it."""

from __future__ import annotations

import json
import re
from functools import lru_cache

DROPPED = "[dropped]"

# Looked for first, in lower case: most events hold none of it and need not be read for it.
_HINTS = ("token", "secret", "passw", "passphrase", "private", "assertion", "\\u", "iqoj", "fwog", "fqog")
_KEY_PARTS = (
    "sessiontoken", "securitytoken", "accesstoken", "refreshtoken", "idtoken", "authtoken", "webidentitytoken",
    "signintoken", "authorizationtoken",
    "secretaccesskey", "secretkey", "secretstring", "secretbinary", "clientsecret", "privatekey",
    "password", "passphrase", "samlassertion",
)  # fmt: skip
# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html: the name of whom the
# token speaks, which is all that tells him apart.
_NO_SECRETS = ("subjectfromwebidentitytoken",)
# The first letters of session tokens as STS has issued them since 2019; a URL holds them percent-encoded. A session
# name has 64 characters at most, so that no name a thief chooses passes for a token.
_TOKEN = re.compile(r"(?:IQoJ|FwoG|FQoG)[A-Za-z0-9+/=%_-]{150,}")

_KEY = re.compile(r"(?=.*[/+])[A-Za-z0-9/+]{40}")


def without_secrets(text: str) -> str:
    """The same JSON text when it holds nothing secret, else one with every secret value replaced by `[dropped]`.

    INVARIANT: what comes back holds no session token, secret key or password. ValueError when the text is no JSON.
    """
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return text
    found = json.loads(text)
    cleaned = _cleaned(found)
    return text if cleaned == found else json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


def is_secret(text: str) -> bool:
    """Whether a text holds a session token for certain, or is a secret key but for a rare chance.

    A key has 40 letters, of which most have `/` or `+` among them; without either it may as well be somebody's name.
    """
    is_key = _KEY.fullmatch(text) is not None and all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return is_key or _TOKEN.search(text) is not None


def _cleaned(value: object) -> object:
    match value:
        case dict():
            return {
                key: DROPPED if isinstance(item, str) and _is_secret(key) else _cleaned(item)
                for key, item in value.items()
            }
        case list():
            return [_cleaned(item) for item in value]
        case str():
            return _TOKEN.sub(DROPPED, value)
        case _:
            return value


@lru_cache(4096)
def _is_secret(key: str) -> bool:
    """Whether a field of that name holds a secret when it holds text."""
    plain = re.sub(r"[^a-z]", "", key.lower())
    return plain not in _NO_SECRETS and any(part in plain for part in _KEY_PARTS)

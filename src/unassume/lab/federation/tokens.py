"""OIDC ID tokens: signed by the lab for any issuer, and proven to be signed by the lab.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from unassume.lab.federation.keys import Algorithm, SigningKeys

_ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256")
_UNCHECKED = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
MOST = 20_000
"""The longest WebIdentityToken, in characters.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""


class BadTokenError(Exception):
    """A token or assertion that the lab's keys did not sign, or that cannot be read."""


def signed_token(claims: Mapping[str, Any], keys: SigningKeys, algorithm: Algorithm) -> str:
    """The claims as a compact JWT."""
    import jwt

    if algorithm == "ES256":
        return jwt.encode(dict(claims), keys.ec, algorithm, headers={"kid": algorithm})
    return jwt.encode(dict(claims), keys.rsa, algorithm, headers={"kid": algorithm})


def proven_claims(token: str, keys: SigningKeys) -> dict[str, Any]:
    """The claims of a token the lab signed; BadTokenError otherwise. Its times are the caller's to judge."""
    import jwt

    try:
        algorithm = jwt.get_unverified_header(token).get("alg")
        if algorithm not in _ALGORITHMS or len(token) > MOST:
            raise BadTokenError("the token's algorithm is not one of RS256 and ES256")
        key = keys.ec.public_key() if algorithm == "ES256" else keys.rsa.public_key()
        # The times are judged on the lab's clock, which the library does not know.
        checks: Any = {f"verify_{claim}": False for claim in _UNCHECKED} | {"verify_signature": True}
        return dict(jwt.decode(token, key, algorithms=[algorithm], options=checks))
    except jwt.PyJWTError as problem:
        raise BadTokenError(type(problem).__name__) from None


def key_set(keys: SigningKeys) -> dict[str, Any]:
    """The public keys as the JSON Web Key Set an OIDC provider publishes."""
    curve, numbers = keys.ec.public_key().public_numbers(), keys.rsa.public_key().public_numbers()
    ec = {"kty": "EC", "crv": "P-256", "x": _number(curve.x, 32), "y": _number(curve.y, 32)}
    rsa = {"kty": "RSA", "n": _number(numbers.n, 256), "e": _number(numbers.e, 3)}
    return {"keys": [{"kid": "RS256", "alg": "RS256", "use": "sig", **rsa},
                     {"kid": "ES256", "alg": "ES256", "use": "sig", **ec}]}  # fmt: skip


def _number(value: int, length: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(length, "big")).rstrip(b"=").decode()

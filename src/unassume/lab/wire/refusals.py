"""Why the gate says no, and the code each kind of service gives it.

The codes and statuses are from AWS's documents and common experience; none was measured here, so each row is an
ASSUMPTION about AWS except where a source stands beside it. One test per protocol holds the table to itself.
"""

from __future__ import annotations

from enum import Enum


class Family(Enum):
    """The shapes in which AWS services write an error."""

    S3 = "s3"
    QUERY = "query"
    EC2 = "ec2"
    JSON = "json"
    REST_JSON = "rest-json"
    CBOR = "rpc-v2-cbor"


class Why(Enum):
    """The reasons every service shares."""

    UNSIGNED = "request is not signed"
    MALFORMED = "signature cannot be read"
    UNKNOWN_KEY = "access key id is unknown"
    WRONG_SIGNATURE = "signature does not match"
    WRONG_TOKEN = "session token is wrong"
    MISSING_TOKEN = "session token is missing"
    EXPIRED = "session has expired"
    SKEWED = "request time is too far off"
    DENIED = "not authorized"


_INVALID_TOKEN = "The security token included in the request is invalid."
_EC2_INVALID = "AWS was not able to validate the provided access credentials"
_EXPIRED = "The security token included in the request is expired"
_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)
_STALE = "Signature expired: the request time is not within 15 minutes of the server time"

_S3 = {
    Why.UNSIGNED: ("AccessDenied", 403, "Access Denied"),
    Why.MALFORMED: ("AuthorizationHeaderMalformed", 400, "The authorization header that you provided is not valid."),
    Why.UNKNOWN_KEY: ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
    Why.WRONG_SIGNATURE: ("SignatureDoesNotMatch", 403, _NO_MATCH),
    Why.WRONG_TOKEN: ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    Why.MISSING_TOKEN: ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
    Why.EXPIRED: ("ExpiredToken", 400, "The provided token has expired."),
    Why.SKEWED: (
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
    ),
    Why.DENIED: ("AccessDenied", 403, "Access Denied"),
}
_QUERY = {
    Why.UNSIGNED: ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Why.MALFORMED: ("IncompleteSignature", 400, "The authorization header cannot be read"),
    Why.UNKNOWN_KEY: ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Why.WRONG_SIGNATURE: ("SignatureDoesNotMatch", 403, _NO_MATCH),
    Why.WRONG_TOKEN: ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Why.MISSING_TOKEN: ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Why.EXPIRED: ("ExpiredToken", 403, _EXPIRED),
    Why.SKEWED: ("SignatureDoesNotMatch", 403, _STALE),
    Why.DENIED: ("AccessDenied", 403, "Access Denied"),
}
_EC2 = {
    Why.UNSIGNED: ("AuthFailure", 401, _EC2_INVALID),
    Why.MALFORMED: ("AuthFailure", 401, _EC2_INVALID),
    Why.UNKNOWN_KEY: ("AuthFailure", 401, _EC2_INVALID),
    Why.WRONG_SIGNATURE: ("AuthFailure", 401, _EC2_INVALID),
    Why.WRONG_TOKEN: ("AuthFailure", 401, _EC2_INVALID),
    Why.MISSING_TOKEN: ("AuthFailure", 401, _EC2_INVALID),
    Why.EXPIRED: ("RequestExpired", 400, "Request has expired."),
    Why.SKEWED: ("RequestExpired", 400, "Request has expired."),
    Why.DENIED: ("UnauthorizedOperation", 403, "You are not authorized to perform this operation."),
}
_JSON = {
    Why.UNSIGNED: ("MissingAuthenticationTokenException", 400, "Request is missing Authentication Token"),
    Why.MALFORMED: ("IncompleteSignatureException", 400, "The authorization header cannot be read"),
    Why.UNKNOWN_KEY: ("UnrecognizedClientException", 400, _INVALID_TOKEN),
    Why.WRONG_SIGNATURE: ("InvalidSignatureException", 400, _NO_MATCH),
    Why.WRONG_TOKEN: ("UnrecognizedClientException", 400, _INVALID_TOKEN),
    Why.MISSING_TOKEN: ("UnrecognizedClientException", 400, _INVALID_TOKEN),
    Why.EXPIRED: ("ExpiredTokenException", 400, _EXPIRED),
    Why.SKEWED: ("InvalidSignatureException", 400, _STALE),
    Why.DENIED: ("AccessDeniedException", 400, "Access Denied"),
}
_REST_JSON = {why: (code, 403, message) for why, (code, _, message) in _JSON.items()}

CODES: dict[Family, dict[Why, tuple[str, int, str]]] = {
    Family.S3: _S3,
    Family.QUERY: _QUERY,
    Family.EC2: _EC2,
    Family.JSON: _JSON,
    Family.REST_JSON: _REST_JSON,
    Family.CBOR: _JSON,
}


class Refusal(Exception):
    """A call the gate does not let through: a shared reason, or a code of the service's own."""

    def __init__(
        self, why: Why | None = None, message: str = "", *, code: str = "", status: int = 400, reason: str = ""
    ) -> None:
        super().__init__(message or (why.value if why else code))
        self.why = why
        self.message = message
        self.code = code
        self.status = status
        self.reason = reason or (why.value if why else f"{code}: {message}")

    def worded(self, family: Family) -> tuple[str, int, str]:
        """The code, the HTTP status and the message in the words of that family."""
        if self.why is None:
            return self.code, self.status, self.message
        code, status, message = CODES[family][self.why]
        return code, status, self.message or message


def ambiguous() -> Refusal:
    """For a request that the gate and moto might read as different calls."""
    message = "The request names its operation or a parameter more than once."
    return Refusal(code="ValidationError", status=400, message=message)


def not_implemented(what: str) -> Refusal:
    """What neither the lab nor moto can do; never a retryable code, never an HTML page."""
    return Refusal(code="NotImplemented", status=501, message=f"the lab does not implement {what}")

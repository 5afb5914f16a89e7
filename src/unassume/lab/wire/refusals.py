"""Why the gate says no, and the code each kind of service gives it.

Sources, by the letter beside a row; a row without one is an ASSUMPTION from common experience with AWS. One test per
protocol and reason holds the table to itself.
  A  https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (code and status)
  B  https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and the same page of IAM and Route 53
  C  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (code; the statuses are ASSUMPTIONS)
  D  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
  E  seen from AWS by a client on 2025-10-17: https://github.com/hashicorp/terraform-provider-aws/issues/44689
  F  seen on 2024-02-20: https://github.com/ministryofjustice/cloud-platform-environments/pull/21094
"""

from __future__ import annotations

from enum import Enum


class Family(Enum):
    """The shapes in which AWS services write an error."""

    S3 = "s3"
    S3_CONTROL = "s3-control"
    QUERY = "query"
    REST_XML = "rest-xml"
    EC2 = "ec2"
    JSON = "json"
    REST_JSON = "rest-json"
    CBOR = "rpc-v2-cbor"


class Why(Enum):
    """The reasons every service shares."""

    UNSIGNED = "request is not signed"
    MALFORMED = "signature cannot be read"
    MALFORMED_QUERY = "parameters that sign the request cannot be read"
    MECHANISM = "this way of signing is not supported"
    NO_DATE = "request has no date"
    UNKNOWN_KEY = "access key id is unknown"
    WRONG_SIGNATURE = "signature does not match"
    UNSIGNED_HEADERS = "headers were sent that are not signed"
    WRONG_TOKEN = "session token is wrong"
    MISSING_TOKEN = "session token is missing"
    EXPIRED = "session has expired"
    SKEWED = "request time is too far off"
    REQUEST_EXPIRED = "presigned request has expired"
    NOT_YET_VALID = "presigned request is of the future"
    DENIED = "not authorized"


Rows = dict[Why, tuple[str, int, str]]

_INVALID_TOKEN = "The security token included in the request is invalid."
_NO_SUCH_KEY = "The AWS Access Key Id you provided does not exist in our records."
_EC2_INVALID = "AWS was not able to validate the provided access credentials"
_EXPIRED = "The security token included in the request is expired"
_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)
_STALE = "Signature expired: the request time is not within 15 minutes of the server time"
_EARLY = "Signature not yet current: the request time is later than the server time"
_MECHANISM = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
_NOT_SIGNED = "There were headers present in the request which were not signed"
_UNREADABLE = "The authorization header cannot be read"
_ABSENT = "Request is missing Authentication Token"

_S3: Rows = {
    Why.UNSIGNED: ("AccessDenied", 403, "Access Denied"),  # A
    Why.MALFORMED: (
        "AuthorizationHeaderMalformed",
        400,
        "The authorization header that you provided is not valid.",
    ),  # A
    Why.MALFORMED_QUERY: (
        "AuthorizationQueryParametersError",  # A
        400,
        "The authorization query parameters that you provided are not valid.",
    ),
    Why.MECHANISM: ("InvalidRequest", 400, _MECHANISM),  # A
    Why.NO_DATE: ("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"),
    Why.UNKNOWN_KEY: ("InvalidAccessKeyId", 403, _NO_SUCH_KEY),  # A
    Why.WRONG_SIGNATURE: ("SignatureDoesNotMatch", 403, _NO_MATCH),  # A
    Why.UNSIGNED_HEADERS: ("AccessDenied", 403, _NOT_SIGNED),
    Why.WRONG_TOKEN: ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),  # A
    # Measured by ministack's issue 1745; the page has no word on it.
    Why.MISSING_TOKEN: ("InvalidAccessKeyId", 403, _NO_SUCH_KEY),
    Why.EXPIRED: ("ExpiredToken", 400, "The provided token has expired."),  # A
    Why.SKEWED: (
        "RequestTimeTooSkewed",  # A
        403,
        "The difference between the request time and the current time is too large.",
    ),
    Why.REQUEST_EXPIRED: ("AccessDenied", 403, "Request has expired"),
    Why.NOT_YET_VALID: ("AccessDenied", 403, "Request is not yet valid"),
    Why.DENIED: ("AccessDenied", 403, "Access Denied"),  # A
}
_QUERY: Rows = {
    Why.UNSIGNED: ("MissingAuthenticationToken", 403, _ABSENT),  # B
    Why.MALFORMED: ("IncompleteSignature", 400, _UNREADABLE),  # B
    Why.MALFORMED_QUERY: ("IncompleteSignature", 400, _UNREADABLE),
    Why.MECHANISM: ("IncompleteSignature", 400, _MECHANISM),
    Why.NO_DATE: ("IncompleteSignature", 400, _UNREADABLE),
    Why.UNKNOWN_KEY: ("InvalidClientTokenId", 403, _INVALID_TOKEN),  # B
    Why.WRONG_SIGNATURE: ("SignatureDoesNotMatch", 403, _NO_MATCH),
    Why.UNSIGNED_HEADERS: ("SignatureDoesNotMatch", 403, _NOT_SIGNED),
    Why.WRONG_TOKEN: ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Why.MISSING_TOKEN: ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Why.EXPIRED: ("ExpiredToken", 403, _EXPIRED),
    Why.SKEWED: ("SignatureDoesNotMatch", 403, _STALE),
    Why.REQUEST_EXPIRED: ("SignatureDoesNotMatch", 403, _STALE),
    Why.NOT_YET_VALID: ("SignatureDoesNotMatch", 403, _EARLY),
    Why.DENIED: ("AccessDenied", 403, "Access Denied"),
}
_EC2: Rows = {
    **dict.fromkeys(Why, ("AuthFailure", 401, _EC2_INVALID)),  # C
    Why.UNSIGNED: ("MissingAuthenticationToken", 403, _ABSENT),  # C
    Why.MALFORMED: ("IncompleteSignature", 400, _UNREADABLE),  # C
    Why.MALFORMED_QUERY: ("IncompleteSignature", 400, _UNREADABLE),
    Why.MECHANISM: ("IncompleteSignature", 400, _MECHANISM),
    Why.NO_DATE: ("IncompleteSignature", 400, _UNREADABLE),
    Why.EXPIRED: ("RequestExpired", 400, "Request has expired."),
    Why.SKEWED: ("RequestExpired", 400, "Request has expired."),  # C
    Why.REQUEST_EXPIRED: ("RequestExpired", 400, "Request has expired."),  # C
    Why.DENIED: ("UnauthorizedOperation", 403, "You are not authorized to perform this operation."),  # C
}
_JSON: Rows = {
    Why.UNSIGNED: ("MissingAuthenticationTokenException", 400, _ABSENT),  # D
    Why.MALFORMED: ("IncompleteSignatureException", 400, _UNREADABLE),  # D
    Why.MALFORMED_QUERY: ("IncompleteSignatureException", 400, _UNREADABLE),
    Why.MECHANISM: ("IncompleteSignatureException", 400, _MECHANISM),
    Why.NO_DATE: ("IncompleteSignatureException", 400, _UNREADABLE),
    Why.UNKNOWN_KEY: ("UnrecognizedClientException", 400, _INVALID_TOKEN),  # D
    Why.WRONG_SIGNATURE: ("InvalidSignatureException", 400, _NO_MATCH),
    Why.UNSIGNED_HEADERS: ("InvalidSignatureException", 400, _NOT_SIGNED),
    Why.WRONG_TOKEN: ("UnrecognizedClientException", 400, _INVALID_TOKEN),  # D
    Why.MISSING_TOKEN: ("UnrecognizedClientException", 400, _INVALID_TOKEN),  # D
    Why.EXPIRED: ("ExpiredTokenException", 400, _EXPIRED),
    Why.SKEWED: ("InvalidSignatureException", 400, _STALE),
    Why.REQUEST_EXPIRED: ("InvalidSignatureException", 400, _STALE),
    Why.NOT_YET_VALID: ("InvalidSignatureException", 400, _EARLY),
    Why.DENIED: ("AccessDeniedException", 400, "Access Denied"),  # D
}
_REST_JSON: Rows = {why: (code, 403, message) for why, (code, _, message) in _JSON.items()}

CODES: dict[Family, Rows] = {
    Family.S3: _S3,
    Family.S3_CONTROL: _S3,
    Family.QUERY: _QUERY,
    Family.REST_XML: _QUERY,
    Family.EC2: _EC2,
    Family.JSON: _JSON,
    Family.REST_JSON: _REST_JSON,
    Family.CBOR: _JSON,
}

_BY_SERVICE: dict[tuple[str, Why], tuple[str, int]] = {
    ("sqs", Why.DENIED): ("AccessDeniedException", 403),  # E; its client reads `AccessDenied` in x-amzn-query-error
    ("sns", Why.DENIED): ("AuthorizationError", 403),  # F
}
"""The code and status of services that do not answer as the rest of their family."""

QUERY_CODES = {code: _QUERY[why][0] for why, (code, _, _) in _JSON.items()}
"""What services that once spoke the query protocol call these codes in their `x-amzn-query-error` header."""


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

    def worded(self, family: Family, service: str = "") -> tuple[str, int, str]:
        """The code, the HTTP status and the message in the words of that family, or in the service's own."""
        if self.why is None:
            return self.code, self.status, self.message
        code, status, message = CODES[family][self.why]
        code, status = _BY_SERVICE.get((service, self.why), (code, status))
        return code, status, self.message or message


def ambiguous() -> Refusal:
    """For a request that the gate and moto might read as different calls."""
    message = "The request names its operation or a parameter more than once."
    return Refusal(code="ValidationError", status=400, message=message)


def not_implemented(what: str) -> Refusal:
    """What neither the lab nor moto can do; never a retryable code, never an HTML page."""
    return Refusal(code="NotImplemented", status=501, message=f"the lab does not implement {what}")

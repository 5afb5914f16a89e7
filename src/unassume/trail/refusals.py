"""How AWS says no, as a trail records it. What is not in these tables counts as authorised."""

from __future__ import annotations

import re

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
# At the end of the message only: what comes before repeats names and ARNs that the caller chose. Newer messages name
# the policy's ARN after the phrase: then it has to be one of ours. ASSUMPTION: where an inline policy denies, nothing
# is appended: no source says either.
_ENCODED = r"\.?(?:\s+Encoded authorization failure message: \S+)?\s*"
_BY_POLICY = re.compile(
    r"with an explicit deny in an identity-based policy(?:: arn:[\w-]+:iam::\d{12}:policy/Unassume-[\w.-]+)?" + _ENCODED
)
# AWS: the ARN of an SCP tells its id, not its name: of a canary, that it was let in before shows that it is ours; of a
# leaked session, the id does. An ARN of another form tells nothing. ASSUMPTION: it is the policy's own ARN, as
# Organizations writes it.
_BY_SCP = re.compile(
    r"with an explicit deny in a service control policy"
    r"(?:: arn:[\w-]+:organizations::\d{12}:policy/(?:o-[a-z0-9]+/service_control_policy/(p-\w+)|\S+?))?" + _ENCODED,
    re.ASCII,
)
UNTOLD = ""
"""In place of an SCP's id, where AWS does not say which denied."""

# INVARIANT: a code that may also be given to an authorised call is left out: `NoSuchBucket`, `ValidationError`,
# `ThrottlingException` or EC2's `AuthFailure` must never make a live thief look refused.
_REFUSED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
    "AuthorizationErrorException", "NotAuthorized", "NotAuthorizedException",
})  # fmt: skip
_BAD_TOKEN = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "InvalidToken",
    "UnrecognizedClient", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
    "InvalidSignatureException", "MissingAuthenticationToken", "IncompleteSignature",
})  # fmt: skip

# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html says no permission is needed and
# none can be taken away; GetSessionToken and GetAccessKeyInfo likewise on their own pages.
_EXEMPT = frozenset({"GetCallerIdentity", "GetSessionToken", "GetAccessKeyInfo"})


def is_refusal(error_code: str | None) -> bool:
    """Whether the code means AWS refused for lack of permission, or no longer knew the credentials."""
    code = (error_code or "").removeprefix("Client.")
    return code in _REFUSED or code in _BAD_TOKEN


def is_explicit_deny(error_code: str | None, error_message: str | None) -> bool:
    """Whether an identity-based policy said no in so many words."""
    return is_refusal(error_code) and says_explicit_deny(error_message or "")


def denying_scp(error_code: str | None, error_message: str | None) -> str | None:
    """The id of the SCP that said no in so many words, `UNTOLD` where AWS names none, None where no SCP said it."""
    message = error_message or ""
    found = message.rfind("with an explicit deny")
    ends = _BY_SCP.fullmatch(message, found) if found >= 0 and is_refusal(error_code) else None
    return None if ends is None else ends[1] or UNTOLD


def says_explicit_deny(message: str, *, by_scp: bool = False) -> bool:
    """Whether a refusal ends in the words for an explicit deny in an identity-based policy, or in an SCP."""
    found, ends = message.rfind("with an explicit deny"), _BY_SCP if by_scp else _BY_POLICY
    return found >= 0 and ends.fullmatch(message, found) is not None


def is_exempt(event_source: str, event_name: str) -> bool:
    """Whether no policy can stop the call, so that its success proves nothing."""
    return event_source == "sts.amazonaws.com" and event_name in _EXEMPT

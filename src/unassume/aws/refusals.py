"""botocore's errors as ours: one line, what to do next apart, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from unassume.errors import AccessError, InputError, UnassumeError, masked

DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized",
})  # fmt: skip
THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
    "RequestThrottled", "SlowDown",
})  # fmt: skip
_DEAD_CREDENTIALS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
    "InvalidAccessKeyId", "InvalidToken",
})  # fmt: skip
_BAD_SIGNATURE = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"})
_SIGN_IN = "sign in again (`aws sso login`, `aws login`), or name another profile with `--profile`"
_ENDPOINT = "check the network, `--region`, and `--endpoint-url` or AWS_ENDPOINT_URL"


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Let no error of botocore out of the block: it becomes ours, which says `what` was asked."""
    try:
        yield
    except UnassumeError:
        raise
    except Exception as error:
        ours = translated(error, what)
        if ours is None:
            raise
        raise ours from None


def code_of(error: BaseException) -> str:
    """The code AWS gave, or nothing when AWS never answered."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def message_of(error: BaseException) -> str:
    """The message AWS gave, as it stands; it may hold text an attacker chose."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Message", "")) if isinstance(response, dict) else ""


def translated(error: Exception, what: str) -> UnassumeError | None:
    """Our error for one of botocore's; None for an error that is not botocore's."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, ClientError):
        return _answered(error, what)
    if isinstance(error, BotoCoreError):
        return _unanswered(error, what)
    return None


def _answered(error: Exception, what: str) -> UnassumeError:
    """AWS answered, and said no."""
    code, message = code_of(error), one_line(message_of(error))
    facts = {"code": code, "asked": what} | ({"refused": "true"} if _is_certain(error) else {})
    if code in DENIED:
        hint = f"allow your identity `{what}`, or use another profile"
        return AccessError(f"not allowed to call `{what}`: {message}", hint=hint, facts=facts)
    if code in _DEAD_CREDENTIALS:
        facts = {**facts, "credentials": code}
        return AccessError(f"the credentials are expired or unknown to AWS ({code})", hint=_SIGN_IN, facts=facts)
    if code in _BAD_SIGNATURE:
        hint = "check the secret key and this machine's clock"
        return AccessError(f"AWS refused the signature ({code})", hint=hint, facts={**facts, "credentials": code})
    if code in THROTTLED:
        return AccessError(f"AWS throttled `{what}` ({code})", hint="wait a little and try again", facts=facts)
    if code == "UnmodifiableEntity":
        return AccessError("the role is AWS's own and cannot be edited", hint="cut it elsewhere: an SCP", facts=facts)
    if code == "LimitExceeded":
        return AccessError(f"no room left: {message}", hint="free room in the role's inline policies", facts=facts)
    if code in ("MalformedPolicyDocument", "ValidationError", "InvalidParameterValue", "InvalidInput"):
        return InputError(f"AWS refused `{what}` as malformed: {message}", facts=facts)
    return AccessError(f"`{what}` failed ({code or 'no code'}): {message}", facts=facts)


def _is_certain(error: Exception) -> bool:
    """Whether AWS did nothing for certain: it refused the request itself.

    After a 5xx nobody knows, nor after a throttled repeat: the attempt before it may have been carried out.
    """
    response = getattr(error, "response", {})
    status = (response.get("ResponseMetadata") or {}).get("HTTPStatusCode", 0)
    return isinstance(status, int) and 400 <= status < 500 and code_of(error) not in THROTTLED


def _unanswered(error: Exception, what: str) -> UnassumeError:
    """No answer came: no credentials, no region, no network; `error.kwargs` holds what botocore names."""
    import botocore.exceptions as raised

    named: dict[str, object] = getattr(error, "kwargs", {})
    facts = {"asked": what, "error": type(error).__name__}
    match error:
        case raised.NoRegionError():
            return no_region()
        case raised.ProfileNotFound():
            hint = "see `aws configure list-profiles`"
            return InputError(f"no profile `{named.get('profile')}` in the AWS configuration", hint=hint, facts=facts)
        case raised.NoCredentialsError():
            return _credentials("no AWS credentials found", facts)
        case raised.PartialCredentialsError():
            return _credentials(f"the AWS credentials are incomplete: `{named.get('cred_var')}` is missing", facts)
        case raised.InvalidRegionError() | raised.UnknownRegionError() | raised.UnknownEndpointError():
            hint = "give one like `--region us-east-1`"
            return InputError(f"`{named.get('region_name')}` is no AWS region", hint=hint, facts=facts)
        case raised.SSOError() | raised.TokenRetrievalError():
            return _credentials("the sign-in of this profile has expired", facts)
        case raised.CredentialRetrievalError() | raised.LoginError():
            return _credentials(f"the credentials could not be fetched ({type(error).__name__})", facts)
        case raised.HTTPClientError() | raised.ConnectionError():
            return _unreachable(named, facts)
        case raised.ParamValidationError():
            return InputError(f"`{what}` was asked with a value AWS does not take", facts=facts)
        case _:
            hint = "see `aws configure list`"
            return AccessError(f"`{what}` failed ({type(error).__name__})", hint=hint, facts=facts)


def _credentials(message: str, facts: dict[str, str]) -> AccessError:
    return AccessError(message, hint=_SIGN_IN, facts={**facts, "credentials": facts["error"]})


def _unreachable(named: dict[str, object], facts: dict[str, str]) -> AccessError:
    parts = urlsplit(str(named.get("endpoint_url") or ""))
    port = f":{parts.port}" if parts.port else ""
    url = f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "AWS"
    return AccessError(f"no answer from `{url}`", hint=_ENDPOINT, facts={**facts, "unreachable": url})


def no_region() -> InputError:
    """Nobody said which region to ask."""
    return InputError("no region", hint="give `--region us-east-1`, or set AWS_REGION")


def one_line(text: str, longest: int = 300) -> str:
    """Text of AWS's on one line, shortened, less secrets and the encoded part that only AWS can read."""
    text = re.sub(r"\s*Encoded authorization failure message:.*", "", text, flags=re.DOTALL)
    text = masked(" ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 3] + "..."

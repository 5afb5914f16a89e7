"""botocore's errors as ours: what is certain, and what may have been carried out all the same."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from unassume.aws.refusals import THROTTLED, translated


def is_refused(code: str, status: int) -> bool:
    """Whether our error for that answer claims that AWS did nothing."""
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    ours = translated(ClientError(answer, "PutRolePolicy"), "iam:PutRolePolicy")
    assert ours is not None
    return ours.facts.get("refused") == "true"


@pytest.mark.parametrize("code", ["AccessDenied", "LimitExceeded", "MalformedPolicyDocument", "ServiceOddity"])
def test_a_4xx_is_certain(code: str) -> None:
    """AWS refused the request itself; of a 5xx nobody knows what became."""
    assert is_refused(code, 400)
    assert not is_refused(code, 500)


@pytest.mark.parametrize("code", sorted(THROTTLED))
def test_throttling_is_never_certain(code: str) -> None:
    """It may answer a repeat, and the attempt before it may have been carried out."""
    assert not is_refused(code, 400)


def test_a_secret_in_what_aws_says_goes_no_further() -> None:
    """The message may go into a receipt: what may be a key or a token in it is masked from the first."""
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own documented example
    answer = {"Error": {"Code": "ServiceOddity", "Message": f"no {key} here"}}
    ours = translated(ClientError(answer, "PutRolePolicy"), "iam:PutRolePolicy")
    assert ours is not None
    assert (key in str(ours), key in ours.message, "(not shown) here" in ours.message) == (False, False, True)

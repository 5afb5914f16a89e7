"""Requests and policies as people write them: what is read, what is refused, and what an ARN tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unassume.errors import InputError
from unassume.iam.check import check, decide, read_case
from unassume.iam.described import principal_of
from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Principal, Root, Service, User
from unassume.iam.values import ABSENT, Known

_FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_NOTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "a:b", "Resource": "*"}],
}
_SESSION = "arn:aws:sts::111122223333:assumed-role/Analyst/keith"
_MESSAGE = "line 1"


def _line(**changes: Any) -> bytes:
    request = {"principal": _SESSION, "action": "s3:GetObject", "resource": "arn:aws:s3:::data/k"}
    case: dict[str, Any] = {"id": "one", "request": request, "policies": {"identity": [_FULL]}, "expect": "allow"}
    for name, value in changes.items():
        place, _, field = name.partition("__")
        if field:
            case[place] = {**case[place], field: value}
        else:
            case[place] = value
    return json.dumps(case).encode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (_SESSION, AssumedRole),
        ("arn:aws:iam::111122223333:role/team/Analyst", AssumedRole),
        ("arn:aws:iam::111122223333:user/team/sue", User),
        ("arn:aws:iam::111122223333:root", Root),
        ("arn:aws:sts::111122223333:federated-user/sue", FederatedUser),
        ("arn:aws:iam::111122223333:saml-provider/Corp", Federated),
        ("accounts.google.com", Federated),
        ("ec2.amazonaws.com", Service),
    ],
)
def test_a_principal_is_told_by_its_name(text: str, kind: type[Principal]) -> None:
    """Each form of name is the principal AWS means by it."""
    assert isinstance(principal_of(text)[0], kind)


def test_an_arn_brings_the_keys_it_tells_and_no_other() -> None:
    """A session's ARN tells role, account and type; who issued it when, and its unique id, it does not."""
    _, keys = principal_of(_SESSION)
    assert keys["aws:principalarn"] == Known(("arn:aws:iam::111122223333:role/Analyst",))
    assert keys["aws:principalaccount"] == Known(("111122223333",))
    assert keys["aws:userid"] is ABSENT
    assert keys["aws:tokenissuetime"] is ABSENT


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"request__principal": "keith"}, "no principal"),
        ({"request__principal": "arn:aws:s3:::bucket"}, "no principal"),
        ({"request__principal": {"type": "Robot"}}, "Robot"),
        ({"request__principal": {"type": "User", "nick": "sue"}}, "nick"),
        ({"request__principal": {"type": "User", "token_issued_at": "yesterday"}}, "yesterday"),
        ({"request__action": "s3:*"}, "s3:*"),
        ({"request__nonsense": 1}, "nonsense"),
        ({"policies__identity": [{"Version": "2012-10-17"}]}, "identity[0]"),
        ({"policies__scp": [_FULL]}, "scp"),
        ({"policies__rcp": [[_FULL]]}, "rcp[0][0]"),
        ({"expect": "maybe"}, "maybe"),
        ({"id": 7}, "id"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], said: str) -> None:
    """A case that cannot be judged is one error, with its line and what is wrong."""
    with pytest.raises(InputError, match=_MESSAGE) as caught:
        check([_line(**changes)])
    assert said in caught.value.message


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"id": "a"}', b"\xff", b'{"id": "a", "id": "b"}'])
def test_a_broken_line_is_an_error_with_its_number(text: bytes) -> None:
    """The first line that is no case is named by its number."""
    with pytest.raises(InputError, match="line 3"):
        check([_line(), b"", text])


def test_no_case_and_an_id_twice_are_errors() -> None:
    """A file without a case proves nothing, and two cases of one id cannot be told apart."""
    with pytest.raises(InputError, match="no case"):
        check([b"", b" "])
    with pytest.raises(InputError, match="twice"):
        check([_line(), _line()])


@pytest.mark.parametrize(
    ("policies", "outcome", "layer"),
    [
        ({"boundary": [_NOTHING]}, "implicit-deny", "permissions boundary"),
        ({"boundary": []}, "implicit-deny", "permissions boundary"),
        ({"boundary": None}, "allow", None),
        ({"session": [_NOTHING]}, "implicit-deny", "session policy"),
        ({"scp": [[_FULL], [_NOTHING]]}, "implicit-deny", "service control policy"),
        ({"scp": [[_FULL], [_FULL]]}, "allow", None),
        ({"scp": [[_FULL], []]}, "implicit-deny", "service control policy"),
        ({"scp": []}, "allow", None),
        ({"scp": None}, "allow", None),
    ],
)
def test_each_layer_bounds(policies: dict[str, Any], outcome: str, layer: str | None) -> None:
    """A layer that is there must allow, at every level; null and an empty list of levels say that none is there.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """
    decision = decide(read_case(_line(policies={"identity": [_FULL], **policies})))
    assert decision.outcome == outcome
    assert layer is None or (decision.layer is not None and decision.layer.value == layer)


def test_numbers_and_booleans_stand_unquoted_in_a_context() -> None:
    """A context value may be a JSON number or boolean, as policies may write them."""
    condition = {"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:max-keys": "10"}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    context = {"aws:SecureTransport": True, "s3:max-keys": 9}
    line = _line(policies={"identity": [policy]}, request__context=context, expect="explicit_deny")
    assert check([line]).passed == 1

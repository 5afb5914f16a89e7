"""AssumeRole's own rules: external ids, MFA, tags, session policies, chains, other accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import allow, answer_of, assume, code_of
from tests.lab.sts.people import device, last, raw, role, root, trusting, trusting_account, user
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.clock import wall
from unassume.lab.sts.mfa import totp


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None, accounts=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def ann(lab: Lab) -> Credentials:
    return user(lab, "ann", allow(["*"]))


@pytest.fixture(scope="module")
def plain(lab: Lab) -> str:
    return role(lab, "Plain", trusting_account(), MaxSessionDuration=43_200)


def trying(lab: Lab, credentials: Credentials, arn: str, **more: Any) -> tuple[str, int, str]:
    return answer_of(raw(lab, credentials).assume_role, **{"RoleArn": arn, "RoleSessionName": "some"} | more)


def test_external_id(lab: Lab, ann: Credentials) -> None:
    """Trust that asks for an external id lets in only who says it."""
    arn = role(lab, "External", trusting_account({"StringEquals": {"sts:ExternalId": "secret-7"}}))
    assert trying(lab, ann, arn, ExternalId="secret-7")[0] == "OK"
    assert trying(lab, ann, arn, ExternalId="secret-8")[0] == "AccessDenied"
    assert trying(lab, ann, arn)[0] == "AccessDenied"


@pytest.mark.parametrize(("text", "code"), [
    ("x", "ValidationError"), ("xy", "OK"), ("x" * 1224, "OK"), ("x" * 1225, "ValidationError"),
    ("with blank", "ValidationError"), ("a:b/c@d", "OK"),
])  # fmt: skip
def test_external_ids_form(lab: Lab, ann: Credentials, plain: str, text: str, code: str) -> None:
    """An external id has 2 to 1,224 letters of AWS's pattern."""
    assert trying(lab, ann, plain, ExternalId=text)[0] == code


def test_mfa_in_the_call(lab: Lab) -> None:
    """Trust that asks for MFA is met by a right code in the call, once, and by no wrong one."""
    mia = user(lab, "mia", allow(["sts:AssumeRole"]))
    serial, seed = device(lab, "mia")
    fresh = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}
    arn = role(lab, "WithMfa", trusting_account(fresh))
    code = totp(seed, wall())
    assert trying(lab, mia, arn)[0] == "AccessDenied"
    assert trying(lab, mia, arn, SerialNumber=serial, TokenCode=f"{(int(code) + 1) % 10**6:06}")[0] == "AccessDenied"
    assert trying(lab, mia, arn, SerialNumber=serial, TokenCode=code)[0] == "OK"
    assert trying(lab, mia, arn, SerialNumber=serial, TokenCode=code)[0] == "AccessDenied"
    assert trying(lab, mia, arn, SerialNumber=serial, TokenCode="12")[0] == "ValidationError"


def test_context_assertions_are_not_implemented(lab: Lab, ann: Credentials, plain: str) -> None:
    """ProvidedContexts would bind the session to a person the lab does not know, so they are refused."""
    contexts = [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "abcd"}]
    assert trying(lab, ann, plain, ProvidedContexts=contexts)[:2] == ("NotImplemented", 501)


@pytest.mark.parametrize(("tags", "code"), [
    ([{"Key": "k" * 128, "Value": "v" * 256}], "OK"),
    ([{"Key": "k" * 129, "Value": "v"}], "ValidationError"),
    ([{"Key": "k", "Value": "v" * 257}], "ValidationError"),
    ([{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}], "ValidationError"),
    ([{"Key": "aws:team", "Value": "a"}], "ValidationError"),
    ([{"Key": f"k{n}", "Value": ""} for n in range(50)], "OK"),
    ([{"Key": f"k{n}", "Value": ""} for n in range(51)], "ValidationError"),
])  # fmt: skip
def test_tag_limits(lab: Lab, ann: Credentials, plain: str, tags: list[dict[str, str]], code: str) -> None:
    """Fifty tags, keys of 128 and values of 256 letters, keys that differ by more than case, none of AWS's own."""
    assert trying(lab, ann, plain, Tags=tags)[0] == code


def test_transitive_keys_must_be_tags(lab: Lab, ann: Credentials, plain: str) -> None:
    """Only a tag of the request can be made transitive."""
    tags = [{"Key": "Team", "Value": "red"}]
    assert trying(lab, ann, plain, Tags=tags, TransitiveTagKeys=["Team"])[0] == "OK"
    assert trying(lab, ann, plain, Tags=tags, TransitiveTagKeys=["Other"])[0] == "ValidationError"


def test_a_transitive_tag_cannot_be_passed_again(lab: Lab, ann: Credentials, plain: str) -> None:
    """A chained session inherits a transitive tag and cannot set it to something else, in any case."""
    held = assume(lab, ann, plain, "ann", Tags=[{"Key": "Team", "Value": "red"}], TransitiveTagKeys=["Team"])
    assert trying(lab, held, plain, Tags=[{"Key": "team", "Value": "blue"}])[0] == "ValidationError"
    assert trying(lab, held, plain, Tags=[{"Key": "Other", "Value": "x"}])[0] == "OK"


def test_policy_sizes(lab: Lab, ann: Credentials, plain: str) -> None:
    """A session policy has at most 2,048 characters; policies and tags together must fit when packed."""
    assert trying(lab, ann, plain, Policy=allow(["s3:*"]) + " " * 2048)[0] == "ValidationError"
    noise = [{"Key": f"k{n}", "Value": f"{hash_of(n)}"} for n in range(50)]
    assert trying(lab, ann, plain, Tags=noise)[0] == "PackedPolicyTooLarge"
    answer = client(lab, "sts", ann).assume_role(RoleArn=plain, RoleSessionName="some", Policy=allow(["s3:*"]))
    assert 0 < answer["PackedPolicySize"] < 20
    assert "PackedPolicySize" not in client(lab, "sts", ann).assume_role(RoleArn=plain, RoleSessionName="some")


def hash_of(number: int) -> str:
    import hashlib

    return hashlib.sha512(str(number).encode()).hexdigest()


def test_managed_session_policies(lab: Lab, ann: Credentials, plain: str) -> None:
    """Managed policies bound a session like inline ones: at most ten, and only ones there are."""
    arn = root(lab).create_policy(PolicyName="Narrow", PolicyDocument=allow(["s3:*"]))["Policy"]["Arn"]
    held = assume(lab, ann, plain, "ann", PolicyArns=[{"arn": arn}])
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"
    assert code_of(client(lab, "dynamodb", held).list_tables) == "AccessDeniedException"
    assert trying(lab, ann, plain, PolicyArns=[{"arn": arn}] * 11)[0] == "ValidationError"
    missing = f"arn:aws:iam::{ACCOUNT}:policy/Missing"
    assert trying(lab, ann, plain, PolicyArns=[{"arn": missing}])[0] == "ValidationError"


@pytest.mark.parametrize("name", ["aws:ann", "AWS:ann", "a", "x" * 65, "a b"])
def test_source_identitys_form(lab: Lab, ann: Credentials, plain: str, name: str) -> None:
    """A source identity has 2 to 64 letters and does not begin with `aws:`."""
    assert trying(lab, ann, plain, SourceIdentity=name)[0] == "ValidationError"


def test_source_identity_needs_both_sides(lab: Lab, ann: Credentials) -> None:
    """Trust and the caller's policies must both allow sts:SetSourceIdentity."""
    both = role(lab, "Both", trusting_account())
    silent = role(lab, "Silent", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ["sts:AssumeRole"]))
    poor = user(lab, "poor", allow(["sts:AssumeRole"]))
    assert trying(lab, ann, both, SourceIdentity="ann")[0] == "OK"
    assert trying(lab, ann, silent, SourceIdentity="ann")[0] == "AccessDenied"
    assert trying(lab, poor, both, SourceIdentity="ann")[0] == "AccessDenied"


def test_another_account(lab: Lab, ann: Credentials) -> None:
    """A role of another account opens when it trusts the caller's account and the caller's policies allow it."""
    other = next(each for each in lab.accounts if each != ACCOUNT)
    theirs = client(lab, "iam", lab.credentials(f"root-{other}"))
    theirs.create_role(RoleName="Guest", AssumeRolePolicyDocument=trusting_account())
    theirs.create_role(RoleName="Private", AssumeRolePolicyDocument=trusting_account(account=other))
    guest, private = (f"arn:aws:iam::{other}:role/{name}" for name in ("Guest", "Private"))
    held = assume(lab, ann, guest, "ann")
    assert client(lab, "sts", held).get_caller_identity()["Account"] == other
    assert trying(lab, ann, private)[0] == "AccessDenied"
    assert trying(lab, user(lab, "bare"), guest)[0] == "AccessDenied"


def test_unknown_account_and_role(lab: Lab, ann: Credentials) -> None:
    """A role that is nowhere is denied in the words of one that may not be assumed."""
    for arn in ("arn:aws:iam::999999999999:role/Any", f"arn:aws:iam::{ACCOUNT}:role/None"):
        code, status, message = trying(lab, ann, arn)
        assert (code, status) == ("AccessDenied", 403)
        assert message.endswith(f"is not authorized to perform: sts:AssumeRole on resource: {arn}")


def test_chained_duration(lab: Lab, ann: Credentials, plain: str) -> None:
    """A user may have twelve hours; a session of a role no more than one."""
    assert trying(lab, ann, plain, DurationSeconds=43_200)[0] == "OK"
    held = assume(lab, ann, plain, "ann")
    assert trying(lab, held, plain, DurationSeconds=3601)[0] == "ValidationError"
    assert trying(lab, held, plain, DurationSeconds=3600)[0] == "OK"


def test_the_code_stays_out_of_the_event(lab: Lab) -> None:
    """The event of a call with MFA shows no one-time code."""
    ida = user(lab, "ida", allow(["sts:AssumeRole"]))
    serial, seed = device(lab, "ida")
    code = totp(seed, wall())
    assert trying(lab, ida, role(lab, "Quiet", trusting_account()), SerialNumber=serial, TokenCode=code)[0] == "OK"
    assert code not in json.dumps(last(lab, "AssumeRole").record["requestParameters"])

"""IAM's quotas and what it takes for a name: the lab refuses what AWS would, with its code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.serialize import create_serializer

from tests.lab.acting import TRUST, allow, answer_of, code_of
from unassume.errors import InputError
from unassume.iam.limits import LIMITS, measure
from unassume.lab import Lab
from unassume.lab.accounts.state import AccountView, GroupView, RoleView, UserView
from unassume.lab.backend.quotas import QUOTAS, check_count
from unassume.lab.clients import client
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal

TRUSTING = json.dumps(TRUST)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def iam(lab: Lab) -> Any:
    """The account's root, whose client leaves the checking to the server."""
    made = client(lab, "iam", lab.credentials("root"))
    made._serializer = create_serializer(made.meta.service_model.protocol, include_validation=False)
    return made


def filled(length: int, indent: int | None = None) -> str:
    """A document that measures exactly so many characters, spread out when it is indented."""
    empty = measure(allow(["s3:"]))
    text = allow(["s3:" + "x" * (length - empty)])
    assert measure(text) == length
    return json.dumps(json.loads(text), indent=indent) if indent else text


@pytest.mark.parametrize(("kind", "letters"), [("role", 10_240), ("user", 2_048), ("group", 5_120)])
def test_inline_policies_together(iam: Any, kind: str, letters: int) -> None:
    """The inline policies of one principal fill its quota to the last character, white space aside, and not beyond."""
    name, put = f"Full-{kind}", getattr(iam, f"put_{kind}_policy")
    trust = {"AssumeRolePolicyDocument": TRUSTING} if kind == "role" else {}
    getattr(iam, f"create_{kind}")(**{f"{kind.capitalize()}Name": name}, **trust)

    def answer(policy: str, length: int) -> tuple[str, int, str]:
        text = filled(length, indent=4)
        return answer_of(put, **{f"{kind.capitalize()}Name": name}, PolicyName=policy, PolicyDocument=text)

    assert LIMITS[kind] == letters
    assert answer("A", letters // 2)[0] == "OK"
    refused = answer("B", letters // 2 + 1)
    assert refused == ("LimitExceeded", 409, f"Maximum policy size of {letters} bytes exceeded for {kind} {name}")
    assert answer("B", letters // 2)[0] == "OK"
    assert answer("A", letters // 2)[0] == "OK"
    assert answer("A", letters // 2 + 1)[0] == "LimitExceeded"


def test_a_groups_policies_are_not_its_members(iam: Any) -> None:
    """What a group holds does not fill the quota of a user in it."""
    iam.create_group(GroupName="wide")
    iam.create_user(UserName="member")
    iam.add_user_to_group(GroupName="wide", UserName="member")
    iam.put_group_policy(GroupName="wide", PolicyName="G", PolicyDocument=filled(5_000))
    assert code_of(iam.put_user_policy, UserName="member", PolicyName="U", PolicyDocument=filled(2_048)) == "OK"


def test_managed_policies_and_versions(iam: Any) -> None:
    """A managed policy holds 6,144 characters, and five versions."""
    assert answer_of(iam.create_policy, PolicyName="Long", PolicyDocument=filled(6_145)) == (
        "LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144",
    )  # fmt: skip
    arn = iam.create_policy(PolicyName="Long", PolicyDocument=filled(6_144))["Policy"]["Arn"]
    assert code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=filled(6_145)) == "LimitExceeded"
    codes = [code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=filled(100)) for _ in range(5)]
    assert codes == ["OK"] * 4 + ["LimitExceeded"]


def test_trust_policies(iam: Any) -> None:
    """A trust policy holds 2,048 characters, when it is made and when it is changed."""
    long = json.dumps({**TRUST, "Id": "x" * 2_048})
    assert answer_of(iam.create_role, RoleName="Long", AssumeRolePolicyDocument=long) == (
        "LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048",
    )  # fmt: skip
    iam.create_role(RoleName="Long", AssumeRolePolicyDocument=TRUSTING)
    assert code_of(iam.update_assume_role_policy, RoleName="Long", PolicyDocument=long) == "LimitExceeded"


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_attached_policies(iam: Any, kind: str) -> None:
    """Ten managed policies are attached to one principal; attaching one of them again is no eleventh."""
    name = {f"{kind.capitalize()}Name": f"Attached-{kind}"}
    getattr(iam, f"create_{kind}")(**name, **({"AssumeRolePolicyDocument": TRUSTING} if kind == "role" else {}))
    arns = [
        iam.create_policy(PolicyName=f"{kind}-{number}", PolicyDocument=filled(100))["Policy"]["Arn"]
        for number in range(11)
    ]
    attach = getattr(iam, f"attach_{kind}_policy")
    assert [code_of(attach, **name, PolicyArn=arn) for arn in arns] == ["OK"] * 10 + ["LimitExceeded"]
    assert code_of(attach, **name, PolicyArn=arns[0]) == "OK"


def test_keys_and_groups_of_a_user(iam: Any) -> None:
    """A user has two keys and is in ten groups."""
    iam.create_user(UserName="busy")
    assert [code_of(iam.create_access_key, UserName="busy") for _ in range(3)] == ["OK", "OK", "LimitExceeded"]
    codes = []
    for number in range(11):
        iam.create_group(GroupName=f"busy-{number}")
        codes.append(code_of(iam.add_user_to_group, GroupName=f"busy-{number}", UserName="busy"))
    assert codes == ["OK"] * 10 + ["LimitExceeded"]


def _view(roles: int = 0, users: int = 0, groups: int = 0, policies: int = 0, counts: int = 0) -> AccountView:
    born = datetime(2026, 11, 23, tzinfo=UTC)
    role = RoleView("AROA", "r", "arn:r", "/", born, "", 3600, "{}", (), (), ())
    user, group = UserView("AIDA", "u", "arn:u", (), ()), GroupView("AGPA", "g", "arn:g", (), ())
    return AccountView(
        roles={str(number): role for number in range(roles)},
        users={str(number): user for number in range(users)},
        managed={f"arn:aws:iam::123456789012:policy/{number}": "" for number in range(policies)}
        | {"arn:aws:iam::aws:policy/AdministratorAccess": ""},
        groups={str(number): group for number in range(groups)},
        counts={"instance_profiles": counts, "saml_providers": counts, "open_id_providers": counts,
                "certificates": counts},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "most", "standing"),
    [
        ("CreateRole", 1000, "roles"), ("CreateUser", 5000, "users"), ("CreateGroup", 300, "groups"),
        ("CreatePolicy", 1500, "policies"), ("CreateInstanceProfile", 1000, "counts"),
        ("CreateSAMLProvider", 100, "counts"), ("CreateOpenIDConnectProvider", 100, "counts"),
        ("UploadServerCertificate", 20, "counts"),
    ],
)  # fmt: skip
def test_how_many_an_account_has(operation: str, most: int, standing: str) -> None:
    """An account takes as many of each kind as AWS's page says, its own policies counted without AWS's."""
    asked = Operation("iam", "iam", operation, {})
    check_count(asked, _view(**{standing: most - 1}))
    with pytest.raises(Refusal) as refused:
        check_count(asked, _view(**{standing: most}))
    assert (refused.value.code, refused.value.status) == ("LimitExceeded", 409)
    assert refused.value.message == f"Cannot exceed quota for {QUOTAS[operation].name}: {most}"


_NAMES = "It must contain only alphanumeric characters and/or the following: +=,.@_-"


@pytest.mark.parametrize(
    ("call", "given", "message"),
    [
        ("create_role", {"RoleName": "a b", "AssumeRolePolicyDocument": TRUSTING},
         f"The specified value for roleName is invalid. {_NAMES}"),
        ("create_role", {"RoleName": "x" * 65, "AssumeRolePolicyDocument": TRUSTING},
         "1 validation error detected: Value at 'roleName' failed to satisfy constraint: "
         "Member must have length less than or equal to 64"),
        ("create_role", {"RoleName": "r", "Path": "no", "AssumeRolePolicyDocument": TRUSTING},
         "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
         "characters and/or / characters."),
        ("create_role", {"RoleName": "r", "MaxSessionDuration": 60, "AssumeRolePolicyDocument": TRUSTING},
         "1 validation error detected: Value '60' at 'maxSessionDuration' failed to satisfy constraint: "
         "Member must have value greater than or equal to 3600"),
        ("create_user", {"UserName": "ü"}, f"The specified value for userName is invalid. {_NAMES}"),
        ("create_group", {"GroupName": "x" * 129},
         "1 validation error detected: Value at 'groupName' failed to satisfy constraint: "
         "Member must have length less than or equal to 128"),
        ("put_role_policy", {"RoleName": "r", "PolicyName": "a/b", "PolicyDocument": "{}"},
         f"The specified value for policyName is invalid. {_NAMES}"),
        ("put_role_policy", {"RoleName": "r", "PolicyDocument": "{}"},
         "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: "
         "Member must not be null"),
    ],
)  # fmt: skip
def test_parameters_iam_does_not_take(iam: Any, call: str, given: Mapping[str, Any], message: str) -> None:
    """A name, path or number outside what IAM's model allows is a ValidationError that says which."""
    assert answer_of(getattr(iam, call), **given) == ("ValidationError", 400, message)


def test_a_number_that_is_none(iam: Any) -> None:
    """A duration that is no number is refused in words, not with a failure of the lab."""
    given = {"RoleName": "r", "MaxSessionDuration": "long", "AssumeRolePolicyDocument": TRUSTING}
    assert answer_of(iam.create_role, **given)[:2] == ("MalformedInput", 400)


@pytest.mark.parametrize(
    ("call", "parameter", "more"),
    [("create_role", "RoleName", {"AssumeRolePolicyDocument": TRUSTING}), ("create_user", "UserName", {}),
     ("create_group", "GroupName", {}), ("create_policy", "PolicyName", {"PolicyDocument": filled(100)})],
)  # fmt: skip
def test_names_differ_by_more_than_case(iam: Any, call: str, parameter: str, more: Mapping[str, str]) -> None:
    """A name that is taken in other letters' case is taken."""
    make = getattr(iam, call)
    assert code_of(make, **{parameter: "Taken"}, **more) == "OK"
    assert answer_of(make, **{parameter: "tAKEN"}, **more)[:2] == ("EntityAlreadyExists", 409)


def test_bad_documents(iam: Any) -> None:
    """A document that is no policy is MalformedPolicyDocument wherever one is written."""
    iam.create_role(RoleName="Kept", AssumeRolePolicyDocument=TRUSTING)
    identity, wrong = allow(["s3:*"]), '{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}'
    codes = [
        code_of(iam.create_policy, PolicyName="Bad", PolicyDocument=wrong),
        code_of(iam.put_role_policy, RoleName="Kept", PolicyName="Bad", PolicyDocument=TRUSTING),
        code_of(iam.create_role, RoleName="Bad", AssumeRolePolicyDocument=identity),
        code_of(iam.update_assume_role_policy, RoleName="Kept", PolicyDocument=wrong),
    ]
    assert codes == ["MalformedPolicyDocument"] * 4


def test_seeds_are_checked_before_anything_starts() -> None:
    """A seed the lab has not is refused when the lab is made, before moto is loaded."""
    with pytest.raises(InputError, match="no seed `nobody`"):
        Lab(seed="nobody")

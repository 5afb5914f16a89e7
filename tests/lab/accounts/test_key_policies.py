"""KMS key policies over HTTP: what they let in and cut, and that nobody locks himself out by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import administrator, session
from tests.lab.acting import TRUST, allow, answer_of, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.access.layers import rcps_over
from unassume.lab.accounts.key_policies import is_managed_key
from unassume.lab.accounts.state import AccountView
from unassume.lab.clients import client
from unassume.lab.operations.rows import on

_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_LOCKED = "The new key policy will not allow you to update the key policy in the future."


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


@pytest.fixture
def kms(lab: Lab, boss: Credentials) -> Any:
    return client(lab, "kms", boss)


def statement(effect: str, principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": list(actions), "Resource": "*", **more}


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def new_key(kms: Any, *statements: dict[str, Any], **more: Any) -> str:
    given = {"Policy": text(*statements)} if statements else {}
    return str(kms.create_key(**given, **more)["KeyMetadata"]["Arn"])


def use(asking: Any, key: str) -> str:
    return code_of(asking.encrypt, KeyId=key, Plaintext=b"-")


def user(lab: Lab, boss: Credentials, name: str, *actions: str) -> tuple[Any, str]:
    iam = client(lab, "iam", boss)
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="P", PolicyDocument=allow(list(actions)))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(lab, "kms", Credentials(key["AccessKeyId"], key["SecretAccessKey"])), str(arn)


def test_the_default_policy_leaves_it_to_iam(lab: Lab, boss: Credentials, kms: Any) -> None:
    """Under the default policy whoever IAM allows uses the key, and nobody else."""
    key = new_key(kms)
    assert use(user(lab, boss, "allowed", "kms:Encrypt")[0], key) == "OK"
    assert use(user(lab, boss, "bare")[0], key) == "AccessDeniedException"


def test_a_policy_without_the_account_cuts_an_administrator(lab: Lab, boss: Credentials, kms: Any) -> None:
    """Where the key's policy does not delegate to the account, an identity policy gives nothing; one it names may."""
    keeper, arn = user(lab, boss, "keeper")
    own = statement("Allow", {"AWS": arn}, "kms:*")
    key = new_key(kms, own, BypassPolicyLockoutSafetyCheck=True)
    code, _, message = answer_of(kms.encrypt, KeyId=key, Plaintext=b"-")
    assert code == "AccessDeniedException"
    assert "because no resource-based policy allows the kms:Encrypt action" in message
    assert use(keeper, key) == "OK"
    assert code_of(keeper.put_key_policy, KeyId=key, PolicyName="default", Policy=text(own)) == "OK"


def test_a_deny_cuts_one_session(lab: Lab, boss: Credentials, kms: Any) -> None:
    """A deny by aws:userid in the key's policy cuts that session, by the key's alias too, and spares its twin."""
    iam = client(lab, "iam", boss)
    role = iam.create_role(RoleName="work", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="work", PolicyName="All", PolicyDocument=allow(["*"]))
    keith, user_id = session(lab, boss, role, "keith")
    twin, _ = session(lab, boss, role, "twin")
    key = new_key(kms)
    kms.create_alias(AliasName="alias/work", TargetKeyId=key)
    cut = statement("Deny", "*", "kms:*", Condition={"StringEquals": {"aws:userid": user_id}})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text(statement("Allow", _ROOT, "kms:*"), cut))
    for named in (key, "alias/work"):
        message = answer_of(client(lab, "kms", keith).encrypt, KeyId=named, Plaintext=b"-")[2]
        assert "with an explicit deny in a resource-based policy" in message
        assert use(client(lab, "kms", twin), named) == "OK"


def test_the_key_policy_names_a_session(lab: Lab, boss: Credentials, kms: Any) -> None:
    """A session's ARN in the key's policy lets that session in and not its twin."""
    iam = client(lab, "iam", boss)
    role = iam.create_role(RoleName="bare", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    keith, _ = session(lab, boss, role, "keith")
    twin, _ = session(lab, boss, role, "twin")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/bare/keith"
    key = new_key(kms, statement("Allow", _ROOT, "kms:*"), statement("Allow", {"AWS": arn}, "kms:Encrypt"))
    assert use(client(lab, "kms", keith), key) == "OK"
    assert use(client(lab, "kms", twin), key) == "AccessDeniedException"


def test_lock_out(lab: Lab, boss: Credentials, kms: Any) -> None:
    """A policy that shuts its writer out is refused, at creation and after, unless the check is bypassed."""
    _, arn = user(lab, boss, "other")
    shut = text(statement("Allow", {"AWS": arn}, "kms:*"))
    key = new_key(kms)
    refused = ("MalformedPolicyDocumentException", 400, _LOCKED)
    assert answer_of(kms.create_key, Policy=shut) == refused
    assert answer_of(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=shut) == refused
    assert use(kms, key) == "OK"
    bypassed = {"BypassPolicyLockoutSafetyCheck": True}
    assert code_of(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=shut, **bypassed) == "OK"
    assert use(kms, key) == "AccessDeniedException"


def test_a_lock_out_by_condition(lab: Lab, boss: Credentials, kms: Any) -> None:
    """Conditions count: a policy for another user's id shuts its writer out."""
    own = statement("Allow", _ROOT, "kms:*", Condition={"StringNotEquals": {"aws:username": "boss"}})
    assert answer_of(kms.create_key, Policy=text(own))[2] == _LOCKED


def test_keys_that_aws_manages(kms: Any) -> None:
    """A key behind an alias of AWS's own is not used directly, nor is its policy changed; it may be described."""
    arn = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    assert is_managed_key(arn)
    assert not is_managed_key(new_key(kms))
    assert use(kms, "alias/aws/s3") == use(kms, arn) == "AccessDeniedException"
    code = code_of(kms.put_key_policy, KeyId=arn, PolicyName="default", Policy=text(statement("Allow", _ROOT, "kms:*")))
    assert code == "AccessDeniedException"
    assert "kms:ViaService" in kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]


def test_rcps_spare_keys_that_aws_manages(kms: Any) -> None:
    """RCPs stand over a customer's key and not over one that AWS manages."""
    text_of_all = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}}'
    )
    owner = AccountView({}, {}, {}, rcps=((("p", text_of_all),),))
    managed = kms.describe_key(KeyId="alias/aws/ssm")["KeyMetadata"]["Arn"]
    assert rcps_over(on("kms:DescribeKey", managed), owner) is None
    assert rcps_over(on("kms:DescribeKey", new_key(kms)), owner) is not None


def test_an_alias_is_not_taken_from_a_key_that_forbids_it(kms: Any) -> None:
    """Whoever deletes or moves an alias must be allowed to by the key that has it, too."""
    cut = statement("Deny", "*", "kms:DeleteAlias", "kms:UpdateAlias")
    key, other = new_key(kms, statement("Allow", _ROOT, "kms:*"), cut), new_key(kms)
    kms.create_alias(AliasName="alias/held", TargetKeyId=key)
    assert code_of(kms.delete_alias, AliasName="alias/held") == "AccessDeniedException"
    assert code_of(kms.update_alias, AliasName="alias/held", TargetKeyId=other) == "AccessDeniedException"
    kms.create_alias(AliasName="alias/free", TargetKeyId=other)
    assert code_of(kms.delete_alias, AliasName="alias/free") == "OK"


def test_grants_are_refused(kms: Any) -> None:
    """A grant would let others in beside the policies, and is not taken."""
    key = new_key(kms)
    code = code_of(kms.create_grant, KeyId=key, GranteePrincipal=_ROOT["AWS"], Operations=["Encrypt"])
    assert code == "NotImplemented"


def test_a_replica_has_the_default_policy(lab: Lab, boss: Credentials, kms: Any) -> None:
    """A replica does not take over its primary's policy."""
    cut = statement("Deny", "*", "kms:Encrypt")
    key = new_key(kms, statement("Allow", _ROOT, "kms:*"), cut, MultiRegion=True)
    replica = kms.replicate_key(KeyId=key.rpartition("/")[2], ReplicaRegion="eu-west-1")
    made = replica["ReplicaKeyMetadata"]["Arn"]
    there = client(lab, "kms", boss, region="eu-west-1")
    assert (use(kms, key), use(there, made)) == ("AccessDeniedException", "OK")

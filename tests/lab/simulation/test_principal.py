"""SimulatePrincipalPolicy and GetContextKeysForPrincipalPolicy over HTTP."""

from __future__ import annotations

import pytest

from tests.lab.accounts.guarding import SCP, SECOND, Guards, document
from tests.lab.acting import answer_of, code_of
from tests.lab.simulation.simulating import (
    ALICE,
    OBJECT,
    READERS,
    WORKER,
    iam_of,
    key,
    policy,
    principal,
    sources,
    statement,
)
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

BOUND = f"arn:aws:iam::{ACCOUNT}:role/bound"


@pytest.mark.parametrize(
    ("arn", "action", "decision", "matched"),
    [
        (ALICE, "s3:PutObject", "allowed", ["user_alice_Own"]),
        (ALICE, "s3:GetObject", "allowed", ["group_readers_Shared"]),
        (ALICE, "sqs:SendMessage", "allowed", ["Queues"]),
        (ALICE, "ec2:DescribeInstances", "implicitDeny", []),
        (READERS, "s3:GetObject", "allowed", ["group_readers_Shared"]),
        (READERS, "s3:PutObject", "implicitDeny", []),
        (WORKER, "ec2:DescribeInstances", "allowed", ["AmazonEC2ReadOnlyAccess"]),
    ],
)
def test_attached_policies(lab: Lab, arn: str, action: str, decision: str, matched: list[str]) -> None:
    """A user has its own and its groups' policies, a group and a role their own; each is named once."""
    result = principal(lab, arn, action)
    assert (result["EvalDecision"], sources(result)) == (decision, matched)
    assert "OrganizationsDecisionDetail" not in result


def test_positions_are_those_of_the_stored_text(lab: Lab) -> None:
    """The lines and columns lead into the document as it was written."""
    (matched,) = principal(lab, ALICE, "s3:PutObject")["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 3, "Column": 19}
    assert matched["EndPosition"] == {"Line": 8, "Column": 10}


def test_keys_of_attached_policies(lab: Lab) -> None:
    """What is missing is listed for all and for each resource; given, it decides."""
    mine = "arn:aws:s3:::reports/alice/x"
    result = principal(lab, ALICE, "s3:GetObject", ResourceArns=[mine])
    wanted = ["aws:username", "aws:PrincipalTag/Team"]
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", wanted)
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == wanted
    told = [key("aws:username", "alice"), key("aws:PrincipalTag/team", "red")]
    result = principal(lab, ALICE, "s3:GetObject", ResourceArns=[mine], ContextEntries=told)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("explicitDeny", [])
    names = iam_of(lab).get_context_keys_for_principal_policy(PolicySourceArn=ALICE)["ContextKeyNames"]
    assert names == wanted


def test_policies_sent_besides(lab: Lab) -> None:
    """Policies sent with the call count beside the attached ones."""
    more = {"PolicyInputList": [policy(statement("Deny", "s3:PutObject"))]}
    assert sources(principal(lab, ALICE, "s3:PutObject", **more)) == ["PolicyInputList.1"]


@pytest.mark.parametrize(
    ("action", "decision", "allowed"),
    [
        ("s3:GetObject", "allowed", True),
        ("ec2:RunInstances", "implicitDeny", False),
        ("sqs:DeleteQueue", "explicitDeny", False),
    ],
)
def test_the_role_s_own_boundary(lab: Lab, action: str, decision: str, allowed: bool) -> None:
    """The attached boundary counts; one that is sent takes its place, and it can be left out."""
    result = principal(lab, BOUND, action)
    assert result["EvalDecision"] == decision
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": allowed}
    sent = [policy(statement("Allow", action))]
    assert principal(lab, BOUND, action, PermissionsBoundaryPolicyInputList=sent)["EvalDecision"] == "allowed"
    without = principal(lab, BOUND, action, PolicyExclusionList=[{"PolicyType": "permission-boundary"}])
    assert (without["EvalDecision"], "PermissionsBoundaryDecisionDetail" in without) == ("allowed", False)


def test_exclusions(lab: Lab) -> None:
    """What would be without a policy, without taking it away."""
    group = {"PolicyName": "Shared", "AttachmentType": "group", "AttachmentName": "read*"}
    excluded = [{"InlinePolicyIdentifier": group}, {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/Queue?"}]
    for action, decision in (
        ("s3:GetObject", "implicitDeny"),
        ("sqs:SendMessage", "implicitDeny"),
        ("s3:PutObject", "allowed"),
    ):
        assert principal(lab, ALICE, action, PolicyExclusionList=excluded)["EvalDecision"] == decision
    malformed = {"PolicySourceArn": ALICE, "ActionNames": ["s3:GetObject"],
                 "PolicyExclusionList": [{"PolicyArn": "arn:aws:iam::*:policy/Queues"}]}  # fmt: skip
    assert code_of(iam_of(lab).simulate_principal_policy, **malformed) == "InvalidInput"


def test_as_somebody_else(lab: Lab) -> None:
    """CallerArn asks as another user with these policies, whom the resource's policy may name; a role may not be he."""
    bob = f"arn:aws:iam::{ACCOUNT}:user/bob"
    text = policy(statement("Allow", "s3:DeleteObject", "arn:aws:s3:::reports/*", Principal={"AWS": bob}))
    given = {"ResourcePolicy": text, "ResourceArns": [OBJECT]}
    assert principal(lab, ALICE, "s3:DeleteObject", **given)["EvalDecision"] == "implicitDeny"
    assert principal(lab, ALICE, "s3:DeleteObject", CallerArn=bob, **given)["EvalDecision"] == "allowed"
    asked = {"PolicySourceArn": WORKER, "ActionNames": ["s3:GetObject"], **given}
    message = "Invalid caller - Caller must be an IAM user in this context."
    assert answer_of(iam_of(lab).simulate_principal_policy, **asked) == ("InvalidInput", 400, message)


@pytest.mark.parametrize(
    ("arn", "code", "words"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/nobody", "NoSuchEntity", "The user with name nobody cannot be found."),
        (f"arn:aws:iam::{ACCOUNT}:group/readers", "NoSuchEntity", "The group with name readers cannot be found."),
        (f"arn:aws:iam::{ACCOUNT}:role/nobody", "NoSuchEntity", "The role with name nobody cannot be found."),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/me", "InvalidInput",
         f"Invalid Entity Arn: arn:aws:sts::{ACCOUNT}:assumed-role/worker/me "
         "does not clearly define entity type and name."),
    ],
)  # fmt: skip
def test_nobody_s_policies(lab: Lab, arn: str, code: str, words: str) -> None:
    """Who is not there under that ARN is NoSuchEntity, and a session is no entity."""
    iam = iam_of(lab)
    for call, more in ((iam.simulate_principal_policy, {"ActionNames": ["s3:GetObject"]}),
                       (iam.get_context_keys_for_principal_policy, {})):  # fmt: skip
        seen, _, message = answer_of(call, PolicySourceArn=arn, **more)
        assert (seen, message) == (code, words)


@pytest.fixture(scope="module")
def carol(lab: Lab) -> Credentials:
    """A user of the second account, who may do everything under an SCP that denies one action."""
    guards = Guards(lab)
    guards.enable(SCP)
    guards.attach(guards.policy("Cut", document("Deny", "s3:DeleteObject"), SCP), SECOND)
    iam = client(lab, "iam", lab.credentials(f"root-{SECOND}"))
    iam.create_user(UserName="carol")
    iam.put_user_policy(UserName="carol", PolicyName="All", PolicyDocument=policy(statement("Allow", "*")))
    held = iam.create_access_key(UserName="carol")["AccessKey"]
    return Credentials(held["AccessKeyId"], held["SecretAccessKey"])


def test_the_organization_s_scps(lab: Lab, carol: Credentials) -> None:
    """The SCPs over the account count, their statements never show, and they can be left out."""
    iam = client(lab, "iam", carol)
    asked = {"PolicySourceArn": f"arn:aws:iam::{SECOND}:user/carol", "ActionNames": ["s3:DeleteObject", "s3:GetObject"]}
    cut, free = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert (cut["EvalDecision"], cut["MatchedStatements"]) == ("implicitDeny", [])
    assert cut["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    assert (free["EvalDecision"], free["OrganizationsDecisionDetail"]) == ("allowed", {"AllowedByOrganizations": True})
    without = iam.simulate_principal_policy(**asked, PolicyExclusionList=[{"PolicyType": "scp"}])["EvaluationResults"]
    assert [each["EvalDecision"] for each in without] == ["allowed", "allowed"]


def test_scps_spare_service_linked_roles(lab: Lab, carol: Credentials) -> None:
    """The SCPs have no say over a role that is linked to a service."""
    iam = client(lab, "iam", carol)
    arn = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]["Arn"]
    sent = [policy(statement("Allow", "s3:*"))]
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:DeleteObject"], PolicyInputList=sent)
    (result,) = answer["EvaluationResults"]
    assert (result["EvalDecision"], "OrganizationsDecisionDetail" in result) == ("allowed", False)


def test_the_simulator_says_what_the_lab_does(lab: Lab, carol: Credentials) -> None:
    """A call passes when it is simulated as allowed, and is denied when it is not."""
    s3, iam = client(lab, "s3", carol), client(lab, "iam", carol)
    s3.create_bucket(Bucket="carols")
    actions = {"s3:PutObject": s3.put_object, "s3:GetObject": s3.get_object, "s3:DeleteObject": s3.delete_object}
    asked = {"PolicySourceArn": f"arn:aws:iam::{SECOND}:user/carol", "ResourceArns": ["arn:aws:s3:::carols/k"]}
    results = iam.simulate_principal_policy(ActionNames=list(actions), **asked)["EvaluationResults"]
    passed = [code_of(call, Bucket="carols", Key="k") == "OK" for call in actions.values()]
    assert [each["EvalDecision"] == "allowed" for each in results] == passed == [True, True, False]

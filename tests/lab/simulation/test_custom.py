"""SimulateCustomPolicy and GetContextKeysForCustomPolicy over HTTP."""

from __future__ import annotations

import pytest

from tests.lab.acting import answer_of
from tests.lab.simulation.simulating import (
    ALICE,
    OBJECT,
    READERS,
    WORKER,
    custom,
    iam_of,
    key,
    policy,
    sources,
    statement,
)
from unassume.lab import Lab

ALL = policy(statement("Allow", "*"))
OTHER = "arn:aws:iam::111122223333:root"
AFTER = policy(
    statement("Allow", "dynamodb:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2018-08-16T12:00:00Z"}})
)


def of_resource(effect: str, principal: object, resource: str = "arn:aws:s3:::reports/*") -> str:
    return policy(statement(effect, "s3:*", resource, Principal=principal))


@pytest.mark.parametrize(
    ("time", "decision"), [("2019-04-25T11:00:00Z", "allowed"), ("2014-04-25T11:00:00Z", "implicitDeny")]
)
def test_examples_of_the_aws_cli(lab: Lab, time: str, decision: str) -> None:
    """The AWS CLI's two examples have the answers it prints: a condition holds at one time and not at another."""
    result = custom(lab, "dynamodb:CreateBackup", AFTER, ContextEntries=[key("aws:CurrentTime", time, kind="date")])
    assert (result["EvalActionName"], result["EvalResourceName"]) == ("dynamodb:CreateBackup", "*")
    assert (result["EvalDecision"], result["MissingContextValues"]) == (decision, [])
    assert sources(result) == (["PolicyInputList.1"] if decision == "allowed" else [])
    assert not {"EvalDecisionDetails", "ResourceSpecificResults", "OrganizationsDecisionDetail"} & set(result)


def test_missing_keys_count_as_absent(lab: Lab) -> None:
    """A key that is not given is listed, for every statement, and is absent to the evaluation."""
    texts = (AFTER, policy(statement("Allow", "s3:*", "arn:aws:s3:::${aws:username}/*")))
    result = custom(lab, "dynamodb:Scan", *texts)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:CurrentTime", "aws:username"]
    negated = policy(statement("Deny", "s3:*", Condition={"StringNotEquals": {"aws:userid": "me"}}))
    assert custom(lab, "s3:GetObject", ALL, negated)["EvalDecision"] == "explicitDeny"


def test_a_deny_is_the_only_entry(lab: Lab) -> None:
    """Where one statement denies, no allowing one is shown; where two allow, both are."""
    deny = policy(statement("Deny", "s3:DeleteObject"), statement("Allow", "s3:*"))
    assert sources(custom(lab, "s3:DeleteObject", ALL, deny)) == ["PolicyInputList.2"]
    assert sources(custom(lab, "s3:GetObject", ALL, deny)) == ["PolicyInputList.1", "PolicyInputList.2"]


def test_several_resources_make_one_result(lab: Lab) -> None:
    """An action has one result, the strictest of its resources', with what contributed to it; each stands below."""
    text = policy(statement("Allow", "s3:*"), statement("Deny", "s3:*", "arn:aws:s3:::reports/secret/*"))
    named = [OBJECT, "arn:aws:s3:::reports/secret/x"]
    result = custom(lab, "s3:GetObject", text, ResourceArns=named)
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("explicitDeny", {})
    assert len(result["MatchedStatements"]) == 1
    below = result["ResourceSpecificResults"]
    assert [each["EvalResourceName"] for each in below] == named
    assert [each["EvalResourceDecision"] for each in below] == ["allowed", "explicitDeny"]
    assert below[1]["MatchedStatements"] == result["MatchedStatements"]
    assert below[0]["MatchedStatements"] != result["MatchedStatements"]


@pytest.mark.parametrize(
    ("action", "decision", "allowed", "matched"),
    [
        ("s3:GetObject", "allowed", True, 1),
        ("sqs:SendMessage", "implicitDeny", False, 0),
        ("s3:DeleteBucket", "explicitDeny", False, 0),
    ],
)
def test_a_boundary(lab: Lab, action: str, decision: str, allowed: bool, matched: int) -> None:
    """A boundary that does not allow or that denies shows as not allowing, and its statements never show."""
    bounds = policy(statement("Allow", "s3:*"), statement("Deny", "s3:DeleteBucket"))
    result = custom(lab, action, ALL, PermissionsBoundaryPolicyInputList=[bounds])
    assert (result["EvalDecision"], len(result["MatchedStatements"])) == (decision, matched)
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": allowed}


def test_a_boundary_of_several_resources(lab: Lab) -> None:
    """The boundary allows an action where it allows it on every resource; each resource has its own word."""
    given = {"ResourceArns": [OBJECT, "arn:aws:s3:::other/x"]}
    bounds = [policy(statement("Allow", "s3:*", OBJECT))]
    result = custom(lab, "s3:GetObject", ALL, PermissionsBoundaryPolicyInputList=bounds, **given)
    told = [result, *result["ResourceSpecificResults"]]
    words = [each["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for each in told]
    assert words == [False, True, False]


@pytest.mark.parametrize(
    ("region", "decision", "allowed"), [("eu-west-1", "allowed", True), ("us-east-1", "implicitDeny", False)]
)
def test_scps_that_are_sent(lab: Lab, region: str, decision: str, allowed: bool) -> None:
    """SCPs count level by level and with conditions; what they stop is implicit, without statements or their keys."""
    lock = policy(statement("Deny", "*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}))
    levels = [{"ServiceControlPolicyInputList": [ALL]}, {"ServiceControlPolicyInputList": [ALL, lock]}]
    given = [key("aws:RequestedRegion", region)]
    result = custom(lab, "s3:GetObject", ALL, OrderedOrganizationPolicyInputList=levels, ContextEntries=given)
    assert (result["EvalDecision"], len(result["MatchedStatements"])) == (decision, int(allowed))
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": allowed}
    unset = custom(lab, "s3:GetObject", ALL, OrderedOrganizationPolicyInputList=levels)
    assert (unset["EvalDecision"], unset["MissingContextValues"]) == ("implicitDeny", [])


def test_a_level_without_scps_allows_nothing(lab: Lab) -> None:
    """Every level must allow, as in an organization."""
    levels = [
        {"ServiceControlPolicyInputList": [ALL]},
        {"ServiceControlPolicyInputList": [policy(statement("Allow", "sqs:*"))]},
    ]
    result = custom(lab, "s3:GetObject", ALL, OrderedOrganizationPolicyInputList=levels)
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}


def test_a_resource_policy_within_an_account(lab: Lab) -> None:
    """A policy that names the user is enough, one that denies him decides, and its statements are told apart."""
    given = {"CallerArn": ALICE, "ResourceArns": [OBJECT]}
    nothing = policy(statement("Allow", "sqs:*"))
    result = custom(lab, "s3:GetObject", nothing, ResourcePolicy=of_resource("Allow", {"AWS": ALICE}), **given)
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", {})
    (matched,) = result["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("ResourcePolicy", "Resource Policy")
    denied = custom(lab, "s3:GetObject", ALL, ResourcePolicy=of_resource("Deny", "*"), **given)
    assert (denied["EvalDecision"], sources(denied)) == ("explicitDeny", ["ResourcePolicy"])


def test_a_resource_policy_with_a_variable(lab: Lab) -> None:
    """A resource policy whose resource hangs on a key may apply, and does where the key is given."""
    text = of_resource("Deny", "*", "arn:aws:s3:::reports/${aws:username}/*")
    given = {"CallerArn": ALICE, "ResourceArns": ["arn:aws:s3:::reports/alice/x"], "ResourcePolicy": text}
    assert custom(lab, "s3:GetObject", ALL, **given)["EvalDecision"] == "allowed"
    told = [key("aws:username", "alice")]
    assert custom(lab, "s3:GetObject", ALL, **given, ContextEntries=told)["EvalDecision"] == "explicitDeny"


@pytest.mark.parametrize(
    ("own", "principal", "decision", "details"),
    [
        ("s3:*", ALICE, "allowed", ("allowed", "allowed")),
        ("sqs:*", ALICE, "implicitDeny", ("implicitDeny", "allowed")),
        ("s3:*", f"{ALICE}2", "implicitDeny", ("allowed", "implicitDeny")),
    ],
)
def test_a_resource_policy_across_accounts(
    lab: Lab, own: str, principal: str, decision: str, details: tuple[str, str]
) -> None:
    """With an owner of another account both sides must allow, and what each says is told."""
    result = custom(
        lab, "s3:GetObject", policy(statement("Allow", own)), CallerArn=ALICE, ResourceArns=[OBJECT],
        ResourceOwner=OTHER, ResourcePolicy=of_resource("Allow", {"AWS": principal}),
    )  # fmt: skip
    wanted = {"IAM Policy": details[0], "Resource Policy": details[1]}
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == (decision, wanted)
    assert result["ResourceSpecificResults"][0]["EvalDecisionDetails"] == wanted


_POLICY = {"ResourcePolicy": of_resource("Allow", "*"), "ResourceArns": [OBJECT]}


@pytest.mark.parametrize(
    ("action", "more", "code", "words"),
    [
        ("s3:*", {}, "InvalidInput", "s3:*"),
        ("GetObject", {}, "InvalidInput", "GetObject"),
        ("s3:GetObject", {"ResourceArns": ["my-bucket"]}, "InvalidInput", "not in a valid ARN format: my-bucket"),
        ("s3:GetObject", {"ResourceArns": ["*", OBJECT]}, "InvalidInput", "not in a valid ARN format: *"),
        ("s3:GetObject", {"PolicyInputList": ["{}"]}, "InvalidInput", "PolicyInputList.1"),
        ("s3:GetObject", {"PolicyInputList": [of_resource("Allow", "*")]}, "InvalidInput", "Principal"),
        ("s3:GetObject", {"PermissionsBoundaryPolicyInputList": [ALL, ALL]}, "InvalidInput", "Only one"),
        ("s3:GetObject", _POLICY, "InvalidInput", "Caller cannot be null or empty"),
        ("s3:GetObject", {**_POLICY, "CallerArn": WORKER}, "InvalidInput", "must be an IAM user"),
        ("s3:GetObject", {**_POLICY, "CallerArn": READERS}, "InvalidInput", "must be an IAM user"),
        ("s3:GetObject", {**_POLICY, "CallerArn": ALICE, "ResourceArns": ["arn:aws:s3:::other/x"]}, "InvalidInput",
         "does not apply"),
        ("s3:GetObject", {"ResourceOwner": "123456789012"}, "InvalidInput", "not a valid as a Resource Owner"),
        ("s3:GetObject", {"ResourceHandlingOption": "EC2-VPC-EBS"}, "InvalidInput", "EC2-VPC-EBS"),
        ("s3:GetObject", {"ContextEntries": [key("aws:EpochTime", "now", kind="numeric")]}, "InvalidInput", "numeric"),
        ("s3:GetObject", {"Marker": "none"}, "InvalidInput", "Marker"),
        ("sts:AssumeRole", {**_POLICY, "CallerArn": ALICE}, "NotImplemented", "without the trust policy"),
    ],
)  # fmt: skip
def test_what_is_refused(lab: Lab, action: str, more: dict[str, object], code: str, words: str) -> None:
    """A value the simulator does not take is refused with IAM's code and a sentence that names it."""
    seen, _, message = answer_of(
        iam_of(lab).simulate_custom_policy, **{"PolicyInputList": [ALL], "ActionNames": [action], **more}
    )
    assert (seen, words in message) == (code, True), message


def test_what_the_evaluator_cannot_tell_is_refused(lab: Lab) -> None:
    """Several values under an operator for one have no documented meaning: the lab says so and does not guess."""
    text = policy(statement("Allow", "s3:*", Condition={"StringEquals": {"s3:prefix": "a"}}))
    given = {"PolicyInputList": [text], "ActionNames": ["s3:ListBucket"]}
    several = [key("s3:prefix", "a", "b", kind="stringList")]
    assert answer_of(iam_of(lab).simulate_custom_policy, **given, ContextEntries=several)[:2] == ("NotImplemented", 501)


def test_pages(lab: Lab) -> None:
    """boto3's own paginator walks through the results page by page, in the order of the actions."""
    actions = [f"s3:Get{letter}" for letter in "ABCDEFG"]
    pages = list(
        iam_of(lab).get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[ALL], ActionNames=actions, PaginationConfig={"PageSize": 3}
        )
    )  # fmt: skip
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert [each["EvalActionName"] for page in pages for each in page["EvaluationResults"]] == actions


def test_context_keys(lab: Lab) -> None:
    """The AWS CLI's example has its answer, and the policy of a resource may be asked for its keys too."""
    table = "arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}"
    text = policy(
        statement(
            "Allow", "dynamodb:*", table, Condition={"DateGreaterThan": {"aws:CurrentTime": "2015-08-16T12:00:00Z"}}
        )
    )
    bucket = policy(statement("Deny", "s3:*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    found = iam_of(lab).get_context_keys_for_custom_policy(PolicyInputList=[text, bucket])["ContextKeyNames"]
    assert found == ["aws:username", "aws:CurrentTime", "aws:SecureTransport"]
    assert answer_of(iam_of(lab).get_context_keys_for_custom_policy, PolicyInputList=["[]"])[0] == "InvalidInput"

"""Whatever is sent to the simulator is answered or refused in IAM's words, and never breaks it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.simulation.simulating import ALICE, OBJECT, WORKER, policy, statement
from unassume.lab.simulation.asked import CustomSimulation, read
from unassume.lab.simulation.cases import custom_case
from unassume.lab.simulation.results import result
from unassume.lab.wire.refusals import Refusal

_ODD = st.sampled_from(["", "*", "null", "0", "-1", "[]", "{", "\x00", "\ud800", "é", "${", "arn:::::", "9" * 5000])
_POLICIES = st.sampled_from([
    policy(statement("Allow", "*")),
    policy(statement("Deny", "s3:*", "arn:aws:s3:::reports/${aws:username}"), indent=2),
    policy(statement("Allow", "s3:*", Principal="*")),
    policy(statement("Deny", "s3:*", "arn:aws:s3:::reports/*", NotPrincipal={"AWS": ALICE})),
    policy(statement("Allow", "s3:*", Condition={"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "a*"}})),
    policy(statement("Allow", "s3:*", Condition={"NumericEquals": {"s3:max-keys": 7}})),
    '{"Version":"2012-10-17","Statement":[]}',
])  # fmt: skip
_VALUES = {
    "PolicyInputList.member.1": _POLICIES, "PolicyInputList.member.2": _POLICIES,
    "PermissionsBoundaryPolicyInputList.member.1": _POLICIES, "ResourcePolicy": _POLICIES,
    "OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1": _POLICIES,
    "ActionNames.member.1": st.sampled_from(["s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "sts:GetCallerIdentity"]),
    "ResourceArns.member.1": st.sampled_from([OBJECT, "arn:aws:kms:us-east-1:111122223333:key/x", "*"]),
    "ResourceOwner": st.just("arn:aws:iam::111122223333:root"),
    "CallerArn": st.sampled_from([ALICE, WORKER]),
    "ContextEntries.member.1.ContextKeyName": st.sampled_from(["aws:username", "s3:max-keys"]),
    "ContextEntries.member.1.ContextKeyValues.member.1": st.sampled_from(["alice", "7"]),
    "ContextEntries.member.1.ContextKeyType": st.sampled_from(["string", "numeric", "ipList", "date"]),
    "ResourceHandlingOption": st.just("EC2-VPC-EBS"), "MaxItems": st.just("1"),
    "PolicyInputList.member": _ODD, "ActionNames.member.1.x": _ODD, ".": _ODD, "ContextEntries.": _ODD,
}  # fmt: skip
_ALWAYS = ("PolicyInputList.member.1", "ActionNames.member.1")
_SOMETIMES = {name: values for name, values in _VALUES.items() if name not in _ALWAYS and values is not _ODD}
_FORMS = st.fixed_dictionaries({name: _VALUES[name] for name in _ALWAYS}, optional=_SOMETIMES)
_ODD_FIELDS = st.dictionaries(st.sampled_from(sorted(_VALUES)), _ODD, max_size=2)


_ENDS = {"ValidationError", "InvalidInput", "NotImplemented", "allowed", "implicitDeny", "explicitDeny"}


def end_of(form: dict[str, str]) -> str:
    try:
        asked = read("SimulateCustomPolicy", form)
        assert isinstance(asked, CustomSimulation)
        return str(result(custom_case(asked), asked.action_names[0])["EvalDecision"])
    except Refusal as refusal:
        return refusal.code


@given(form=_FORMS, odd=_ODD_FIELDS)
def test_answered_or_refused(form: dict[str, str], odd: dict[str, str]) -> None:
    """A form of good and odd fields ends in one of the three decisions or in a refusal with a code."""
    assert end_of(form) in _ENDS
    assert end_of(form | odd) in _ENDS

"""Who may simulate, and what of it is written down."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.acting import answer_of, code_of
from tests.lab.simulation.simulating import ALICE, iam_of, policy, statement
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

ALL = policy(statement("Allow", "*"))
CALLS: dict[str, dict[str, Any]] = {
    "simulate_principal_policy": {"PolicySourceArn": ALICE, "ActionNames": ["s3:GetObject"]},
    "simulate_custom_policy": {"PolicyInputList": [ALL], "ActionNames": ["s3:GetObject"]},
    "get_context_keys_for_principal_policy": {"PolicySourceArn": ALICE},
    "get_context_keys_for_custom_policy": {"PolicyInputList": [ALL]},
}
NAMES = {
    "simulate_principal_policy": "SimulatePrincipalPolicy",
    "simulate_custom_policy": "SimulateCustomPolicy",
    "get_context_keys_for_principal_policy": "GetContextKeysForPrincipalPolicy",
    "get_context_keys_for_custom_policy": "GetContextKeysForCustomPolicy",
}


@pytest.fixture(scope="module")
def auditor(lab: Lab) -> tuple[Any, Any]:
    """IAM as a user without policies, and IAM as root, who can give it some."""
    iam = iam_of(lab)
    iam.create_user(UserName="auditor")
    held = iam.create_access_key(UserName="auditor")["AccessKey"]
    return client(lab, "iam", Credentials(held["AccessKeyId"], held["SecretAccessKey"])), iam


@pytest.mark.parametrize("call", CALLS)
def test_the_permission_is_asked_for(lab: Lab, auditor: tuple[Any, Any], call: str) -> None:
    """Each call needs its own action, on the entity where it names one, and is denied without."""
    caller, iam = auditor
    resource = CALLS[call].get("PolicySourceArn", "*")
    seen, status, message = answer_of(getattr(caller, call), **CALLS[call])
    assert (seen, status) == ("AccessDenied", 403)
    assert f"is not authorized to perform: iam:{NAMES[call]} on resource: {resource} " in message
    document = policy(statement("Allow", f"iam:{NAMES[call]}", resource))
    iam.put_user_policy(UserName="auditor", PolicyName="May", PolicyDocument=document)
    try:
        assert code_of(getattr(caller, call), **CALLS[call]) == "OK"
        if "PolicySourceArn" in CALLS[call]:
            other = CALLS[call] | {"PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:role/worker"}
            assert code_of(getattr(caller, call), **other) == "AccessDenied"
    finally:
        iam.delete_user_policy(UserName="auditor", PolicyName="May")


@pytest.mark.parametrize("call", CALLS)
def test_it_is_a_read_only_event(lab: Lab, call: str) -> None:
    """CloudTrail's event of a simulation is read-only, holds what was asked, and no answer."""
    getattr(iam_of(lab), call)(**CALLS[call])
    record = next(each.record for each in reversed(lab.events()) if each.record["eventName"] == NAMES[call])
    assert (record["readOnly"], record["responseElements"], record["eventSource"]) == (True, None, "iam.amazonaws.com")
    wanted = {name[:1].lower() + name[1:]: value for name, value in CALLS[call].items()}
    assert record["requestParameters"] == wanted


def test_another_account_s_entity(lab: Lab) -> None:
    """Nobody simulates with the policies of another account's entity."""
    asked = {"PolicySourceArn": "arn:aws:iam::111122223333:user/alice", "ActionNames": ["s3:GetObject"]}
    assert code_of(iam_of(lab).simulate_principal_policy, **asked) == "AccessDenied"

"""Whatever a client sends, the event of its call is written, whole and without what it hid deep inside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.iam.principals import User
from unassume.lab import ACCOUNT
from unassume.lab.access.callers import Caller
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.events import Happening, write_events
from unassume.lab.trail.hiding import HIDDEN
from unassume.lab.trail.selectors import check_trail_call
from unassume.lab.trail.store import EventStore
from unassume.lab.wire.refusals import Refusal

_CALLER = Caller("AKIA1", ACCOUNT, User(partition="aws", account=ACCOUNT, arn="arn:a", id="AIDA1", name="ann"))
_CALLS = (
    ("dynamodb", "TransactWriteItems"), ("dynamodb", "BatchGetItem"), ("dynamodb", "GetItem"), ("iam", "CreateUser"),
    ("ec2", "RunInstances"), ("ec2", "DescribeInstances"), ("s3", "GetObject"), ("lambda", "Invoke"),
    ("kms", "Encrypt"), ("sqs", "SendMessage"), ("cloudtrail", "PutEventSelectors"), ("ssm", "PutParameter"),
    ("none", "Nothing"),
)  # fmt: skip
_NAMES = st.sampled_from([
    "TransactItems", "RequestItems", "Key", "TableName", "Tags.member.1.Key", "Tags.member.1", "Filter.1.Value.1",
    "KeyId", "InstanceId.1", "Bucket", "QueueUrl", "Environment", "MinCount", "ImageId", "..", "member",
    "Name", "FunctionName",
])  # fmt: skip
_TEXTS = st.text(st.characters(), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


def written(service: str, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The record as it comes back from disk."""
    what = Happening("i", "r", datetime(2026, 1, 1, tzinfo=UTC), "us-east-1", "127.0.0.1", "agent")
    store = EventStore()
    for event in write_events(_CALLER, Operation(service, service, name, parameters), what):
        store.add(event)
    found = dict(store.all()[0].record)
    store.disk.close()
    return found


@given(call=st.sampled_from(_CALLS), parameters=st.dictionaries(_NAMES | _TEXTS, _VALUES, max_size=5))
def test_any_parameters(call: tuple[str, str], parameters: dict[str, Any]) -> None:
    """No parameters keep an event from being written and read back."""
    assert written(*call, parameters)["eventID"] == "i"


def test_half_a_character() -> None:
    """What UTF-8 cannot hold is replaced."""
    found = written("iam", "CreateUser", {"UserName": "\ud800", "Path": "/\ud800/"})
    assert found["requestParameters"] == {"userName": "?", "path": "/?/"}


def test_deep_values_are_cut_off() -> None:
    """Values nested without end are hidden below some depth."""
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    assert HIDDEN in json.dumps(written("cloudtrail", "PutEventSelectors", {"EventSelectors": deep}))
    name = ".".join(["a"] * 3000)
    assert written("iam", "CreateUser", {name: "x"})["eventName"] == "CreateUser"


def test_a_secret_is_hidden_at_any_depth() -> None:
    """A name like a secret's is hidden wherever it stands, in a call nobody listed."""
    found = written("none", "Nothing", {"A": [{"B": {"MasterPassword": "pw", "Fine": "f"}}], "ApiSecret": ["pw"]})
    assert found["requestParameters"] == {"a": [{"b": {"masterPassword": HIDDEN, "fine": "f"}}], "apiSecret": HIDDEN}


@pytest.mark.parametrize(
    "given",
    [
        {"EventSelectors": "x"},
        {"EventSelectors": ["x"]},
        {"EventSelectors": [{"DataResources": 1}]},
        {"EventSelectors": [{"ReadWriteType": ["All"]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": [1]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventName", "Equals": "x"}]}]},
    ],
)
def test_malformed_selectors(given: dict[str, Any]) -> None:
    """Selectors of another shape are refused before moto stores them."""
    with pytest.raises(Refusal) as refused:
        check_trail_call("PutEventSelectors", given)
    assert refused.value.code == "InvalidEventSelectorsException"

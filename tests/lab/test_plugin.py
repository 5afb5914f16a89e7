"""The pytest plugin, in a run of its own: one lab, reset before each test, the environment put back after it."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import os
import pytest
pytest_plugins = ["unassume.lab.pytest_plugin"]
os.environ["AWS_ACCESS_KEY_ID"] = "mine"
os.environ["AWS_ENDPOINT_URL_S3"] = "http://192.0.2.1"
os.environ["AWS_REGION"] = "eu-central-1"
BEFORE = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}

@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == BEFORE
"""
TESTS = """
import boto3
import pytest
from unassume.lab import ACCOUNT

@pytest.mark.parametrize("time", [1, 2])
def test_every_test_begins_anew(unassume_lab, time):
    assert boto3.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    boto3.client("s3").create_bucket(Bucket="mine-alone")
    assert [call.action for call in unassume_lab.calls()] == ["sts:GetCallerIdentity", "s3:CreateBucket"]

def test_one_lab_serves_all(unassume_lab, unassume_lab_server):
    assert unassume_lab is unassume_lab_server
    assert boto3.client("s3").list_buckets()["Buckets"] == []

def test_without_the_lab_nothing_points_at_it():
    import os
    assert "AWS_ENDPOINT_URL" not in os.environ
"""
OPTIONS = """
import boto3
import pytest

@pytest.fixture(scope="session")
def unassume_lab_options():
    return {"seed": "bob-mary-keith", "accounts": 2}

def test_options(unassume_lab):
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith(":user/responder")
    assert "root-111122223333" in unassume_lab.profiles
    keith = boto3.Session(profile_name="keith")
    body = keith.client("s3").get_object(Bucket="analytics-data", Key="2026/orders.csv")["Body"].read()
    assert body.startswith(b"order,total")
"""


def test_reset_and_environment(pytester: pytest.Pytester) -> None:
    """Every test finds a lab as new and a boto3 that speaks to it; afterwards the environment is as it was."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=4)


def test_options(pytester: pytest.Pytester) -> None:
    """The options are a fixture to override; with `-p` no conftest is needed, and the seed's responder is who acts."""
    pytester.makepyfile(OPTIONS)
    pytester.runpytest_subprocess("-q", "-p", "unassume.lab.pytest_plugin").assert_outcomes(passed=1)

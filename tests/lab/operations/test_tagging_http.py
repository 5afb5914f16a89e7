"""The tagging API over HTTP: its own permission is not enough, each resource's service must allow the tag too."""

from __future__ import annotations

import json

from tests.lab.acting import code_of
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client


def test_a_deny_of_the_service_stops_the_tagging_api() -> None:
    """Whoever may tag by the tagging API, and not by SNS, tags no topic."""
    with Lab(seed=None) as lab:
        root = lab.credentials("root")
        topic = client(lab, "sns", root).create_topic(Name="alerts")["TopicArn"]
        iam = client(lab, "iam", root)
        iam.create_user(UserName="mallory")
        key = iam.create_access_key(UserName="mallory")["AccessKey"]
        tagging = client(
            lab, "resourcegroupstaggingapi", Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        )  # fmt: skip
        statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        for denied, code in ((None, "OK"), ("sns:*", "AccessDenied")):
            if denied:
                statements.append({"Effect": "Deny", "Action": denied, "Resource": topic})
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName="mallory", PolicyName="p", PolicyDocument=document)
            assert code_of(tagging.tag_resources, ResourceARNList=[topic], Tags={"a": "b"}).startswith(code)

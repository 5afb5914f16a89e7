"""The two engines, each behind its endpoint: prepared alike, and asked the same cases over boto3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from differential.cases import Case, Statement

ROLE, ACCOUNT, REGION = "Tested", "123456789012", "us-east-1"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
_EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_TRUST: Statement = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}


def document(*statements: Statement) -> str:
    """A policy of these statements, as it is sent."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Engine:
    """One endpoint with the same role, bucket, table and queue as the other."""

    def __init__(self, name: str, endpoint: str, root: tuple[str, str]) -> None:
        self.name = name
        self._endpoint = endpoint
        iam = self._client("iam", root)
        iam.create_user(UserName="tester")
        iam.put_user_policy(UserName="tester", PolicyName="All", PolicyDocument=document(_EVERYTHING))
        key = iam.create_access_key(UserName="tester")["AccessKey"]
        self._tester = (key["AccessKeyId"], key["SecretAccessKey"])
        self._iam, self._sts = self._client("iam", self._tester), self._client("sts", self._tester)
        made = self._iam.create_role(
            RoleName=ROLE, AssumeRolePolicyDocument=document(_TRUST), Tags=[{"Key": "team", "Value": "blue"}]
        )
        self._calls = self._things()
        hour, now = timedelta(hours=1), datetime.now(UTC)
        self._words = {
            "{role}": made["Role"]["RoleId"],
            "{past}": f"{now - hour:%Y-%m-%dT%H:%M:%SZ}",
            "{future}": f"{now + hour:%Y-%m-%dT%H:%M:%SZ}",
            "{past offset}": f"{now - hour:%Y-%m-%dT%H:%M:%S}+00:00",
            "{past epoch}": f"{(now - hour).timestamp():.0f}",
            "{future epoch}": f"{(now + hour).timestamp():.0f}",
        }

    def ask(self, case: Case) -> str:
        """`OK` or the error code of the case's call, with `put:` or `assume:` before one of those calls."""
        try:
            self._iam.put_role_policy(RoleName=ROLE, PolicyName="P", PolicyDocument=self._worded(case.identity))
        except ClientError as problem:
            return f"put: {problem.response['Error']['Code']}"
        more: dict[str, Any] = {}
        if case.tags:
            more["Tags"] = [{"Key": key, "Value": value} for key, value in case.tags.items()]
        if case.session is not None:
            more["Policy"] = self._worded(case.session)
        try:
            given = self._sts.assume_role(RoleArn=ROLE_ARN, RoleSessionName="keith", **more)["Credentials"]
        except ClientError as problem:
            return f"assume: {problem.response['Error']['Code']}"
        service, call = case.call.split()
        held = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        try:
            getattr(self._client(service, held), call)(**self._calls[case.call])
        except ClientError as problem:
            return str(problem.response["Error"]["Code"])
        return "OK"

    def _worded(self, statements: tuple[Statement, ...]) -> str:
        text = document(*statements)
        for word, value in self._words.items():
            text = text.replace(word, value)
        return text

    def _things(self) -> Mapping[str, dict[str, Any]]:
        s3, dynamodb, sqs = (self._client(service, self._tester) for service in ("s3", "dynamodb", "sqs"))
        s3.create_bucket(Bucket="shelf")
        note = {"Bucket": "shelf", "Key": "a/note"}
        s3.put_object(**note, Body=b"note")
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        queue = {"QueueUrl": sqs.create_queue(QueueName="jobs")["QueueUrl"]}
        return {
            "s3 get_object": note,
            "s3 put_object": {**note, "Body": b"new"},
            "s3 list_objects_v2": {"Bucket": "shelf"},
            "dynamodb get_item": {"TableName": "orders", "Key": {"id": {"S": "1"}}},
            "dynamodb scan": {"TableName": "orders"},
            "sqs send_message": {**queue, "MessageBody": "work"},
            "sqs get_queue_attributes": {**queue, "AttributeNames": ["All"]},
            "iam get_role": {"RoleName": ROLE},
        }

    def _client(self, service: str, held: tuple[str, ...]) -> Any:
        from botocore.config import Config

        from unassume.lab.clients import _boto3_session

        key, secret, token = (*held, None)[:3]
        return _boto3_session().client(
            service,
            region_name=REGION,
            endpoint_url=self._endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, proxies={}),
        )

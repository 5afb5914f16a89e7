"""Good requests of services that speak every protocol: what the hostile ones are made from."""

from __future__ import annotations

import json

from bench.hostile.requests import Request
from unassume.lab import ACCOUNT
from unassume.lab.wire.claims import Style

BUCKET = "hostile"
_FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
_CBOR = (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("Accept", "application/cbor"))


def _json(service: str, target: str, version: str = "1.1", **given: object) -> Request:
    headers = (("Content-Type", f"application/x-amz-json-{version}"), ("X-Amz-Target", target))
    return Request(service, "POST", "/", headers, json.dumps(given).encode())


def _form(service: str, version: str, action: str, **given: str) -> Request:
    body = "&".join(f"{name}={value}" for name, value in {"Action": action, "Version": version, **given}.items())
    return Request(service, "POST", "/", _FORM, body.encode())


_S3 = (
    Request("s3", "GET", "/"),
    Request("s3", "GET", f"/{BUCKET}/a/key"),
    Request("s3", "HEAD", f"/{BUCKET}/a/key"),
    Request("s3", "PUT", f"/{BUCKET}/b%20c", (("x-amz-meta-owner", "ann"), ("Content-Type", "text/plain")), b"hello"),
    Request("s3", "PUT", f"/{BUCKET}/chunked", (("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "9000")), b"y" * 9000, is_chunked=True),
    Request("s3", "PUT", f"/{BUCKET}/unsigned", (("content-encoding", "aws-chunked"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-trailer", "x-amz-checksum-crc32"),
            ("x-amz-decoded-content-length", "5")), b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
    Request("s3", "PUT", f"/{BUCKET}/plain", (("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),), b"hello"),
    Request("s3", "PUT", f"/{BUCKET}/copy", (("x-amz-copy-source", f"/{BUCKET}/a/key"),)),
    Request("s3", "GET", f"/{BUCKET}?list-type=2&prefix=a%2F&delimiter=%2F"),
    Request("s3", "GET", f"/{BUCKET}?versioning"),
    Request("s3", "GET", f"/{BUCKET}/a/key?tagging"),
    Request("s3", "PUT", f"/{BUCKET}?tagging",
            body=b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"),
    Request("s3", "POST", f"/{BUCKET}?delete", body=b"<Delete><Object><Key>gone</Key></Object></Delete>"),
    Request("s3", "POST", f"/{BUCKET}/multi?uploads"),
    *(Request("s3", method, f"/{BUCKET}/a/key{query}", style=style) for style in (Style.QUERY, Style.QUERY_V2)
      for method, query in (("GET", ""), ("GET", "?response-content-type=text%2Fplain"), ("HEAD", ""), ("PUT", ""))),
)  # fmt: skip
STOCK = (
    *_S3,
    _form("sts", "2011-06-15", "GetCallerIdentity"),
    _form("sts", "2011-06-15", "AssumeRole", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Hostile", RoleSessionName="it"),
    _form("sts", "2011-06-15", "GetSessionToken", DurationSeconds="900"),
    Request("sts", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", style=Style.QUERY),
    _form("iam", "2010-05-08", "ListRoles"),
    _form("iam", "2010-05-08", "GetRole", RoleName="Hostile"),
    _form("iam", "2010-05-08", "PutRolePolicy", RoleName="Hostile", PolicyName="P", PolicyDocument="%7B%22Version%22%3A"
          "%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C"
          "%22Resource%22%3A%22%2A%22%7D%7D"),
    _form("sns", "2010-03-31", "CreateTopic", Name="topic"),
    _form("ec2", "2016-11-15", "DescribeInstances"),
    _form("ec2", "2016-11-15", "CreateTags", **{"ResourceId.1": "i-12345678", "Tag.1.Key": "a", "Tag.1.Value": "b"}),
    _json("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
    _json("dynamodb", "DynamoDB_20120810.GetItem", "1.0", TableName="t", Key={"id": {"S": "1"}}),
    _json("sqs", "AmazonSQS.SendMessage", "1.0", QueueUrl=f"http://127.0.0.1/{ACCOUNT}/q", MessageBody="hi"),
    _json("sqs", "AmazonSQS.ListQueues", "1.0"),
    _json("secretsmanager", "secretsmanager.ListSecrets"),
    _json("kms", "TrentService.ListKeys"),
    _json("ssm", "AmazonSSM.GetParameter", Name="p"),
    _json("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", MaxResults=5),
    Request("lambda", "GET", "/2015-03-31/functions/?MaxItems=5"),
    Request("lambda", "POST", "/2015-03-31/functions/none/invocations", body=b"{}"),
    Request("account", "POST", "/listRegions", (("Content-Type", "application/json"),), b'{"MaxResults": 5}'),
    Request("route53", "GET", "/2013-04-01/hostedzone"),
    Request("cloudfront", "GET", "/2020-05-31/distribution"),
    Request("monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", _CBOR, b"\xa0"),
)  # fmt: skip

"""Requests signed in their query, over HTTP: what boto3 presigns works; what was changed or has expired does not."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as Signer

from tests.lab.acting import ROLE_ARN, TRUST, allow, assume, deny
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

_CLUSTER: dict[str, Any] = {"x-k8s-aws-id": "cluster"}
_OBJECT = {"Bucket": "presigned", "Key": "a b/ü.txt"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        root = opened.credentials("root")
        iam = client(opened, "iam", root)
        iam.create_role(RoleName="DataAnalyst", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="DataAnalyst", PolicyName="All", PolicyDocument=allow(["*"]))
        iam.create_user(UserName="ann")
        iam.put_user_policy(UserName="ann", PolicyName="All", PolicyDocument=allow(["*"]))
        s3 = client(opened, "s3", root)
        s3.create_bucket(Bucket="presigned")
        s3.put_object(**_OBJECT, Body=b"orders")
        yield opened


@pytest.fixture(scope="module")
def user(lab: Lab) -> Credentials:
    key = client(lab, "iam", lab.credentials("root")).create_access_key(UserName="ann")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def session(lab: Lab, user: Credentials) -> Credentials:
    return assume(lab, user, ROLE_ARN, "ann")


def url_of(lab: Lab, held: Credentials, version: str, call: str = "get_object", **more: Any) -> str:
    """What boto3 presigns: `s3` is SigV2, its default against an endpoint, and `s3v4` SigV4."""
    import boto3

    s3 = boto3.client(
        "s3", region_name="us-east-1", endpoint_url=lab.endpoint_url, aws_access_key_id=held.access_key_id,
        aws_secret_access_key=held.secret_access_key, aws_session_token=held.session_token,
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )  # fmt: skip
    expires = more.pop("expires", 600)
    return str(s3.generate_presigned_url(call, Params={**_OBJECT, **more}, ExpiresIn=expires))


def fetch(url: str, method: str = "GET", body: bytes | None = None, **headers: Any) -> tuple[int, str]:
    """Status, and the code or the body."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with opener.open(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        text = problem.read().decode()
        found = re.search(r"<Code>(\w+)</Code>", text)
        return problem.code, found[1] if found else text


VERSIONS = pytest.mark.parametrize("version", ["s3", "s3v4"])


@VERSIONS
def test_boto3s_urls_work(lab: Lab, user: Credentials, session: Credentials, version: str) -> None:
    """A presigned GET of a user and of a session is answered with the object."""
    assert fetch(url_of(lab, user, version)) == (200, "orders")
    assert fetch(url_of(lab, session, version)) == (200, "orders")


@VERSIONS
def test_overrides_and_versions(lab: Lab, user: Credentials, version: str) -> None:
    """The `response-` overrides are signed and honoured."""
    url = url_of(lab, user, version, ResponseContentType="text/plain", ResponseCacheControl="no-store, max-age=0")
    assert fetch(url) == (200, "orders")
    assert fetch(url.replace("no-store", "public"))[1] == "SignatureDoesNotMatch"


@VERSIONS
def test_uploads(lab: Lab, user: Credentials, version: str) -> None:
    """A presigned PUT stores what is sent; the signature does not cover the body."""
    url = url_of(lab, user, version, "put_object", Key=f"up-{version}", ContentType="text/x-odd")
    assert fetch(url, "PUT", b"new", **{"Content-Type": "text/x-odd"})[0] == 200
    held = client(lab, "s3", user).get_object(Bucket="presigned", Key=f"up-{version}")
    assert (held["Body"].read(), held["ContentType"]) == (b"new", "text/x-odd")


def test_headers_in_the_query(lab: Lab, user: Credentials) -> None:
    """What SigV2 puts into the query instead of a header has the header's effect."""
    url = url_of(lab, user, "s3", "put_object", Key="tagged", Metadata={"owner": "ann"})
    assert "x-amz-meta-owner" in url
    assert fetch(url, "PUT", b"new", **{"Content-Type": ""})[0] == 200
    assert client(lab, "s3", user).head_object(Bucket="presigned", Key="tagged")["Metadata"] == {"owner": "ann"}


@VERSIONS
def test_another_request_than_the_signed_one(lab: Lab, user: Credentials, version: str) -> None:
    """Another key, method, bucket, sub-resource or secret is refused."""
    url = url_of(lab, user, version)
    for changed in (url.replace("a%20b", "a%20c"), url.replace("/presigned/", "/other/"), url + "&acl",
                    url + "&tagging", url + "&encryption", url + "&attributes"):  # fmt: skip
        assert fetch(changed) == (403, "SignatureDoesNotMatch"), changed
    assert fetch(url, "DELETE") == (403, "SignatureDoesNotMatch")
    wrong = msgspec.structs.replace(user, secret_access_key="x" * 40)
    assert fetch(url_of(lab, wrong, version)) == (403, "SignatureDoesNotMatch")


@VERSIONS
def test_expired(lab: Lab, user: Credentials, version: str) -> None:
    """A URL whose time has passed is refused in S3's words."""
    assert fetch(url_of(lab, user, version, expires=-5))[1] in ("AccessDenied", "AuthorizationQueryParametersError")
    url = re.sub("Expires=[0-9]+", "Expires=1", url_of(lab, user, version))
    url = re.sub("X-Amz-Date=[0-9]{8}", "X-Amz-Date=20200101", url)
    status, code = fetch(url)
    assert (status, code) == (403, "AccessDenied")


@pytest.mark.parametrize(("life", "status"), [("604800", 403), ("604801", 400), ("0", 400), ("x", 400), ("", 400)])
def test_life_of_a_url(lab: Lab, user: Credentials, life: str, status: int) -> None:
    """X-Amz-Expires is 1 to 604800; a good one still needs its signature."""
    url = re.sub("X-Amz-Expires=[0-9]+", f"X-Amz-Expires={life}", url_of(lab, user, "s3v4"))
    assert fetch(url)[0] == status


@VERSIONS
def test_tokens(lab: Lab, session: Credentials, version: str) -> None:
    """A session's URL without its token, or with another, is refused."""
    wrong = msgspec.structs.replace(session, session_token="garbled")
    absent = msgspec.structs.replace(session, session_token=None)
    assert fetch(url_of(lab, wrong, version)) == (400, "InvalidToken")
    assert fetch(url_of(lab, absent, version)) == (403, "InvalidAccessKeyId")


@VERSIONS
def test_a_cut_stops_urls_made_before_it(lab: Lab, user: Credentials, version: str) -> None:
    """A URL made before a deny of its session is dead after it."""
    victim = assume(lab, user, ROLE_ARN, "victim")
    url = url_of(lab, victim, version)
    assert fetch(url)[0] == 200
    iam = client(lab, "iam", lab.credentials("root"))
    cut = {"RoleName": "DataAnalyst", "PolicyName": "Cut"}
    iam.put_role_policy(**cut, PolicyDocument=deny({"StringLike": {"aws:userid": "*:victim"}}))
    assert fetch(url) == (403, "AccessDenied")
    iam.delete_role_policy(**cut)


@VERSIONS
def test_events_hold_no_signature(lab: Lab, session: Credentials, version: str) -> None:
    """The event of a presigned call shows its parameters without signature and token."""
    fetch(url_of(lab, session, version, ResponseContentType="text/plain"))
    text = json.dumps(lab.events()[-1].record)
    assert lab.events()[-1].name == "GetObject"
    assert str(session.session_token) not in text
    assert not re.search(r"(?i)x-amz-signature|x-amz-security|x-amz-credential|AWSAccessKeyId", text)


def query_signed(lab: Lab, held: Credentials, service: str, query: str, expires: int = 60) -> str:
    request = AWSRequest("GET", f"{lab.endpoint_url}/?{query}", headers={"x-k8s-aws-id": "cluster"})
    signer = Signer(held.access_key_id, held.secret_access_key, held.session_token)
    SigV4QueryAuth(signer, service, "us-east-1", expires).add_auth(request)
    return str(request.url)


def test_presigned_caller_identity(lab: Lab, session: Credentials) -> None:
    """GetCallerIdentity presigned with a signed header of its own, as EKS tokens are, says who made it."""
    url = query_signed(lab, session, "sts", "Action=GetCallerIdentity&Version=2011-06-15")
    status, body = fetch(url, **_CLUSTER)
    assert (status, "assumed-role/DataAnalyst/ann" in body) == (200, True)
    assert fetch(url, **{**_CLUSTER, "x-k8s-aws-id": "other"}) == (403, "SignatureDoesNotMatch")
    assert fetch(url.replace("GetCallerIdentity", "GetSessionToken"))[1] == "SignatureDoesNotMatch"


def test_presigned_ec2_and_iam(lab: Lab, user: Credentials) -> None:
    """Other query services take presigned calls too, and hash the empty body."""
    url = query_signed(lab, user, "ec2", "Action=DescribeRegions&Version=2016-11-15")
    assert fetch(url, **_CLUSTER)[0] == 200
    url = query_signed(lab, user, "iam", "Action=ListUsers&Version=2010-05-08")
    assert "<UserName>ann</UserName>" in fetch(url, **_CLUSTER)[1]


def test_bucket_in_the_host_name(lab: Lab, user: Credentials) -> None:
    """A bucket addressed by host name is refused as not implemented, not looked for in the path."""
    status, code = fetch(url_of(lab, user, "s3"), Host="presigned.localhost")
    assert (status, code) == (501, "NotImplemented")

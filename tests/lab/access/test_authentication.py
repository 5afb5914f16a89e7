"""Who may speak at all: signature, token, expiry, age, and the paths that are closed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Signer

from tests.lab.acting import ROLE_ARN, TRUST, allow, answer_of, assume, code_of
from unassume.errors import InputError
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        iam = client(opened, "iam", opened.credentials("root"))
        iam.create_role(RoleName="DataAnalyst", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="DataAnalyst", PolicyName="All", PolicyDocument=allow(["*"]))
        client(opened, "s3", opened.credentials("root")).create_bucket(Bucket="analytics-data")
        yield opened


@pytest.fixture(scope="module")
def user(lab: Lab) -> Credentials:
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="All", PolicyDocument=allow(["*"]))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def session(lab: Lab, user: Credentials) -> Credentials:
    return assume(lab, user, ROLE_ARN, "ann")


def codes(lab: Lab, credentials: Credentials) -> tuple[tuple[str, int], ...]:
    """Code and status of one call each to s3, sts, ec2, dynamodb and account."""
    s3, sts, ec2 = (client(lab, name, credentials) for name in ("s3", "sts", "ec2"))
    dynamodb, account = client(lab, "dynamodb", credentials), client(lab, "account", credentials)
    calls = (s3.list_buckets, sts.get_caller_identity, ec2.describe_instances, dynamodb.list_tables,
             account.list_regions)  # fmt: skip
    return tuple(answer_of(call)[:2] for call in calls)


def test_good_credentials_pass(lab: Lab, user: Credentials, session: Credentials) -> None:
    """Long-term and temporary credentials are let in by every protocol."""
    assert {code for code, _ in codes(lab, user)} == {"OK"}
    assert {code for code, _ in codes(lab, session)} == {"OK"}


def test_wrong_secret(lab: Lab, session: Credentials) -> None:
    """A wrong secret is refused with each protocol's own code."""
    wrong = msgspec.structs.replace(session, secret_access_key="x" * 40)
    assert codes(lab, wrong) == (
        ("SignatureDoesNotMatch", 403), ("SignatureDoesNotMatch", 403), ("AuthFailure", 401),
        ("InvalidSignatureException", 400), ("InvalidSignatureException", 403),
    )  # fmt: skip


def test_wrong_token(lab: Lab, session: Credentials) -> None:
    """A token that is not exactly the session's is refused."""
    wrong = msgspec.structs.replace(session, session_token=str(session.session_token) + "x")
    assert codes(lab, wrong) == (
        ("InvalidToken", 400), ("InvalidClientTokenId", 403), ("AuthFailure", 401),
        ("UnrecognizedClientException", 400), ("UnrecognizedClientException", 403),
    )  # fmt: skip


def test_absent_token(lab: Lab, session: Credentials) -> None:
    """Temporary credentials without their token are refused."""
    wrong = msgspec.structs.replace(session, session_token=None)
    assert codes(lab, wrong) == (
        ("InvalidAccessKeyId", 403), ("InvalidClientTokenId", 403), ("AuthFailure", 401),
        ("UnrecognizedClientException", 400), ("UnrecognizedClientException", 403),
    )  # fmt: skip


def test_token_with_long_term_key(lab: Lab, user: Credentials) -> None:
    """A user's key with some token is refused."""
    wrong = msgspec.structs.replace(user, session_token="anything")
    assert "OK" not in {code for code, _ in codes(lab, wrong)}


def test_unknown_key(lab: Lab) -> None:
    """A key id nobody issued is refused."""
    assert codes(lab, Credentials("AKIA" + "A" * 16, "x" * 40)) == (
        ("InvalidAccessKeyId", 403), ("InvalidClientTokenId", 403), ("AuthFailure", 401),
        ("UnrecognizedClientException", 400), ("UnrecognizedClientException", 403),
    )  # fmt: skip


def test_inactive_key(lab: Lab) -> None:
    """A user's key set inactive stops working."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="tom")
    key = iam.create_access_key(UserName="tom")["AccessKey"]
    held = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    assert code_of(client(lab, "sts", held).get_caller_identity) == "OK"
    iam.update_access_key(UserName="tom", AccessKeyId=held.access_key_id, Status="Inactive")
    assert code_of(client(lab, "sts", held).get_caller_identity) == "InvalidClientTokenId"


def test_expired_session(lab: Lab, user: Credentials) -> None:
    """A session is refused from its very Expiration on, with each protocol's own code."""
    short = assume(lab, user, ROLE_ARN, "short", DurationSeconds=900)
    lab.clock.advance(880)
    assert {code for code, _ in codes(lab, short)} == {"OK"}
    lab.clock.advance(20)
    assert codes(lab, short) == (
        ("ExpiredToken", 400), ("ExpiredToken", 403), ("RequestExpired", 400),
        ("ExpiredTokenException", 400), ("ExpiredTokenException", 403),
    )  # fmt: skip


def signed(lab: Lab, held: Credentials, *, at: datetime | None = None, path: str = "/") -> dict[str, str]:
    """The headers of a signed S3 GET."""
    request = AWSRequest("GET", lab.endpoint_url + path)
    request.context["timestamp"] = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    auth = S3SigV4Auth(Signer(held.access_key_id, held.secret_access_key, held.session_token), "s3", "us-east-1")
    request.headers["x-amz-date"] = request.context["timestamp"]
    canonical_body = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    request.headers["x-amz-content-sha256"] = canonical_body
    request.headers["host"] = lab.endpoint_url.removeprefix("http://")
    if held.session_token:
        request.headers["x-amz-security-token"] = held.session_token
    text = auth.string_to_sign(request, auth.canonical_request(request))
    names = auth.signed_headers(auth.headers_to_sign(request))
    scope = f"Credential={auth.scope(request)}"
    request.headers["authorization"] = (
        f"AWS4-HMAC-SHA256 {scope}, SignedHeaders={names}, Signature={auth.signature(text, request)}"
    )
    return dict(request.headers.items())


def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[int, str, Any]:
    """Status, body and headers of a plain GET."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode(), problem.headers


@pytest.mark.parametrize(("minutes", "status"), [(-14, 200), (14, 200), (-16, 403), (16, 403)])
def test_skewed_request(lab: Lab, user: Credentials, minutes: int, status: int) -> None:
    """A request dated more than 15 minutes away from both the machine's and the lab's clock is refused."""
    at = max(datetime.now(UTC), lab.clock.now()) if minutes > 0 else datetime.now(UTC)
    got, body, _ = fetch(lab.endpoint_url + "/", signed(lab, user, at=at + timedelta(minutes=minutes)))
    assert got == status
    assert ("RequestTimeTooSkewed" in body) is (status == 403)


def test_header_not_signed(lab: Lab, user: Credentials) -> None:
    """An `x-amz-` header that was added after signing is refused."""
    headers = signed(lab, user) | {"x-amz-acl": "public-read"}
    status, body, _ = fetch(lab.endpoint_url + "/", headers)
    assert (status, "There were headers present in the request which were not signed" in body) == (403, True)


def test_order_of_the_authorization_header(lab: Lab, user: Credentials) -> None:
    """The parts of the header may come in any order: the same service answers."""
    headers = signed(lab, user)
    parts = headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    headers["authorization"] = "AWS4-HMAC-SHA256 " + ", ".join(reversed(parts))
    status, body, _ = fetch(lab.endpoint_url + "/", headers)
    assert (status, "ListAllMyBucketsResult" in body) == (200, True)


def test_unsigned_request(lab: Lab) -> None:
    """A request without a signature is refused in XML, never answered."""
    status, body, _ = fetch(lab.endpoint_url + "/analytics-data")
    assert (status, "<Code>AccessDenied</Code>" in body) == (403, True)


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/data.json", "//moto-api/", "/%6Doto-api/", "/Moto-Api"])
def test_motos_own_paths_are_closed(lab: Lab, path: str) -> None:
    """moto's admin pages answer nobody, however the path is written."""
    status, body, _ = fetch(lab.endpoint_url + path)
    assert status == 403
    assert "<html" not in body.lower()


def test_motos_own_paths_are_closed_to_root(lab: Lab) -> None:
    """Not even a proven caller reaches moto's admin pages under the name of a bucket."""
    s3 = client(lab, "s3", lab.credentials("root"))
    assert code_of(s3.list_objects_v2, Bucket="moto-api") == "AccessDenied"
    assert code_of(s3.list_objects_v2, Bucket="analytics-data") == "OK"


def test_account_header_of_a_client_is_dropped(lab: Lab, user: Credentials) -> None:
    """A client cannot choose its account with moto's header."""
    iam = client(lab, "iam", user)
    iam.meta.events.register(
        "before-send.iam", lambda request, **_: request.headers.update({"X-Moto-Account-Id": "999999999999"})
    )
    assert {role["RoleName"] for role in iam.list_roles()["Roles"]} >= {"DataAnalyst"}


def test_date_header_is_the_labs_clock(lab: Lab) -> None:
    """Every answer carries the lab's time."""
    lab.clock.advance(3600)
    _, _, headers = fetch(lab.endpoint_url + "/")
    stamp = datetime.strptime(headers["Date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert abs(lab.clock.now() - stamp) < timedelta(seconds=30)


def test_one_lab_per_process(lab: Lab) -> None:
    """A second lab in the same process is refused with the reason, and the first goes on."""
    with pytest.raises(InputError, match="already open"), Lab(seed=None):
        pass
    assert code_of(client(lab, "sts", lab.credentials("root")).get_caller_identity) == "OK"


def test_user_ids_have_awss_shape(lab: Lab, user: Credentials) -> None:
    """Ids are AIDA + 17, AROA + 17, ASIA + 16, AKIA + 16, in the answer that made them and afterwards."""
    iam = client(lab, "iam", lab.credentials("root"))
    made = iam.create_user(UserName="zoe")["User"]["UserId"]
    assert iam.get_user(UserName="zoe")["User"]["UserId"] == made
    role = iam.get_role(RoleName="DataAnalyst")["Role"]["RoleId"]
    held = assume(lab, user, ROLE_ARN, "zoe").access_key_id
    shapes = [(text[:4], len(text)) for text in (made, role, held, user.access_key_id)]
    assert shapes == [("AIDA", 21), ("AROA", 21), ("ASIA", 20), ("AKIA", 20)]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/analytics-data?acl&policy", "ValidationError"),
        ("/analytics-data?versionId=1&versionId=2", "ValidationError"),
        ("/analytics-data?Action=ListBuckets", "ValidationError"),
        ("/analytics%2Fdata", "InvalidBucketName"),
        ("/v20180820/tags/x", "NotImplemented"),
    ],
)
def test_s3_requests_with_two_readings(lab: Lab, path: str, code: str) -> None:
    """A request that the gate and moto might read as different calls is refused, even for root."""
    status, body, _ = fetch(lab.endpoint_url + path, signed(lab, lab.credentials("root"), path=path))
    assert status in (400, 501)
    assert f"<Code>{code}</Code>" in body


def test_region_that_is_not_enabled(lab: Lab, user: Credentials) -> None:
    """A call signed for a region outside the 17 is refused like an unknown key."""
    assert code_of(client(lab, "sts", user, "me-south-1").get_caller_identity) == "InvalidClientTokenId"

"""The lab over TLS, and bodies in every framing HTTP has."""

from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Iterator

import pytest

from tests.lab.acting import allow, code_of
from unassume.lab import Credentials, Lab, serve_lines
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, tls=True) as opened:
        client(opened, "s3", opened.credentials("root")).create_bucket(Bucket="over-tls")
        yield opened


def test_clients_trust_the_certificate(lab: Lab) -> None:
    """A client with the lab's bundle is answered; the lines to export name the bundle; the key is its owner's."""
    assert lab.endpoint_url.startswith("https://127.0.0.1:")
    assert code_of(client(lab, "sts", lab.credentials("root")).get_caller_identity) == "OK"
    assert f"export AWS_CA_BUNDLE={lab.ca_bundle}" in serve_lines(lab)
    assert lab.ca_bundle is not None
    assert stat.S_IMODE((lab.ca_bundle.parent / "key.pem").stat().st_mode) == 0o600


def test_uploads_with_a_trailer(lab: Lab) -> None:
    """boto3's upload over TLS, chunked with an unsigned trailer and without a length, comes back the same."""
    s3 = client(lab, "s3", lab.credentials("root"))
    body = bytes(range(256)) * 10_000
    s3.put_object(Bucket="over-tls", Key="big", Body=body, ChecksumAlgorithm="SHA256")
    found = s3.get_object(Bucket="over-tls", Key="big", ChecksumMode="ENABLED")
    assert found["Body"].read() == body
    assert found["ContentLength"] == len(body)
    assert "aws-chunked" not in found.get("ContentEncoding", "")
    assert found["ChecksumSHA256"]


def test_secure_transport(lab: Lab) -> None:
    """A deny of what is not over TLS does not hit a call over TLS."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="ann")
    document = allow(["s3:ListBucket"], condition={"Bool": {"aws:SecureTransport": "true"}})
    iam.put_user_policy(UserName="ann", PolicyName="P", PolicyDocument=document)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    held = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    assert code_of(client(lab, "s3", held).list_objects_v2, Bucket="over-tls") == "OK"


def test_silent_clients_stop_nobody(lab: Lab) -> None:
    """Clients that connect and say nothing do not keep others from being served."""
    port = int(lab.endpoint_url.rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    try:
        assert code_of(client(lab, "sts", lab.credentials("root")).get_caller_identity) == "OK"
    finally:
        for each in silent:
            each.close()


@pytest.mark.parametrize(
    "sent",
    [b"GARBAGE\r\n\r\n", b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
     b"PUT /over-tls/k HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     b"PUT /over-tls/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6000000000\r\n\r\nabc",
     b"PUT /over-tls/k HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"],
)  # fmt: skip
def test_what_is_hardly_http(lab: Lab, sent: bytes) -> None:
    """Requests that are broken as HTTP get an error in AWS's shape, never a page, and the lab goes on."""
    context = ssl.create_default_context(cafile=str(lab.ca_bundle))
    port = int(lab.endpoint_url.rpartition(":")[2])
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        connection.sendall(sent)
        connection.settimeout(10)
        answer = b""
        while b"</Error>" not in answer and (piece := connection.recv(65_536)):
            answer += piece
    assert b"<Error>" in answer
    assert b"<html" not in answer.lower()

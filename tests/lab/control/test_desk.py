"""The endpoints under `/_lab/`: what they do, and whom they do not listen to."""

from __future__ import annotations

import http.client
import socket
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.lab.acting import code_of
from tests.lab.control.asking import ask
from unassume.lab import ACCOUNT, Fault, Lab
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    with Lab(seed=None, propagation=2, regions=("us-east-1", "eu-west-1")) as lab:
        yield lab


@pytest.fixture
def lab(opened: Lab) -> Lab:
    opened.reset()
    return opened


def test_status(lab: Lab) -> None:
    """The status page shows what the lab is and holds, key ids but no secret, and is itself no call."""
    client(lab, "sts", lab.credentials("root")).get_caller_identity()
    lab.faults.add(Fault("throttle", action="iam:*"))
    status, shown = ask(lab, "GET", "/_lab/status")
    assert status == 200
    assert (shown["format"], shown["document"]) == (1, "lab-status")
    assert (shown["accounts"], shown["regions"], shown["seed"]) == ([ACCOUNT], ["eu-west-1", "us-east-1"], None)
    assert (shown["endpoint"], shown["calls"], shown["events"]) == (lab.endpoint_url, 1, 1)
    assert shown["delays"] == {"propagation": 2, "read_delay": 0, "trail_delay": 0}
    assert shown["oidc_issuer"] == lab.oidc_issuer
    assert shown["profiles"] == {"root": lab.credentials("root").access_key_id}
    assert [(each["fault"]["action"], each["fired"]) for each in shown["faults"]] == [("iam:*", 0)]
    assert lab.credentials("root").secret_access_key not in str(shown)


def test_clock(lab: Lab) -> None:
    """The clock is read and jumped, and what was jumped stands after a reset."""
    before = lab.clock.now()
    status, shown = ask(lab, "POST", "/_lab/clock", {"advance": 3600})
    assert status == 200
    assert shown["now"] > before.isoformat()
    assert (lab.clock.now() - before).total_seconds() >= 3600
    after = ask(lab, "GET", "/_lab/clock")[1]["now"]
    ask(lab, "POST", "/_lab/reset")
    assert ask(lab, "GET", "/_lab/clock")[1]["now"] >= after


@pytest.mark.parametrize(
    "body", [{"advance": -1}, {"advance": 1e12}, {"advance": "1"}, {"advance": 1, "back": 2}, {}, "nonsense", b"\xff"]
)
def test_a_clock_that_is_not_moved(lab: Lab, body: object) -> None:
    """A jump backwards, beyond a hundred years, or in another shape is one clear error, and nothing moves."""
    before = lab.clock.now()
    status, shown = ask(lab, "POST", "/_lab/clock", body)
    assert (status, list(shown)) == (400, ["error"])
    assert (lab.clock.now() - before).total_seconds() < 3600


def test_reset(lab: Lab) -> None:
    """A reset over HTTP answers with the new status; the key from before is unknown then."""
    before = lab.credentials("root")
    client(lab, "s3", before).create_bucket(Bucket="old-world")
    status, shown = ask(lab, "POST", "/_lab/reset", {})
    assert (status, shown["calls"]) == (200, 0)
    assert code_of(client(lab, "s3", before).list_buckets) == "InvalidAccessKeyId"
    assert client(lab, "s3", lab.credentials("root")).list_buckets()["Buckets"] == []


def test_faults(lab: Lab) -> None:
    """A fault is added, shown with how often it fired, and cleared."""
    asked = {"kind": "throttle", "action": "iam:ListUsers", "call": 2, "times": 2}
    assert ask(lab, "POST", "/_lab/faults", asked)[0] == 200
    iam = client(lab, "iam", lab.credentials("root"))
    assert [code_of(iam.list_users) for _ in range(4)] == ["OK", "Throttling", "Throttling", "OK"]
    status, shown = ask(lab, "GET", "/_lab/faults")
    fault = asked | {"seconds": 0, "per_second": 0, "principal": None}
    assert (status, shown) == (200, {"faults": [{"fault": fault, "matched": 4, "fired": 2}]})
    assert ask(lab, "DELETE", "/_lab/faults") == (200, {"faults": []})
    assert lab.faults.all() == ()


@pytest.mark.parametrize(
    "body",
    [{}, {"kind": "fire"}, {"kind": "delay"}, {"kind": "delay", "seconds": 61}, {"kind": "throttle", "seconds": 1},
     {"kind": "500", "call": 0}, {"kind": "500", "times": 0}, {"kind": "500", "often": 1}, [], {"kind": ["500"]},
     *({"kind": "500", "action": action} for action in ("", "iam", "iam:", ":List", "s3:Get It", "s3:a:b", "[a]:b")),
     ],
)  # fmt: skip
def test_faults_that_are_none(lab: Lab, body: object) -> None:
    """A rule that makes no sense is refused and does not stand."""
    status, shown = ask(lab, "POST", "/_lab/faults", body)
    assert (status, list(shown), lab.faults.all()) == (400, ["error"], ())


def test_kinds_are_named(lab: Lab) -> None:
    """A kind there is not is answered with those there are."""
    shown = ask(lab, "POST", "/_lab/faults", {"kind": "fire"})[1]
    assert shown["error"] == "there is no fault `fire`; there are throttle, 500, drop-reply-after-write, delay"


def test_saml_metadata(lab: Lab) -> None:
    """The metadata is the XML document itself, which CreateSAMLProvider takes as it is, and no page may ask for it."""
    with urllib.request.urlopen(f"{lab.endpoint_url}/_lab/saml-metadata", timeout=30) as answer:  # the lab's
        assert answer.headers["Content-Type"] == "application/xml"
        text = answer.read().decode()
    assert text == lab.saml_metadata
    made = client(lab, "iam", lab.credentials("root")).create_saml_provider(Name="Lab", SAMLMetadataDocument=text)
    assert made["SAMLProviderArn"].endswith(":saml-provider/Lab")
    assert ask(lab, "GET", "/_lab/saml-metadata", headers={"Origin": "null"})[0] == 403


def test_tokens(lab: Lab) -> None:
    """A web identity token and a SAML assertion are made for whoever asks, and a wrong question is one clear error."""
    status, shown = ask(lab, "POST", "/_lab/web-identity-token", {"subject": "repo:octo/app"})
    assert (status, list(shown)) == (200, ["token"])
    assert lab.federation.claims_of(shown["token"])["sub"] == "repo:octo/app"
    asked = {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/R", "provider_arn": f"arn:aws:iam::{ACCOUNT}:saml-provider/P"}
    assert list(ask(lab, "POST", "/_lab/saml-assertion", asked | {"name": "mary"})[1]) == ["token"]
    assert ask(lab, "POST", "/_lab/saml-assertion", asked)[0] == 400
    assert ask(lab, "POST", "/_lab/web-identity-token", {"subject": ""})[0] == 400


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-origin"}, {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"},
     {"Host": "localhost:1:2"}, {"Host": ""}],
)  # fmt: skip
@pytest.mark.parametrize(("method", "path"), [("GET", "/_lab/status"), ("POST", "/_lab/reset")])
def test_no_page_drives_the_lab(lab: Lab, headers: dict[str, str], method: str, path: str) -> None:
    """A request that a browser sends for a page, or under another name, is refused, and nothing is done."""
    key = lab.credentials("root")
    assert ask(lab, method, path, headers=headers)[0] == 403
    assert lab.credentials("root") == key


def test_who_sits_here_is_answered(lab: Lab) -> None:
    """`localhost` is as good as the address, and so is a browser's address bar."""
    port = urlsplit(lab.endpoint_url).port
    for headers in ({"Host": f"localhost:{port}"}, {"Host": "LOCALHOST"}, {"Sec-Fetch-Site": "none"}):
        assert ask(lab, "GET", "/_lab/status", headers=headers)[0] == 200


def test_what_is_not_there(lab: Lab) -> None:
    """Another path is 404 and names those there are; another method is 405; both as JSON."""
    for path in ("/_lab", "/_lab/", "/_lab/nothing", "/%5Flab/x", "/_lab/status/"):
        status, shown = ask(lab, "GET", path)
        assert (status, "/_lab/status" in shown["error"]) == (404, True)
    assert ask(lab, "DELETE", "/_lab/reset")[0] == 405


def test_bodies_are_bounded(lab: Lab) -> None:
    """A body of more than a mebibyte is refused, whether it says its length, lies about it, or comes in chunks."""
    assert ask(lab, "POST", "/_lab/faults", "x" * 1_048_577)[0] == 413
    assert ask(lab, "POST", "/_lab/faults", headers={"Content-Length": "-5"})[0] == 400
    host = urlsplit(lab.endpoint_url).netloc
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("POST", "/_lab/clock", iter([b'{"advance"', b": 1}"]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})  # fmt: skip
    assert connection.getresponse().status == 200
    connection.close()


def test_an_endless_body_is_cut(lab: Lab) -> None:
    """A client that never ends its chunks gets its answer after a mebibyte."""
    address = urlsplit(lab.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"POST /_lab/faults HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        for _ in range(17):
            connection.sendall(piece)
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_control_is_no_call(lab: Lab) -> None:
    """What is asked under `/_lab` is in no log and no trail, and never reaches S3."""
    for path in ("/_lab/status", "/_lab/nothing"):
        ask(lab, "GET", path)
    assert (lab.calls(), lab.events()) == ((), ())

"""URLs that boto3 presigns, across a jump of the lab's clock."""

from __future__ import annotations

import urllib.error
import urllib.request

import boto3
from botocore.config import Config

from unassume.lab import Lab
from unassume.lab.clients import client


def url_of(lab: Lab, version: str, expires: int) -> str:
    held = lab.credentials("root")
    s3 = boto3.client(
        "s3", region_name="us-east-1", endpoint_url=lab.endpoint_url, aws_access_key_id=held.access_key_id,
        aws_secret_access_key=held.secret_access_key,
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )  # fmt: skip
    return str(s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "k"}, ExpiresIn=expires))


def fetch(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        return problem.code


def test_urls_expire_by_the_labs_clock() -> None:
    """A URL made before a jump of more than its life has expired, by SigV2 and SigV4; one that lasts longer has not."""
    with Lab(seed=None) as lab:
        s3 = client(lab, "s3", lab.credentials("root"))
        s3.create_bucket(Bucket="presigned")
        s3.put_object(Bucket="presigned", Key="k", Body=b"orders")
        short = [url_of(lab, version, 60) for version in ("s3", "s3v4")]
        long = [url_of(lab, version, 7200) for version in ("s3", "s3v4")]
        assert [fetch(url) for url in short + long] == [200] * 4
        lab.clock.advance(3600)
        assert [fetch(url) for url in short + long] == [403, 403, 200, 200]

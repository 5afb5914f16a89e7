"""Multipart uploads over HTTP: an upload's id opens no other key than its own."""

from __future__ import annotations

from tests.lab.acting import answer_of, code_of
from unassume.lab import Lab
from unassume.lab.clients import client


def test_uploads_of_another_key() -> None:
    """Every call on an upload is refused as NoSuchUpload under another key, and goes through under its own."""
    with Lab(seed=None) as lab:
        s3 = client(lab, "s3", lab.credentials("root"))
        s3.create_bucket(Bucket="parts")
        s3.put_object(Bucket="parts", Key="source", Body=b"x")
        upload = s3.create_multipart_upload(Bucket="parts", Key="hidden")["UploadId"]
        other = {"Bucket": "parts", "Key": "ok", "UploadId": upload}
        source = {"CopySource": {"Bucket": "parts", "Key": "source"}}
        for call, more in (
            (s3.upload_part, {"PartNumber": 1, "Body": b"x"}),
            (s3.upload_part_copy, {"PartNumber": 1, **source}),
            (s3.list_parts, {}),
            (s3.complete_multipart_upload, {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "e"}]}}),
            (s3.abort_multipart_upload, {}),
        ):
            assert answer_of(call, **other, **more)[:2] == ("NoSuchUpload", 404)
        own = {**other, "Key": "hidden"}
        part = s3.upload_part(**own, PartNumber=1, Body=b"whole")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        assert code_of(s3.complete_multipart_upload, **own, MultipartUpload=parts) == "OK"
        assert s3.get_object(Bucket="parts", Key="hidden")["Body"].read() == b"whole"

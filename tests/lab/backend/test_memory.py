"""moto keeps every instance it ever made; behind the gate it is made to forget those nothing holds."""

from __future__ import annotations

from moto.s3.models import FakeKey

from unassume.lab import Lab
from unassume.lab.clients import client


def test_overwritten_objects_are_forgotten() -> None:
    """Writing one object again and again leaves a bounded number of instances behind, and the last one readable."""
    with Lab(seed=None) as lab:
        s3 = client(lab, "s3", lab.credentials("root"))
        s3.create_bucket(Bucket="bucket")
        for number in range(510):
            s3.put_object(Bucket="bucket", Key="key", Body=str(number).encode())
        assert len(vars(FakeKey)["instances_tracked"]) < 600
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"509"

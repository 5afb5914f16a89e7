"""Which KMS key encrypts what stands in moto, and which account a key is in.

moto's models are internals: `tests/lab/operations/test_encryption.py` holds every attribute used here.
"""

from __future__ import annotations

from typing import Any

from unassume.lab.operations.standing import backend_of, bucket_owner

_DEFAULT_OF_SECRETS = "alias/aws/secretsmanager"


def encrypted_by(arn: str) -> str | None:
    """The KMS key of an object, queue, topic or secret as it was named, or None where none was chosen.

    For an object it is one of any of its versions, or what its bucket would encrypt a new one with.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    _, _, service, region, account, name = parts
    match service:
        case "s3":
            return _object(*name.partition("/")[::2])
        case "sqs":
            return _named(backend_of("sqs", account, region), "queues", name)
        case "sns":
            return _named(backend_of("sns", account, region), "topics", arn)
        case "secretsmanager":
            return _secret(arn, account, region)
        case _:
            return None


def key_account(key_id: str, region: str) -> str | None:
    """The account in which a KMS key of that id stands, or None."""
    from moto.kms.models import kms_backends

    return next((each for each in list(kms_backends) if _has(backend_of("kms", each, region), key_id)), None)


def _has(backend: Any, key_id: str) -> bool:
    return backend is not None and key_id in backend.keys


def _named(backend: Any, attribute: str, name: str) -> str | None:
    found = getattr(backend, attribute).get(name) if backend is not None else None
    return str(found.kms_master_key_id) if found is not None and found.kms_master_key_id else None


def _secret(arn: str, account: str, region: str) -> str | None:
    backend = backend_of("secretsmanager", account, region)
    found = backend.secrets.get(arn) if backend is not None else None
    key = getattr(found, "kms_key_id", None) or _DEFAULT_OF_SECRETS
    return None if key == _DEFAULT_OF_SECRETS else str(key)


def _object(bucket: str, key: str) -> str | None:
    found = _bucket(bucket)
    if found is None or not key:
        return None
    rule = (found.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    versions = found.keys.getlist(key, [])
    algorithms = [rule.get("SSEAlgorithm"), *(getattr(each, "encryption", None) for each in versions)]
    return next((str(each) for each in algorithms if str(each).startswith("aws:kms")), None)


def _bucket(name: str) -> Any:
    owner = bucket_owner(name)
    backend = backend_of("s3", owner, "aws") if owner else None
    return backend.buckets.get(name) if backend is not None else None

"""What stands in moto under the names that calls use: who owns a bucket, which key an alias means, what is tagged how.

moto makes a backend for any account it is asked about, so only accounts and regions that stand already are looked at.
moto's models are internals: `tests/lab/operations/test_standing.py` holds every attribute used here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from itertools import islice
from typing import Any

_CIPHERTEXT_KEY = 36
"""moto writes the key's id as the first bytes of what it encrypts."""


def bucket_owner(bucket: str) -> str | None:
    """The account that owns the bucket, or None when there is none."""
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(bucket)
    return found[1] if found else None


def object_tags(bucket: str, key: str) -> dict[str, str] | None:
    """The tags of an object's newest version, or None when it is not there."""
    from moto.s3.models import s3_backends

    owner = s3_backends.bucket_accounts.get(bucket)
    if owner is None:
        return None
    backend = s3_backends[owner[1]][owner[0]]
    found = backend.buckets[bucket].keys.get(key) if bucket in backend.buckets else None
    return None if found is None else dict(backend.tagger.get_tag_dict_for_resource(found.arn))


def object_keys(bucket: str, prefix: str, most: int) -> tuple[str, ...]:
    """The keys that stand in a bucket below a prefix, at most so many."""
    from moto.s3.models import s3_backends

    owner = s3_backends.bucket_accounts.get(bucket)
    found = s3_backends[owner[1]][owner[0]].buckets.get(bucket) if owner else None
    keys = list(found.keys) if found else []
    return tuple(islice((key for key in keys if key.startswith(prefix)), most))


def upload_key(bucket: str, upload: str) -> str | None:
    """The key that an unfinished multipart upload makes, or None when there is no such upload."""
    from moto.s3.models import s3_backends

    owner = s3_backends.bucket_accounts.get(bucket)
    buckets = s3_backends[owner[1]][owner[0]].buckets if owner else {}
    found = buckets[bucket].multiparts.get(upload) if bucket in buckets else None
    return str(found.key_name) if found else None


def key_arn(text: str, account: str, region: str) -> str:
    """The ARN of a KMS key named by id, ARN, alias or alias ARN; of an alias that nobody made, the alias's own."""
    start = f"arn:aws:kms:{region}:{account}:"
    if text.startswith("arn:"):
        named, owner = text.split(":", 5)[-1], text.split(":")[4:5]
        account = owner[0] if owner else account
    else:
        named = text if text.startswith("alias/") else f"key/{text}"
    if not named.startswith("alias/"):
        return text if text.startswith("arn:") else start + named
    for key in list(_of("kms", account, region, "keys").values()):
        if named in key.aliases:
            return str(key.arn)
    return text if text.startswith("arn:") else start + named


def ciphertext_key(blob: object) -> str | None:
    """The id of the key that a ciphertext of moto's was made with, or None when it cannot be read."""
    try:
        raw = base64.b64decode(str(blob), validate=True)
        return raw[:_CIPHERTEXT_KEY].decode("ascii") if len(raw) > _CIPHERTEXT_KEY else None
    except (binascii.Error, ValueError):
        return None


def secret_arn(text: str, account: str, region: str) -> str:
    """The full ARN of a secret named by name, ARN or partial ARN, as moto finds it; else the ARN it would have.

    AWS: https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html (six random characters)
    """
    owner = text.split(":")[4] if text.startswith("arn:") and text.count(":") == 6 else account
    found: Any = _of("secretsmanager", owner, region, "secrets").get(text)
    if found is not None:
        return str(found.arn)
    return text if text.startswith("arn:") else f"arn:aws:secretsmanager:{region}:{account}:secret:{text}-??????"


def profile_roles(account: str, named: str) -> tuple[str, ...]:
    """The ARNs of the roles in an instance profile, by its name or ARN."""
    from moto.iam.models import iam_backends

    if account not in iam_backends:
        return ()
    profiles = list(iam_backends[account]["aws"].instance_profiles.values())
    return tuple(str(role.arn) for each in profiles if named in (each.name, each.arn) for role in each.roles)


def profile_arn(account: str, name: str) -> str | None:
    """The ARN of an instance profile, or None."""
    from moto.iam.models import iam_backends

    found = iam_backends[account]["aws"].instance_profiles.get(name) if account in iam_backends else None
    return str(found.arn) if found else None


def security_group_id(named: str, account: str, region: str) -> str:
    """The id of a security group named by id or, as calls about default VPCs may, by name; like moto, ids first."""
    groups = [each for held in list(_of("ec2", account, region, "groups").values()) for each in list(held.values())]
    if any(each.id == named for each in groups):
        return named
    return next((str(each.id) for each in groups if each.name == named), named)


def launch_template_id(named: str, account: str, region: str) -> str:
    """The id of a launch template named by id or name."""
    return str(_of("ec2", account, region, "launch_template_name_to_ids").get(named, named))


def organization_of(account: str) -> tuple[str, str] | None:
    """The organization's id and the account's path in it, such as `o-a/r-b/ou-b-c/`; None outside any."""
    from moto.organizations.models import organizations_backends

    found = organizations_backends.master_accounts.get(account)
    master = found[0] if found else account
    if master not in organizations_backends:
        return None
    backend = organizations_backends[master]["aws"]
    member = next((each for each in backend.accounts if each.id == account), None)
    if backend.org is None or (member is None and master != account):
        return None
    parents = {each.id: each.parent_id for each in backend.ou}
    steps: list[str] = []
    parent: str | None = member.parent_id if member else backend.org.root_id
    while parent and len(steps) < 10:
        steps.append(parent)
        parent = parents.get(parent)
    return str(backend.org.id), "/".join([backend.org.id, *reversed(steps)]) + "/"


def organization_arn(account: str, identifier: str) -> str | None:
    """The ARN of a root, unit, account or policy of the caller's organization by its id, or None."""
    from moto.organizations.models import organizations_backends

    found = organizations_backends.master_accounts.get(account)
    master = found[0] if found else account
    if master not in organizations_backends:
        return None
    backend: Any = organizations_backends[master]["aws"]
    for each in (*backend.ou, *backend.accounts, *backend.policies):
        if each.id == identifier:
            return str(each.arn)
    return None


def partition_key(table: str) -> str | None:
    """The name of a table's partition key, by the table's ARN, or None."""
    parts = table.split(":", 5)
    found = _of("dynamodb", parts[4], parts[3], "tables").get(parts[5].removeprefix("table/"))
    return str(found.hash_key_attr) if found else None


def backend_of(service: str, account: str, region: str) -> Any:
    """moto's backend, or None where the account or region holds nothing yet; `aws` is the region of global services."""
    from moto.backends import get_backend

    backends = get_backend(service)  # type: ignore[call-overload]  # the names passed are moto's own
    if account not in backends or region not in backends[account]:
        return None
    return backends[account][region]


def _of(service: str, account: str, region: str, attribute: str) -> Mapping[str, Any]:
    """That mapping of a backend, or an empty one."""
    backend = backend_of(service, account, region)
    found: Mapping[str, Any] = {} if backend is None else getattr(backend, attribute)
    return found

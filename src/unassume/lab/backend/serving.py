"""Whose moto a judged call goes to: the account that owns what it names, which need not be the caller's.

moto holds each account's things apart, so a call on things of two accounts cannot be served; only S3's names are global
there as they are at AWS.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.lab.operations.encryption import encrypted_by
from unassume.lab.operations.needed import Needed, owner_of
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.secret_keys import USES
from unassume.lab.operations.standing import bucket_owner
from unassume.lab.operations.table import Needs
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

_OWNERS_ONLY = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})
_READS_TAGS = frozenset({"s3:GetObjectTagging", "s3:GetObjectVersionTagging"})
_USES_KEYS = frozenset({
    "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "sqs:SendMessage", "sqs:ReceiveMessage", "sns:Publish",
})  # fmt: skip
_NAME_MORE: Mapping[tuple[str, str], tuple[str, ...]] = {
    # A subscription is its subscriber's, and moto would look for its queue in the topic's account.
    ("sns", "Subscribe"): (),
    ("secretsmanager", "UpdateSecret"): ("KmsKeyId",),
    ("secretsmanager", "RotateSecret"): (),
    ("secretsmanager", "ReplicateSecretToRegions"): (),
}
"""Calls on another account's things that name more besides, always or in these parameters."""
_FOUND = ("s3:", "kms:")
"""What a service does for its caller in these is found by moto in any account, or is not done there at all."""
_SSE = "x-amz-server-side-encryption"


def served_in(operation: Operation, needs: Needs, incoming: Incoming, caller_account: str) -> str:
    """The account moto is to be told; a Refusal where the call is allowed but cannot be carried out there."""
    own = _own(needs, operation)
    foreign = [each for each in needs.all if each.owner not in (None, caller_account)]
    if any(each not in own and not each.action.startswith(_FOUND) for each in foreign):
        raise not_implemented(f"{_what(operation)} with things of another account")
    account = _s3(operation, own, incoming, caller_account) if operation.service == "s3" else ""
    if any(each in own for each in foreign):
        _check_abroad(operation)
    _check_keys(operation, foreign)
    owners = list(dict.fromkeys(each.owner or caller_account for each in own)) or [caller_account]
    if not account and len(owners) > 1:
        raise not_implemented(f"{_what(operation)} on things of two accounts")
    return account or owners[0]


def owners_named(needs: Needs, operation: Operation, first: str) -> tuple[str, ...]:
    """Every account whose things the call names, the one that served it first."""
    return tuple(dict.fromkeys((first, *(each.owner for each in _own(needs, operation) if each.owner))))


def _own(needs: Needs, operation: Operation) -> list[Needed]:
    """What the call needs in its own service: what it needs elsewhere, that service does for the caller."""
    return [each for each in needs.all if each.action.startswith(f"{operation.prefix}:")]


def _s3(operation: Operation, own: list[Needed], incoming: Incoming, caller_account: str) -> str:
    """The owner of the bucket in the path, judged last; moto finds a copy's source by its name wherever it is."""
    _check_expected(operation, incoming)
    account = (own[-1].owner if own else None) or caller_account
    if any(each.owner not in (None, account) and each.action in _READS_TAGS for each in own):
        # moto looks for the source's tags among those of the target's account.
        raise not_implemented(f"{_what(operation)} of an object with tags into another account")
    key = incoming.header(f"{_SSE}-aws-kms-key-id") or ""
    if account != caller_account and (incoming.header(_SSE) or "").startswith("aws:kms"):
        raise not_implemented(f"{_what(operation)} with a KMS key into another account")
    if owner_of(key) not in (None, caller_account):
        raise not_implemented(f"{_what(operation)} with a KMS key of another account")
    return account


def _check_expected(operation: Operation, incoming: Incoming) -> None:
    """AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html (403)"""
    source = (incoming.header("x-amz-copy-source") or "").lstrip("/").partition("/")[0]
    for which, bucket in (("", str(operation.parameters.get("Bucket"))), ("source-", source)):
        expected = incoming.header(f"x-amz-{which}expected-bucket-owner")
        if expected is not None and bucket_owner(bucket) not in (None, expected):
            raise Refusal(Why.DENIED, reason="the bucket is not of the expected owner")


def _check_abroad(operation: Operation) -> None:
    """A Refusal for what may not be done to another account's things, or would not be done right."""
    if operation.service == "s3" and operation.name in _OWNERS_ONLY:
        # AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
        message = "The specified method is not allowed against this resource."
        raise Refusal(code="MethodNotAllowed", status=405, message=message)
    named = _NAME_MORE.get((operation.service, operation.name))
    if named is not None and (not named or any(each in operation.parameters for each in named)):
        raise not_implemented(f"{_what(operation)} like this across accounts: not all it names would be judged")


def _check_keys(operation: Operation, foreign: list[Needed]) -> None:
    """A Refusal for what a KMS key encrypts, unless the key's own policy was asked, as it is for a secret's."""
    for each in foreign:
        if each.action in USES:
            _check_secret(each)
        if each.action in _USES_KEYS and encrypted_by(each.resource) is not None:
            raise not_implemented(f"{_what(operation)} across accounts on what a KMS key encrypts")


def _check_secret(needed: Needed) -> None:
    """A Refusal for a secret under the key `aws/secretsmanager`, or under one that a writer would seek in its account.

    ASSUMPTION: the code and the sentence of the first. The second was seen on 2023-03-27.
    AWS: https://github.com/hashicorp/terraform-provider-aws/issues/30272
    """
    key = encrypted_by(needed.resource)
    if key is None:
        message = "You can't access a secret from a different AWS account if you encrypt it with the default KMS key."
        raise Refusal(code="InvalidRequestException", status=400, message=message)
    if len(USES[needed.action]) > 1 and not key.startswith("arn:"):
        message = f"Secrets Manager can't encrypt the secret value: Key '{key}' does not exist"
        raise Refusal(code="EncryptionFailure", status=400, message=message)


def _what(operation: Operation) -> str:
    return f"{operation.prefix}:{operation.name}"

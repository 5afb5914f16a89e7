"""KMS's operations: a key is named by id, ARN or alias and judged by its ARN; default key policies delegate to IAM.

AWS: https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.accounts.key_policies import make_managed_key
from unassume.lab.operations.encryption import key_account
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, missing, on
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import ciphertext_key, key_arn
from unassume.lab.wire.refusals import Refusal

_KEY = re.compile(r"(?:arn:aws:kms:[\w-]+:\d{12}:)?(?:key/)?[\w-]+|(?:arn:aws:kms:[\w-]+:\d{12}:)?alias/[\w/-]+")
_CRYPTOGRAPHIC = frozenset({
    "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
})  # fmt: skip
_CONTEXT_KEY = "kms:encryptioncontext:"


def _key(text: str, scene: Scene) -> str:
    if not _KEY.fullmatch(text):
        raise missing("KeyId")
    found = key_arn(text, scene.account, scene.region)
    alias = found.split(":", 5)[5]
    return (make_managed_key(alias, scene.account, scene.region) if _is_own(found, scene) else None) or found


def _aliased(text: str, scene: Scene) -> str:
    """The key that has the alias now, which must allow its loss; the alias itself where no key has it.

    AWS: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
    """
    return key_arn(text, scene.account, scene.region)


def _is_own(arn: str, scene: Scene) -> bool:
    return arn.split(":")[3:5] == [scene.region, scene.account]


def _decrypt(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    given = operation.parameters
    return (_needed("kms:Decrypt", _used(given, "KeyId", scene), operation, scene, given.get("EncryptionContext")),)


def _re_encrypt(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """AWS: "you must have kms:ReEncryptFrom permission on the source and kms:ReEncryptTo on the destination key"."""
    given = operation.parameters
    source, target = _used(given, "SourceKeyId", scene), given.get("DestinationKeyId")
    if not target:
        raise missing("DestinationKeyId")
    return (
        _needed("kms:ReEncryptFrom", source, operation, scene, given.get("SourceEncryptionContext")),
        _needed("kms:ReEncryptTo", str(target), operation, scene, given.get("DestinationEncryptionContext")),
    )


def _used(given: Mapping[str, object], name: str, scene: Scene) -> str:
    """The key in the ciphertext, as the call names it; moto decrypts with it whatever key the call names.

    AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html (IncorrectKeyException)
    """
    used = ciphertext_key(given.get("CiphertextBlob"))
    if used is None:
        raise missing("CiphertextBlob")
    owner = key_account(used, scene.region) or scene.account
    named = str(given.get(name) or f"arn:aws:kms:{scene.region}:{owner}:key/{used}")
    if _key(named, scene).rpartition("/")[2] != used:
        message = "The key ID in the request does not identify a CMK that can perform this operation."
        raise Refusal(code="IncorrectKeyException", status=400, message=message)
    return named


def _needed(action: str, named: str, operation: Operation, scene: Scene, encryption: object) -> Needed:
    arn, start = _key(named, scene), f"arn:aws:kms:{scene.region}:{scene.account}:"
    check_arn(arn, start, start, scene.region)
    return on(action, arn, _call_keys(named, scene) | _encryption_keys(encryption))


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    given = operation.parameters
    keys = _call_keys(str(given.get("KeyId", "")), scene) if ":alias/" not in resource else {}
    if operation.name in _CRYPTOGRAPHIC:
        keys |= _encryption_keys(given.get("EncryptionContext"))
    return keys


def _call_keys(named: str, scene: Scene) -> dict[str, Value]:
    """A call made directly has no `kms:ViaService`; `kms:RequestAlias` is there when an alias named the key."""
    alias = named.split(":", 5)[-1] if "alias/" in named else None
    return {
        "kms:calleraccount": Known((scene.account,)),
        "kms:viaservice": ABSENT,
        "kms:requestalias": Known((alias,)) if alias else ABSENT,
    }


def _encryption_keys(encryption: object) -> dict[str, Value]:
    if not isinstance(encryption, Mapping) or not encryption:
        return {"kms:encryptioncontextkeys": ABSENT, f"{_CONTEXT_KEY}*": ABSENT}
    pairs = {f"{_CONTEXT_KEY}{str(name).lower()}": Known((str(text),)) for name, text in encryption.items()}
    names = Known(tuple(str(name) for name in encryption), several=True)
    return {"kms:encryptioncontextkeys": names, f"{_CONTEXT_KEY}*": ABSENT, **pairs}


KMS = Service(
    base="arn:aws:kms:{region}:{account}:",
    rows={
        "*": "CreateKey GenerateRandom ListAliases ListKeys ListRetirableGrants",
        "{KeyId:key}": "CancelKeyDeletion CreateGrant DescribeKey DisableKey DisableKeyRotation EnableKey "
        "EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext "
        "GenerateDataKeyWithoutPlaintext GenerateMac GetKeyPolicy GetKeyRotationStatus GetParametersForImport "
        "GetPublicKey ImportKeyMaterial ListGrants ListKeyPolicies ListKeyRotations ListResourceTags PutKeyPolicy "
        "ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource UntagResource "
        "UpdateKeyDescription Verify VerifyMac",
        "{AliasName}": "CreateAlias UpdateAlias DeleteAlias",
        "{TargetKeyId:key}": "CreateAlias UpdateAlias",
        "{AliasName:aliased}": "UpdateAlias DeleteAlias",
    },
    resolvers={"key": _key, "aliased": _aliased},
    special={"Decrypt": _decrypt, "ReEncrypt": _re_encrypt},
    keys=_keys,
)

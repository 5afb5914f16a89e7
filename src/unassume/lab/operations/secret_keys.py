"""What a call on another account's secret must be allowed on the KMS key of that secret.

AWS: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
AWS: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (calls and encryption context)
Within one account the key is not judged: its owner's calls need it too, and the lab lets them through without.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.iam.values import UNKNOWN, Known, Value
from unassume.lab.operations.encryption import encrypted_by
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.rows import on
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import key_arn

USES: Mapping[str, tuple[str, ...]] = {
    "secretsmanager:GetSecretValue": ("Decrypt",),
    "secretsmanager:PutSecretValue": ("GenerateDataKey", "Decrypt"),
    "secretsmanager:UpdateSecret": ("GenerateDataKey", "Decrypt"),
}
"""The actions on a secret that use its key, and what they do with it."""


def key_needs(found: tuple[Needed, ...], scene: Scene) -> tuple[Needed, ...]:
    """The actions on the keys of other accounts' secrets; nothing for the caller's own."""
    foreign = [each for each in found if each.action in USES and each.owner not in (None, scene.account)]
    return tuple(need for each in foreign for need in _of(each, scene))


def _of(needed: Needed, scene: Scene) -> list[Needed]:
    key = encrypted_by(needed.resource)
    if key is None:
        return []
    arn = key_arn(key, needed.owner or scene.account, scene.region)
    return [on(f"kms:{name}", arn, _keys(needed.resource, scene)) for name in USES[needed.action]]


def _keys(secret: str, scene: Scene) -> dict[str, Value]:
    """ASSUMPTION: whether the call counts as made by way of a service (`aws:ViaAWSService`) is left unknown."""
    return {
        "kms:calleraccount": Known((scene.account,)),
        "kms:viaservice": Known((f"secretsmanager.{scene.region}.amazonaws.com",)),
        "kms:requestalias": UNKNOWN,
        "kms:encryptioncontextkeys": Known(("SecretARN", "SecretVersionId"), several=True),
        "kms:encryptioncontext:secretarn": Known((secret,)),
        "kms:encryptioncontext:secretversionid": UNKNOWN,
        "aws:viaawsservice": UNKNOWN,
        "aws:calledvia": UNKNOWN,
        "aws:calledviafirst": UNKNOWN,
        "aws:calledvialast": UNKNOWN,
    }

"""The policies of KMS keys: a customer's own, and those AWS gives to the keys it manages.

moto's models are internals: `tests/lab/accounts/test_key_policies.py` holds every attribute used here.
"""

from __future__ import annotations

import json
import threading
from typing import Any

_MANAGED = "alias/aws/"
_THROUGH = {"ebs": "ec2", "elasticfilesystem": "elasticfilesystem", "rds": "rds", "s3": "s3", "ssm": "ssm"}
"""The service behind an alias, where it is not called as the alias is."""
_making = threading.Lock()


def key_policy(account: str, region: str, name: str) -> str | None:
    """The policy of `key/ID`; None where there is no such key. A key always has one, if only the default."""
    found = _standing_key(account, region, name)
    if found is None:
        return None
    alias = _alias_of_aws(found)
    if alias is not None:
        # moto gives these keys the default policy of customers' keys; GetKeyPolicy shows what is enforced.
        found.policy = managed_key_policy(alias, account, region)
    return str(found.policy)


def is_managed_key(arn: str) -> bool:
    """Whether the ARN names a key that AWS manages, to which RCPs do not apply.

    AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "kms":
        return False
    found = _standing_key(parts[4], parts[3], parts[5])
    return parts[5].startswith(_MANAGED) or (found is not None and _alias_of_aws(found) is not None)


def make_managed_key(alias: str, account: str, region: str) -> str | None:
    """The ARN of the key behind an alias of AWS's own, made on first use as AWS makes it; None for other aliases."""
    from moto.kms.models import kms_backends

    if not alias.startswith(_MANAGED):
        return None
    with _making:
        backend = kms_backends[account][region]
        made = backend.get_key_id_from_alias(alias)
    return str(backend.keys[made].arn) if made else None


def leave_keys_to_the_gate() -> None:
    """Let moto not judge by key policies: it would deny everybody by any Deny, whatever its principal or conditions."""
    from moto.kms.policy_validator import ALTERNATIVE_ACTIONS

    ALTERNATIVE_ACTIONS.clear()


def give_default_policy(account: str, region: str, name: str) -> None:
    """Give a new replica the default policy, for moto copies its primary's and KMS does not.

    AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html (Policy)
    """
    found = _standing_key(account, region, name)
    if found is not None:
        found.policy = found.generate_default_policy()


def managed_key_policy(alias: str, account: str, region: str) -> str:
    """The policy of a key that AWS manages: use through its service alone, and reading about it for the account.

    AWS: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key (never used directly)
    ASSUMPTION: the statements are as published for EBS's key, for every service's.
    """
    name = alias.removeprefix(_MANAGED)
    through = f"{_THROUGH.get(name, name)}.{region}.amazonaws.com"
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    metadata = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    condition = {"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": through}}
    everyone: Any = {"AWS": "*"}
    own: Any = {"AWS": f"arn:aws:iam::{account}:root"}
    statements = [
        {"Effect": "Allow", "Principal": everyone, "Action": use, "Resource": "*", "Condition": condition},
        {"Effect": "Allow", "Principal": own, "Action": metadata, "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{name}-1", "Statement": statements})


def _alias_of_aws(key: Any) -> str | None:
    return next((str(name) for name in key.aliases if str(name).startswith(_MANAGED)), None)


def _standing_key(account: str, region: str, name: str) -> Any:
    from moto.kms.models import kms_backends

    if account not in kms_backends or region not in kms_backends[account]:
        return None
    return kms_backends[account][region].keys.get(name.removeprefix("key/"))

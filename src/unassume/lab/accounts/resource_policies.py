"""The policies of buckets, queues, topics, secrets, keys and functions, by the ARN that a call is judged on.

moto's models are internals: `tests/lab/accounts/test_resource_policies.py` holds every attribute used here.
ASSUMPTION: a resource policy is enforced from the next call on; AWS gives no time for any of these services.
"""

from __future__ import annotations

from typing import Any

from unassume.lab.accounts.function_policies import function_policy_text
from unassume.lab.accounts.key_policies import key_policy


def resource_policy(arn: str) -> str | None:
    """The policy of what the ARN names, an object's being its bucket's; None where it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    _, _, service, region, account, name = parts
    match service:
        case "s3":
            return _bucket(name.partition("/")[0])
        case "sqs":
            found = _standing("sqs", account, region, "queues").get(name)
            return str(found.policy) if found is not None and found.policy else None
        case "sns":
            found = _standing("sns", account, region, "topics").get(arn)
            return str(found.policy) if found is not None else None
        case "kms":
            return key_policy(account, region, name)
        case "lambda":
            return function_policy_text(arn)
        case "secretsmanager":
            found = _standing("secretsmanager", account, region, "secrets").get(arn)
            return str(found.policy) if found is not None and getattr(found, "policy", None) else None
        case _:
            return None


def leave_to_the_gate(bucket: str) -> None:
    """Let moto not judge by this bucket's policy: it would deny everybody whom `*` names, whatever the conditions."""
    from moto.iam.access_control import PermissionResult

    found = _standing_bucket(bucket)
    if found is not None:
        found.get_permission = lambda action, resource: PermissionResult.NEUTRAL


def _bucket(name: str) -> str | None:
    found = _standing_bucket(name)
    return found.policy.decode() if found is not None and found.policy else None


def _standing_bucket(name: str) -> Any:
    from moto.s3.models import s3_backends

    owner = s3_backends.bucket_accounts.get(name)
    return s3_backends[owner[1]][owner[0]].buckets.get(name) if owner else None


def _standing(service: str, account: str, region: str, attribute: str) -> Any:
    """That mapping of a backend that stands already: moto makes one for any account it is asked about."""
    from moto.backends import get_backend

    backends = get_backend(service)  # type: ignore[call-overload]  # the names passed are moto's own
    if account not in backends or region not in backends[account]:
        return {}
    return getattr(backends[account][region], attribute)

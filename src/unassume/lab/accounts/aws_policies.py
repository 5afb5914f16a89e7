"""AWS's own managed policies: moto knows their texts, and each is put into an account when it is first named there.

Not all at once: 1,500 policies would be copied into every view of every account.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_ROOT = "arn:aws:iam::aws:policy/"


def bring(account: str, arn: str) -> bool:
    """Have AWS's policy of that ARN in the account; False when AWS has none of it, so far as moto knows."""
    backend = iam_backends[account]["aws"]
    if arn in backend.managed_policies:
        return True
    if not arn.startswith(_ROOT):
        return False
    name = arn.rpartition("/")[2]
    found = _text_of(name)
    if found is None:
        return False
    policy = AWSManagedPolicy.from_data(name, account, "aws", found)
    if policy.arn != arn:
        return False
    backend.managed_policies[arn] = policy
    return True


@lru_cache(maxsize=64)
def _text_of(name: str) -> dict[str, Any] | None:
    """One entry out of the 5 MB text, without parsing the rest."""
    at = re.search(re.escape(json.dumps(name)) + r":\s*(?=\{)", aws_managed_policies_data)
    if at is None:
        return None
    found: dict[str, Any] = json.JSONDecoder().raw_decode(aws_managed_policies_data, at.end())[0]
    return found if "DefaultVersionId" in found else None

"""Which operations CloudTrail calls read-only.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
"""

from __future__ import annotations

import re

from unassume.lab.operations.resolve import Operation

_READS = re.compile(
    r"^(Get|List|Describe|Head|Lookup|BatchGet|Query|Scan|Search|Select|Simulate|AssumeRole|TransactGet|Check|Validate)"
)
_WRITES = frozenset({("sts", "GetFederationToken")})
_ALSO_READS = frozenset({("sts", "DecodeAuthorizationMessage")}) | {
    ("kms", name) for name in ("Decrypt", "Encrypt", "ReEncrypt", "Sign", "Verify", "GenerateDataKey", "GenerateRandom",
                               "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "GenerateMac", "VerifyMac")
}  # fmt: skip


def is_read(operation: Operation) -> bool:
    """Whether CloudTrail calls the operation read-only."""
    called = (operation.service, operation.name)
    return called in _ALSO_READS or (called not in _WRITES and bool(_READS.match(operation.name)))

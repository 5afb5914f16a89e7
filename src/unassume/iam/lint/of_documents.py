"""The document as a whole: how long it is, of which letters it is made, whether its Version does what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, get_args

from unassume.iam.json_text import Node
from unassume.iam.limits import LIMITS, count, measure
from unassume.iam.lint.findings import GUIDE, Finding
from unassume.iam.statements import DocumentKind

Holder = Literal[
    "role", "user", "group", "managed", "boundary", "trust", "session", "scp", "rcp", "bucket", "queue", "key",
    "endpoint",
]  # fmt: skip
HOLDERS: tuple[Holder, ...] = get_args(Holder)
KIND_OF: dict[Holder, DocumentKind] = {
    "boundary": DocumentKind.BOUNDARY,
    "trust": DocumentKind.TRUST,
    "session": DocumentKind.SESSION,
    "scp": DocumentKind.SCP,
    "rcp": DocumentKind.RCP,
    "bucket": DocumentKind.RESOURCE,
    "queue": DocumentKind.RESOURCE,
    "key": DocumentKind.RESOURCE,
    "endpoint": DocumentKind.ENDPOINT,
}
"""What kind of document stands on each holder; identity-based policies on those not listed."""

# What resource-based policies may take differs from service to service, so those need a holder.
_WIDEST: dict[DocumentKind, Holder] = {
    DocumentKind.IDENTITY: "role",
    DocumentKind.BOUNDARY: "boundary",
    DocumentKind.TRUST: "trust",
    DocumentKind.SESSION: "session",
    DocumentKind.SCP: "scp",
    DocumentKind.RCP: "rcp",
    DocumentKind.ENDPOINT: "endpoint",
}
_OF_IAM = (DocumentKind.IDENTITY, DocumentKind.BOUNDARY, DocumentKind.TRUST, DocumentKind.SESSION)
_NOT_TAKEN = re.compile(r"[^\t\n\r\x20-\xff]")


def of_document(text: str | bytes, tree: Node, kind: DocumentKind, holder: Holder | None) -> Iterator[Finding]:
    """What is wrong with the document as a whole."""
    decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    measured_as = holder or _WIDEST.get(kind)
    if measured_as is not None:
        yield from _too_large(decoded, measured_as)
    if kind in _OF_IAM or holder == "key":
        yield from _letters(decoded)
    yield from _empty(tree)


def _too_large(text: str, holder: Holder) -> Iterator[Finding]:
    size, limit = count(text, holder), LIMITS[holder]
    if size > limit:
        compact = measure(text)
        advice = f"; without white space it is {compact}" if compact <= limit else ""
        # AWS: the quota "role trust policy length" is the one of these that can be raised.
        advice = "; the quota can be raised" if holder == "trust" else advice
        yield Finding(
            rule="too-large",
            path="$",
            message=f"AWS counts {size} of at most {limit} here ({holder}){advice}",
            severity="error",
            source=SOURCES[holder],
        )


def _letters(text: str) -> Iterator[Finding]:
    """The first letter that is not Latin: IAM, STS and KMS take none in a document.

    AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html, pattern of PolicyDocument
    AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    """
    found = _NOT_TAKEN.search(text)
    if found:
        yield Finding(
            rule="letter-not-taken",
            path="$",
            message=f"AWS takes no letter such as U+{ord(found[0]):04X}: write it as a JSON escape, or do without",
            severity="error",
            source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html",
        )


def _empty(tree: Node) -> Iterator[Finding]:
    if isinstance(tree, dict) and tree.get("Statement") == []:
        yield Finding(
            rule="no-statement",
            path="$.Statement",
            message="it holds no statement, and so says nothing",
            severity="warning",
            source=f"{GUIDE}reference_policies_elements_statement.html",
        )


_QUOTAS = f"{GUIDE}reference_iam-quotas.html"
_ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"
SOURCES: dict[Holder, str] = {
    "role": _QUOTAS,
    "user": _QUOTAS,
    "group": _QUOTAS,
    "managed": _QUOTAS,
    "boundary": _QUOTAS,
    "trust": _QUOTAS,
    "session": "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
    "scp": _ORGANIZATIONS,
    "rcp": _ORGANIZATIONS,
    "bucket": "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-iam-policies.html",
    "queue": "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
    "key": "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    "endpoint": "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html",
}

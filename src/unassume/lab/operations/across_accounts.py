"""Which actions a resource's policy opens to other accounts; every other one ends at its own, whatever a policy says.

AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html
AWS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html
AWS: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
AWS: https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-cross-account.html
AWS: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
ASSUMPTION: KMS's and Lambda's lists are those of their API references; the pages above name them by links.
"""

from __future__ import annotations

from collections.abc import Mapping

_SHUT: Mapping[str, frozenset[str]] = {
    "s3": frozenset({"createbucket", "listallmybuckets"}),
    "sqs": frozenset({
        "addpermission", "cancelmessagemovetask", "createqueue", "deletequeue", "listmessagemovetasks", "listqueues",
        "listqueuetags", "removepermission", "setqueueattributes", "startmessagemovetask", "tagqueue", "untagqueue",
    }),
    "secretsmanager": frozenset({"batchgetsecretvalue", "createsecret", "listsecrets"}),
}  # fmt: skip
"""Services whose resource policies reach every action but these, in lower case."""

_OPEN: Mapping[str, frozenset[str]] = {
    "sns": frozenset({
        "addpermission", "deletetopic", "getdataprotectionpolicy", "gettopicattributes", "listsubscriptionsbytopic",
        "listtagsforresource", "publish", "putdataprotectionpolicy", "removepermission", "settopicattributes",
        "subscribe",
    }),
    "kms": frozenset({
        "creategrant", "decrypt", "derivesharedsecret", "describekey", "encrypt", "generatedatakey",
        "generatedatakeypair", "generatedatakeypairwithoutplaintext", "generatedatakeywithoutplaintext", "generatemac",
        "getkeyrotationstatus", "getpublickey", "listgrants", "reencryptfrom", "reencryptto", "retiregrant",
        "revokegrant", "sign", "verify", "verifymac",
    }),
    "lambda": frozenset({
        "createalias", "deletealias", "deletefunction", "deletefunctionconcurrency", "getalias", "getfunction",
        "getfunctionconfiguration", "getpolicy", "invokefunction", "listaliases", "listtags",
        "listversionsbyfunction", "publishversion", "putfunctionconcurrency", "tagresource", "untagresource",
        "updatealias", "updatefunctioncode",
    }),
}  # fmt: skip
"""Services whose resource policies reach these actions only, in lower case."""


def crosses(action: str) -> bool:
    """Whether a resource's policy may open the action to another account; false for services without such policies."""
    prefix, _, name = action.lower().partition(":")
    return name in _OPEN[prefix] if prefix in _OPEN else prefix in _SHUT and name not in _SHUT[prefix]

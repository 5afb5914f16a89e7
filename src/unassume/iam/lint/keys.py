"""AWS's global condition keys: of which type each is, and which hold several values.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_OF_TYPE = {
    "Date": "CurrentTime TokenIssueTime",
    "Date or Numeric": "EpochTime",
    "Bool": "MultiFactorAuthPresent SecureTransport PrincipalIsAWSService ViaAWSService",
    "Numeric": "MultiFactorAuthAge",
    "IpAddress": "SourceIp VpcSourceIp Ec2InstanceSourcePrivateIPv4",
    "Arn or String": "PrincipalArn SourceArn SourceVpcArn ChatbotSourceArn SignInSessionArn",
    "String": (
        "userid username PrincipalAccount PrincipalType PrincipalOrgID PrincipalOrgMasterAccountId"
        " PrincipalServiceName SourceAccount SourceOwner SourceOrgID SourceVpc SourceVpce SourceIdentity"
        " FederatedProvider RequestedRegion ResourceAccount ResourceOrgID UserAgent Referer CalledViaFirst"
        " CalledViaLast Ec2InstanceSourceVpc VpceAccount VpceOrgID TagKeys CalledVia PrincipalOrgPaths"
        " ResourceOrgPaths SourceOrgPaths VpceOrgPaths PrincipalServiceNamesList"
    ),
    "": "AssumedRoot CalledViaAWSMCP IsMcpServiceAction ViaAWSMCPService",
}
_SEVERAL = "TagKeys CalledVia PrincipalOrgPaths ResourceOrgPaths SourceOrgPaths VpceOrgPaths PrincipalServiceNamesList"
_TAGS = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")

TYPES: Mapping[str, str] = MappingProxyType(
    {f"aws:{name.lower()}": kind for kind, names in _OF_TYPE.items() for name in names.split()}
)
"""Each key, in lower case, with the operator families that suit it; empty where AWS's page leaves it open."""

MULTIVALUED = frozenset(f"aws:{name.lower()}" for name in _SEVERAL.split())

WHEN_ASSUMING: Mapping[str, str] = MappingProxyType(
    {
        "sts:rolesessionname": "aws:userid",
        "sts:sourceidentity": "aws:SourceIdentity",
        "sts:externalid": "",
        "sts:durationseconds": "",
        "sts:transitivetagkeys": "",
    }
)
"""Keys that only calls that assume a role bring, and the key that says the same of the session made, if there is one.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""


def is_known(key: str) -> bool:
    """Whether a key in lower case is global and known, or not global at all."""
    return not key.startswith("aws:") or key in TYPES or any(key.startswith(tag) and key != tag for tag in _TAGS)


def is_single_valued(key: str) -> bool:
    """Whether a key in lower case is global and holds one value at most."""
    return key not in MULTIVALUED and (key in TYPES or key.startswith(_TAGS))


def suits(key: str, operator: str) -> bool:
    """Whether an operator, without prefix and suffix, reads values of the key's type; true where that is not known."""
    kinds = TYPES.get(key, "")
    return not kinds or any(kind in operator for kind in kinds.split(" or "))

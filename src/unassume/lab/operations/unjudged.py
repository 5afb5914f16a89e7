"""Calls that would write what the lab does not judge yet: refused after the judgement, never accepted in silence.

Resource policies, ACLs and grants let other callers in; endpoint policies keep callers out. A lab that took
them without enforcing them would show a deny that does not bite, or a door that is not open.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.lab.operations.policy_attributes import hides_policy
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming

NOT_JUDGED_YET = frozenset(
    (service, name)
    for service, names in {
        "s3": "PutObjectAcl PutBucketAcl PutPublicAccessBlock PutBucketOwnershipControls",
        "dynamodb": "PutResourcePolicy",
        "lambda": "AddLayerVersionPermission CreateFunctionUrlConfig UpdateFunctionUrlConfig",
        "kms": "CreateGrant",
        "organizations": "PutResourcePolicy",
        "ecr": "SetRepositoryPolicy PutRegistryPolicy",
        "elasticfilesystem": "PutFileSystemPolicy",
        "events": "PutPermission",
        "logs": "PutResourcePolicy PutDestinationPolicy PutDeliveryDestinationPolicy",
        "glue": "PutResourcePolicy",
        "backup": "PutBackupVaultAccessPolicy",
        "glacier": "SetVaultAccessPolicy SetVaultLock",
        "kinesis": "PutResourcePolicy",
        "mediastore": "PutContainerPolicy",
        "opensearch": "UpdateDomainConfig",
        "es": "UpdateElasticsearchDomainConfig",
        "acm-pca": "PutPolicy CreatePermission",
        "ses": "PutIdentityPolicy",
        "sagemaker": "PutModelPackageGroupPolicy",
        "cloudtrail": "PutResourcePolicy",
        "codeartifact": "PutDomainPermissionsPolicy PutRepositoryPermissionsPolicy",
        "codebuild": "PutResourcePolicy",
        "iot": "AttachPolicy AttachPrincipalPolicy",
        "lakeformation": "GrantPermissions BatchGrantPermissions PutDataLakeSettings",
        "ram": "CreateResourceShare AssociateResourceShare",
        "redshift": "PutResourcePolicy AuthorizeSnapshotAccess",
        "rds": "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute",
        "ec2": "ModifyImageAttribute ModifySnapshotAttribute ModifyVpcEndpointServicePermissions",
        "ssm": "ModifyDocumentPermission PutResourcePolicy",
        "sso": "PutPermissionsBoundaryToPermissionSet",
        "vpc-lattice": "PutAuthPolicy PutResourcePolicy",
        "s3tables": "PutTableBucketPolicy PutTablePolicy",
        "s3vectors": "PutVectorBucketPolicy",
        "xray": "PutResourcePolicy",
        "network-firewall": "PutResourcePolicy",
    }.items()
    for name in names.split()
)
"""Calls whose whole purpose is such a write."""

_PARAMETERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("kms", "ReplicateKey"): ("Policy",),
    ("dynamodb", "CreateTable"): ("ResourcePolicy",),
    ("secretsmanager", "CreateSecret"): ("ResourcePolicy",),
    ("elasticfilesystem", "CreateFileSystem"): ("FileSystemPolicy",),
    ("logs", "PutDestination"): ("accessPolicy",),
    ("opensearch", "CreateDomain"): ("AccessPolicies",),
    ("es", "CreateElasticsearchDomain"): ("AccessPolicies",),
    ("es", "CreateDomain"): ("AccessPolicies",),
    ("ec2", "CreateVpcEndpoint"): ("PolicyDocument",),
    ("ec2", "ModifyVpcEndpoint"): ("PolicyDocument",),
    ("apigateway", "CreateRestApi"): ("policy",),
    ("kinesis", "CreateStream"): ("Policy",),
}
_OWN_ACLS = frozenset({"private", "bucket-owner-full-control", "bucket-owner-read"})
_OPEN = ("x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write",
         "x-amz-grant-write-acp")  # fmt: skip


def writes_unjudged(operation: Operation, incoming: Incoming) -> bool:
    """Whether the call writes a kind of policy, ACL or grant that the lab does not judge."""
    call = (operation.service, operation.name)
    if call in NOT_JUDGED_YET:
        return True
    if operation.service == "s3":
        return _opens(incoming)
    if hides_policy(operation):
        return True
    return any(name in operation.parameters for name in _PARAMETERS.get(call, ()))


def _opens(incoming: Incoming) -> bool:
    """Whether headers of an S3 write give others access by an ACL."""
    return (incoming.header("x-amz-acl") or "private") not in _OWN_ACLS or any(incoming.header(n) for n in _OPEN)

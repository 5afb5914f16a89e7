"""What resource control policies reach.

AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html (services, exceptions)
"""

from __future__ import annotations

UNDER_RCPS = frozenset({
    "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
    "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
    "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
    "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
    "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
    "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3", "secretsmanager",
    "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb", "transcribe",
    "transfer", "translate", "wafv2", "workspaces", "xray",
})  # fmt: skip
"""The prefixes of the services whose actions RCPs reach."""
_NOT_UNDER_RCPS = frozenset({"kms:retiregrant"})


def is_under_rcps(action: str, resource: str) -> bool:
    """Whether RCPs bind a call of the action on the resource."""
    is_spared = action.lower() in _NOT_UNDER_RCPS or ":role/aws-service-role/" in resource
    return action.lower().partition(":")[0] in UNDER_RCPS and not is_spared

"""What CloudTrail calls an operation: its name, whether it reads, whether it is a data event, its region.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
# AWS: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
"""

from __future__ import annotations

from unassume.lab.operations.resolve import Operation

_GLOBAL = frozenset({"iam", "organizations", "route53", "cloudfront", "account"})
_S3_DATA = frozenset({"ListObjects", "ListObjectsV2", "ListObjectVersions", "HeadBucket", "ListMultipartUploads",
                      "DeleteObjects"})  # fmt: skip
_DATA = {
    "dynamodb": frozenset({
        "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
        "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
    }),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"SendMessage", "ReceiveMessage", "DeleteMessage", "SendMessageBatch", "DeleteMessageBatch",
                      "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"}),
}  # fmt: skip
# Lambda's events carry the version of its API; a name that is not here stands as it is called.
_NAMES = {
    ("lambda", name): name + version
    for version, names in {
        "20150331": ("CreateEventSourceMapping", "CreateFunction", "DeleteEventSourceMapping", "DeleteFunction",
                     "ListEventSourceMappings", "ListFunctions", "UpdateEventSourceMapping", "PublishVersion",
                     "CreateAlias", "UpdateAlias", "DeleteAlias"),
        "20150331v2": ("AddPermission", "GetFunction", "GetFunctionConfiguration", "GetPolicy", "RemovePermission",
                       "UpdateFunctionCode", "UpdateFunctionConfiguration"),
        "20181031": ("PublishLayerVersion", "AddLayerVersionPermission", "GetLayerVersionPolicy"),
    }.items()
    for name in names
} | {("s3", "ListObjectsV2"): "ListObjects"}  # fmt: skip


def event_name(operation: Operation) -> str:
    """The eventName of the operation."""
    return _NAMES.get((operation.service, operation.name), operation.name)


def is_data_event(operation: Operation) -> bool:
    """Whether the call is a data event: kept by the lab, never in LookupEvents."""
    if operation.service == "s3":
        return "Key" in operation.parameters or operation.name in _S3_DATA
    return operation.name in _DATA.get(operation.service, frozenset())


def event_region(operation: Operation, region: str) -> str:
    """Where the event is logged: global services log in us-east-1, regional STS in its own region."""
    return "us-east-1" if operation.service in _GLOBAL else region

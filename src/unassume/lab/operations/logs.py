"""CloudWatch Logs' operations.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
AWS: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html (`:*` behind groups)
"""

from __future__ import annotations

from unassume.lab.operations.rows import Service
from unassume.lab.operations.scene import Scene


def _group(text: str, scene: Scene) -> str:
    """A group's name out of its ARN with or without the `:*`, and with the account left as the ARN says."""
    return text.removesuffix(":*") if text.startswith("arn:") else text


LOGS = Service(
    base="arn:aws:logs:{region}:{account}:",
    rows={
        "*": "CancelExportTask DescribeLogGroups DeleteResourcePolicy DescribeDeliveries DescribeDeliveryDestinations "
        "DescribeDeliverySources DescribeDestinations DescribeExportTasks DescribeQueries "
        "DescribeResourcePolicies PutResourcePolicy",
        "log-group:*": "GetQueryResults",
        "log-group:{logGroupName,logGroupIdentifier:group}:*": "CreateExportTask CreateLogGroup DeleteLogGroup "
        "DeleteMetricFilter DeleteRetentionPolicy DeleteSubscriptionFilter DescribeLogStreams "
        "DescribeSubscriptionFilters FilterLogEvents ListTagsLogGroup PutMetricFilter PutRetentionPolicy "
        "PutSubscriptionFilter TagLogGroup UntagLogGroup",
        "log-group:{logGroupName|*}:*": "DescribeMetricFilters",
        "log-group:{logGroupName,logGroupNames,logGroupIdentifiers:group}:*": "StartQuery",
        "log-group:{logGroupIdentifiers:group}:*": "StartLiveTail",
        "log-group:{logGroupName,logGroupIdentifier:group}:log-stream:{logStreamName}": "CreateLogStream "
        "DeleteLogStream GetLogEvents PutLogEvents",
        "delivery:{id}": "DeleteDelivery GetDelivery",
        "delivery-destination:{name}": "DeleteDeliveryDestination GetDeliveryDestination PutDeliveryDestination",
        "delivery-destination:{deliveryDestinationName}": "DeleteDeliveryDestinationPolicy "
        "GetDeliveryDestinationPolicy PutDeliveryDestinationPolicy",
        "delivery-source:{name}": "DeleteDeliverySource GetDeliverySource PutDeliverySource",
        "destination:{destinationName}": "DeleteDestination PutDestination PutDestinationPolicy",
        "{resourceArn:group}": "ListTagsForResource TagResource UntagResource",
    },
    resolvers={"group": _group},
    passes={"PutSubscriptionFilter": "roleArn", "PutDestination": "roleArn"},
    passed_to="logs.amazonaws.com",
)

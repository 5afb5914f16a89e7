"""SNS's operations.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, on
from unassume.lab.operations.scene import Scene


def _publish(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A publication goes to a topic, to a device's endpoint, or to a phone number, which has no ARN."""
    given = operation.parameters
    targets = [str(given[name]) for name in ("TopicArn", "TargetArn") if given.get(name)]
    if not targets:
        return (Needed("sns:Publish", "*"),)
    start = f"arn:aws:sns:{scene.region}:{scene.account}:"
    for target in targets:
        check_arn(target, start, start, scene.region)
    return tuple(on("sns:Publish", target) for target in targets)


def _topic(text: str, scene: Scene) -> str:
    """A subscription's ARN is its topic's with an id behind it."""
    return ":".join(text.split(":")[:6])


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    if operation.name != "Subscribe":
        return {}
    given = operation.parameters
    names = {"sns:endpoint": "Endpoint", "sns:protocol": "Protocol"}
    return {key: Known((str(given[name]),)) if given.get(name) else ABSENT for key, name in names.items()}


SNS = Service(
    base="arn:aws:sns:{region}:{account}:",
    rows={
        "*": "CheckIfPhoneNumberIsOptedOut CreatePlatformApplication CreatePlatformEndpoint DeleteEndpoint "
        "DeletePlatformApplication GetEndpointAttributes GetPlatformApplicationAttributes GetSMSAttributes "
        "ListEndpointsByPlatformApplication ListPhoneNumbersOptedOut ListPlatformApplications ListSubscriptions "
        "ListTopics OptInPhoneNumber SetEndpointAttributes SetPlatformApplicationAttributes SetSMSAttributes",
        "{Name}": "CreateTopic",
        "{TopicArn}": "AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes ListSubscriptionsByTopic "
        "RemovePermission SetTopicAttributes Subscribe",
        "{SubscriptionArn:topic}": "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe",
        "{ResourceArn}": "ListTagsForResource TagResource UntagResource",
    },
    resolvers={"topic": _topic},
    special={"Publish": _publish, "PublishBatch": _publish},
    keys=_keys,
)

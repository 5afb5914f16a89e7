"""Services whose operations a few rows tell: trails, events, state machines, streams, images, alarms, schedules.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, missing, on
from unassume.lab.operations.scene import Scene

_BY_RULE = frozenset({"ListTargetsByRule", "PutTargets", "RemoveTargets"})


def _bus_rule(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A rule stands below its bus in its ARN, unless that is the default one."""
    given, start = operation.parameters, f"arn:aws:events:{scene.region}:{scene.account}:"
    named_by = "Rule" if operation.name in _BY_RULE else "Name"
    name, bus = given.get(named_by), str(given.get("EventBusName") or "default")
    if not name:
        raise missing(named_by)
    if bus.startswith("arn:"):
        check_arn(bus, start + "event-bus/", start, scene.region)
        start, bus = bus.partition("event-bus/")[0], bus.partition("event-bus/")[2]
    below = str(name) if bus == "default" else f"{bus}/{name}"
    return (on(f"events:{operation.name}", f"{start}rule/{below}"),)


def _put_events(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    entries = operation.parameters.get("Entries")
    if not isinstance(entries, list) or not entries:
        raise missing("Entries")
    start = f"arn:aws:events:{scene.region}:{scene.account}:event-bus/"
    buses = dict.fromkeys(str(each.get("EventBusName") or "default") for each in entries if isinstance(each, dict))
    for bus in buses:
        if bus.startswith("arn:"):
            check_arn(bus, start, start.removesuffix("event-bus/"), scene.region)
    return tuple(on("events:PutEvents", bus if bus.startswith("arn:") else start + bus) for bus in buses)


CLOUDTRAIL = Service(
    base="arn:aws:cloudtrail:{region}:{account}:",
    rows={
        "*": "LookupEvents DescribeTrails ListTrails ListPublicKeys",
        "trail/{Name}": "CreateTrail DeleteTrail GetTrail GetTrailStatus StartLogging StopLogging UpdateTrail",
        "trail/{TrailName}": "GetEventSelectors PutEventSelectors GetInsightSelectors PutInsightSelectors",
        "{ResourceId}": "AddTags RemoveTags",
        "{ResourceIdList}": "ListTags",
    },
    passes={"CreateTrail": "CloudWatchLogsRoleArn", "UpdateTrail": "CloudWatchLogsRoleArn"},
    passed_to="cloudtrail.amazonaws.com",
)
EVENTS = Service(
    base="arn:aws:events:{region}:{account}:",
    rows={
        "*": "ListApiDestinations ListArchives ListConnections ListEventBuses ListReplays ListRuleNamesByTarget "
        "ListRules PutPartnerEvents PutPermission RemovePermission TestEventPattern",
        "event-bus/{Name|default}": "CreateEventBus DeleteEventBus DescribeEventBus",
        "archive/{ArchiveName}": "CreateArchive DeleteArchive DescribeArchive UpdateArchive",
        "replay/{ReplayName}": "CancelReplay DescribeReplay StartReplay",
        "connection/{Name}": "CreateConnection DeleteConnection DescribeConnection UpdateConnection",
        "api-destination/{Name}": "CreateApiDestination DeleteApiDestination DescribeApiDestination "
        "UpdateApiDestination",
        "{ResourceARN}": "ListTagsForResource TagResource UntagResource",
    },
    special={"PutEvents": _put_events} | dict.fromkeys((
        "DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "ListTargetsByRule", "PutRule", "PutTargets",
        "RemoveTargets",
    ), _bus_rule),
    passes={"PutTargets": "Targets[].RoleArn", "PutRule": "RoleArn"},
    passed_to="events.amazonaws.com",
)  # fmt: skip
STATES = Service(
    base="arn:aws:states:{region}:{account}:",
    rows={
        "*": "ListActivities ListStateMachines SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
        "activity:{name}": "CreateActivity",
        "activity:{activityArn}": "DeleteActivity DescribeActivity GetActivityTask",
        "stateMachine:{name}": "CreateStateMachine",
        "stateMachine:{stateMachineArn}": "DeleteStateMachine DescribeStateMachine ListExecutions "
        "ListStateMachineAliases StartExecution StartSyncExecution UpdateStateMachine",
        "stateMachine:{stateMachineAliasArn}": "DeleteStateMachineAlias DescribeStateMachineAlias "
        "UpdateStateMachineAlias",
        "execution:{executionArn}": "DescribeExecution DescribeStateMachineForExecution GetExecutionHistory "
        "ListMapRuns StopExecution",
        "mapRun:{mapRunArn}": "DescribeMapRun UpdateMapRun",
        "{resourceArn}": "ListTagsForResource TagResource UntagResource",
    },
    passes={"CreateStateMachine": "roleArn", "UpdateStateMachine": "roleArn"},
    passed_to="states.amazonaws.com",
)
ECR = Service(
    base="arn:aws:ecr:{region}:{account}:",
    rows={
        "*": "DeleteRegistryPolicy DescribeRegistry GetAuthorizationToken GetRegistryPolicy "
        "GetRegistryScanningConfiguration PutRegistryPolicy PutRegistryScanningConfiguration "
        "PutReplicationConfiguration",
        "repository/{repositoryName}": "BatchCheckLayerAvailability BatchDeleteImage BatchGetImage "
        "CompleteLayerUpload CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy "
        "DescribeImageScanFindings DescribeImages GetDownloadUrlForLayer GetLifecyclePolicy GetRepositoryPolicy "
        "InitiateLayerUpload ListImages PutImage PutImageScanningConfiguration PutImageTagMutability "
        "PutLifecyclePolicy SetRepositoryPolicy StartImageScan UploadLayerPart",
        "repository/{repositoryNames|*}": "DescribeRepositories BatchGetRepositoryScanningConfiguration",
        "{resourceArn}": "ListTagsForResource TagResource UntagResource",
    },
)
KINESIS = Service(
    base="arn:aws:kinesis:{region}:{account}:",
    rows={
        "*": "DescribeLimits ListStreams",
        "stream/{StreamARN,StreamName}": "AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream "
        "DescribeStream DescribeStreamSummary GetShardIterator IncreaseStreamRetentionPeriod "
        "ListStreamConsumers ListTagsForStream MergeShards PutRecord PutRecords RegisterStreamConsumer "
        "RemoveTagsFromStream SplitShard StartStreamEncryption StopStreamEncryption",
    },
)
CLOUDWATCH = Service(
    base="arn:aws:cloudwatch:{region}:{account}:",
    rows={
        "*": "DescribeAlarmsForMetric DescribeInsightRules GetMetricStatistics ListDashboards GetMetricData "
        "ListMetrics PutMetricData",
        "alarm:{AlarmNames|*}": "DescribeAlarms",
        "alarm:{AlarmNames}": "DeleteAlarms DisableAlarmActions EnableAlarmActions",
        "alarm:{AlarmName}": "PutMetricAlarm SetAlarmState",
        "arn:aws:cloudwatch::{account}:dashboard/{DashboardName}": "GetDashboard PutDashboard",
        "arn:aws:cloudwatch::{account}:dashboard/{DashboardNames}": "DeleteDashboards",
        "{ResourceARN}": "ListTagsForResource TagResource UntagResource",
    },
)
ACCOUNT = Service(base="arn:aws:account::{account}:", rows={"account": "ListRegions GetRegionOptStatus"})
STS = Service(
    base="arn:aws:sts::{account}:",
    rows={
        "*": "GetAccessKeyInfo GetCallerIdentity GetSessionToken DecodeAuthorizationMessage",
        "federated-user/{Name}": "GetFederationToken",
    },
)
SCHEDULER = Service(
    base="arn:aws:scheduler:{region}:{account}:",
    rows={
        "schedule/{GroupName|default}/{Name}": "CreateSchedule UpdateSchedule",
        "schedule-group/{Name}": "CreateScheduleGroup DeleteScheduleGroup GetScheduleGroup",
    },
    passes={"CreateSchedule": "Target.RoleArn", "UpdateSchedule": "Target.RoleArn"},
    passed_to="scheduler.amazonaws.com",
)


def _by_method(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """AWS: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html"""
    path = scene.incoming.raw_path.removeprefix("/v2")
    return (Needed(f"apigateway:{scene.incoming.method}", f"arn:aws:apigateway:{scene.region}::{path}"),)


def _tagged_distribution(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    resource = f"arn:aws:cloudfront::{scene.account}:distribution/*"
    return (on("cloudfront:CreateDistribution", resource), on("cloudfront:TagResource", resource))


APIGATEWAY = Service(base="arn:aws:apigateway:{region}::", every=_by_method)
BUDGETS = Service(
    base="arn:aws:budgets::{account}:",
    rows={
        "budget/{Budget.BudgetName}": "CreateBudget",
        "budget/{BudgetName}": "CreateNotification DeleteBudget DeleteNotification DescribeBudget "
        "DescribeNotificationsForBudget",
        "budget/*": "DescribeBudgets",
    },
    actions={
        "CreateBudget": "ModifyBudget", "CreateNotification": "ModifyBudget", "DeleteBudget": "ModifyBudget",
        "DeleteNotification": "ModifyBudget", "DescribeBudget": "ViewBudget", "DescribeBudgets": "ViewBudget",
        "DescribeNotificationsForBudget": "ViewBudget",
    },
)  # fmt: skip
CLOUDFRONT = Service(
    base="arn:aws:cloudfront::{account}:", special={"CreateDistributionWithTags": _tagged_distribution}
)
EXECUTE_API = Service(
    base="arn:aws:execute-api:{region}:{account}:",
    actions=dict.fromkeys(("DeleteConnection", "GetConnection", "PostToConnection"), "ManageConnections"),
)

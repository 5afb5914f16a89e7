"""ECS tasks whose task role or execution role it is, named by their service where they belong to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking
from unassume.model.preflights import Answer, AskWorkloads, Workload

_MOST_CLUSTERS, _MOST_DEFINITIONS, _BATCH = 20, 100, 100


def look(connection: Connection, ask: AskWorkloads) -> Answer:
    """The services and lone tasks of one region that run with it.

    AWS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html (`group` is `service:` and its name)
    """
    ecs = connection.client("ecs", ask.region)
    with asking("ecs:ListClusters"):
        clusters = [arn for page in ecs.get_paginator("list_clusters").paginate() for arn in page["clusterArns"]]
    missing: tuple[str, ...] = ()
    if len(clusters) > _MOST_CLUSTERS:
        missing = (f"{len(clusters)} clusters: only {_MOST_CLUSTERS} were looked at",)
    roles = _Roles(ecs)
    names = {
        f"{cluster.rpartition('/')[2]}/{_name(task)}"
        for cluster in clusters[:_MOST_CLUSTERS]
        for task in _tasks(ecs, cluster)
        if ask.role_arn in roles.of(task)
    }
    found = (Workload(role=ask.role.name, service="ecs", region=ask.region, name=name) for name in sorted(names))
    return Answer(workloads=tuple(found), missing=(*missing, *roles.missing))


def _tasks(ecs: Any, cluster: str) -> Iterator[dict[str, Any]]:
    with asking("ecs:ListTasks"):
        pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="RUNNING")
        arns = [arn for page in pages for arn in page["taskArns"]]
    for start in range(0, len(arns), _BATCH):
        with asking("ecs:DescribeTasks"):
            yield from ecs.describe_tasks(cluster=cluster, tasks=arns[start : start + _BATCH])["tasks"]


def _name(task: dict[str, Any]) -> str:
    group = str(task.get("group") or "")
    return group if group.startswith("service:") else f"task:{task['taskArn'].rpartition('/')[2]}"


class _Roles:
    """The roles of tasks, each task definition read once."""

    def __init__(self, ecs: Any) -> None:
        self._ecs = ecs
        self._known: dict[str, set[str | None]] = {}
        self.missing: tuple[str, ...] = ()

    def of(self, task: dict[str, Any]) -> set[str | None]:
        """What the task itself says stands over its definition."""
        own, definition = task.get("overrides") or {}, task["taskDefinitionArn"]
        if definition not in self._known and len(self._known) == _MOST_DEFINITIONS:
            self.missing = (f"more than {_MOST_DEFINITIONS} task definitions: the rest was not looked at",)
            return {own.get("taskRoleArn"), own.get("executionRoleArn")}
        if definition not in self._known:
            with asking("ecs:DescribeTaskDefinition"):
                read = self._ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
            self._known[definition] = {read.get("taskRoleArn"), read.get("executionRoleArn")}
        return {own.get("taskRoleArn"), own.get("executionRoleArn"), *self._known[definition]}

"""EKS Pod Identity associations that give pods the role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking
from unassume.model.preflights import Answer, AskWorkloads, Workload

_MOST = 200


def look(connection: Connection, ask: AskWorkloads) -> Answer:
    """The service accounts of one region's clusters that are given it, as `cluster/namespace/account`.

    AWS: https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociationSummary.html (names no role:
    each association is described)
    """
    eks = connection.client("eks", ask.region)
    with asking("eks:ListClusters"):
        clusters = [name for page in eks.get_paginator("list_clusters").paginate() for name in page["clusters"]]
    summaries = [(cluster, each) for cluster in clusters for each in _associations(eks, cluster)]
    names = {
        f"{cluster}/{each['namespace']}/{each['serviceAccount']}"
        for cluster, each in summaries[:_MOST]
        if ask.role_arn in _roles(eks, cluster, each["associationId"])
    }
    missing = () if len(summaries) <= _MOST else (f"{len(summaries)} associations: only {_MOST} were looked at",)
    found = (Workload(role=ask.role.name, service="eks", region=ask.region, name=name) for name in sorted(names))
    return Answer(workloads=tuple(found), missing=missing)


def _associations(eks: Any, cluster: str) -> Iterator[dict[str, Any]]:
    with asking("eks:ListPodIdentityAssociations"):
        for page in eks.get_paginator("list_pod_identity_associations").paginate(clusterName=cluster):
            yield from page["associations"]


def _roles(eks: Any, cluster: str, association: str) -> set[str | None]:
    """The role pods are given, and the one they are then given with it, in this account or another."""
    with asking("eks:DescribePodIdentityAssociation"):
        answer = eks.describe_pod_identity_association(clusterName=cluster, associationId=association)
    read = answer["association"]
    return {read.get("roleArn"), read.get("targetRoleArn")}

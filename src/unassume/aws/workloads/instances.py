"""EC2 instances whose instance profile holds the role."""

from __future__ import annotations

import threading

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking
from unassume.model.preflights import Answer, AskWorkloads, Workload

_STATES = ["pending", "running"]  # a stopped instance takes new credentials when it is started


class Instances:
    """The instances of any role and region; the profiles of a role are asked for once for all regions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._profiles: dict[str, list[str]] = {}

    def look(self, connection: Connection, ask: AskWorkloads) -> Answer:
        """The instances of one region that run with it.

        AWS: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
        """
        profiles = self._profiles_of(connection, ask.role.name)
        if not profiles:
            return Answer()
        filters = [
            {"Name": "iam-instance-profile.arn", "Values": profiles},
            {"Name": "instance-state-name", "Values": _STATES},
        ]
        with asking("ec2:DescribeInstances"):
            pages = connection.client("ec2", ask.region).get_paginator("describe_instances").paginate(Filters=filters)
            found = (one for page in pages for group in page["Reservations"] for one in group["Instances"])
            names = sorted(one["InstanceId"] for one in found)
        return Answer(
            workloads=tuple(Workload(role=ask.role.name, service="ec2", region=ask.region, name=one) for one in names)
        )

    def _profiles_of(self, connection: Connection, role: str) -> list[str]:
        with self._lock, asking("iam:ListInstanceProfilesForRole"):
            if role not in self._profiles:
                pages = (
                    connection.client("iam").get_paginator("list_instance_profiles_for_role").paginate(RoleName=role)
                )
                self._profiles[role] = [each["Arn"] for page in pages for each in page["InstanceProfiles"]]
            return self._profiles[role]

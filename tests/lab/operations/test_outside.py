"""What would leave the lab or make things unjudged is refused by name; the same services' other calls are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.operations.asking import request
from unassume.lab.operations.outside import why_outside
from unassume.lab.operations.resolve import Operation


@pytest.mark.parametrize(
    ("service", "name", "given", "is_refused"),
    [
        ("sns", "Subscribe", {"Protocol": "http"}, True),
        ("sns", "Subscribe", {"Protocol": " HTTPS"}, True),
        ("sns", "Subscribe", {"Protocol": "email"}, False),
        ("sns", "Subscribe", {"Protocol": "sqs"}, False),
        ("events", "CreateApiDestination", {}, True),
        ("events", "CreateConnection", {}, True),
        ("events", "PutRule", {}, False),
        ("firehose", "CreateDeliveryStream", {"HttpEndpointDestinationConfiguration": {}}, True),
        ("firehose", "CreateDeliveryStream", {"S3DestinationConfiguration": {}}, False),
        ("cloudformation", "CreateStack", {}, True),
        ("cloudformation", "DeleteStackSet", {}, True),
        ("cloudformation", "ExecuteChangeSet", {}, True),
        ("cloudformation", "DescribeStacks", {}, False),
        ("cloudformation", "ValidateTemplate", {"TemplateURL": "https://s3.amazonaws.com/b/k"}, True),
        ("cloudformation", "ValidateTemplate", {"TemplateBody": "{}"}, False),
        ("autoscaling", "CreateAutoScalingGroup", {"LaunchTemplate.LaunchTemplateName": "t"}, True),
        ("autoscaling", "CreateAutoScalingGroup", {"InstanceId": "i-1"}, True),
        ("autoscaling", "CreateAutoScalingGroup", {"LaunchConfigurationName": "c"}, False),
        ("ec2", "CreateFleet", {"LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version": "1"}, True),
        ("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "t"}, False),
        ("ec2", "DescribeInstances", {}, False),
    ],
)
def test_outside(service: str, name: str, given: dict[str, Any], is_refused: bool) -> None:
    """Only the calls and parameters with such effects have a reason to be refused."""
    assert (why_outside(Operation(service, service, name, given), request()) is not None) is is_refused

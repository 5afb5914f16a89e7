"""Secrets under unusual names: what starts a machine, what an event bus carries, and pairs of a name and a value."""

from __future__ import annotations

from typing import Any

import pytest

from unassume.lab.trail.hiding import shown


@pytest.mark.parametrize(
    ("service", "given"),
    [
        ("autoscaling", {"UserData": "hush"}),
        ("ec2", {"LaunchTemplateData": {"UserData": "hush"}}),
        ("none", {"A": [{"userdata": "hush"}]}),
        ("events", {"Entries": [{"Source": "s", "Detail": '{"a": "hush"}'}]}),
        ("ecs", {"containerDefinitions": [{"environment": [{"name": "DB_PASSWORD", "value": "hush"}]}]}),
        ("codebuild", {"environmentVariables": [{"name": "API_KEY", "value": "hush", "type": "PLAINTEXT"}]}),
        ("none", {"Parameters": [{"Key": "AuthToken", "Value": "hush"}]}),
    ],
)
def test_hidden(service: str, given: dict[str, Any]) -> None:
    """The value is not in the event."""
    assert "hush" not in str(shown(service, given))


@pytest.mark.parametrize(
    ("service", "given"),
    [
        ("ecs", {"environment": [{"name": "STAGE", "value": "plain"}]}),
        ("ec2", {"Filter": [{"Name": "tag:Secret", "Value": ["plain"]}]}),
        ("events", {"Entries": [{"DetailType": "plain"}]}),
    ],
)
def test_not_hidden(service: str, given: dict[str, Any]) -> None:
    """Other pairs, and the filters of a search, stay readable."""
    assert "plain" in str(shown(service, given))

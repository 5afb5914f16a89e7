"""AWS's own managed policies, as moto carries them: what AWS writes itself must be judged, not refused."""

from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data

from unassume.iam.documents import parse, render
from unassume.iam.lint import lint


def test_every_managed_policy_is_judged() -> None:
    """Each of AWS's managed policies parses, survives rendering, and has no error for lint to find."""
    documents = {name: json.dumps(each["Document"]) for name, each in json.loads(aws_managed_policies_data).items()}
    assert len(documents) > 1000
    assert [name for name, text in documents.items() if render(parse(render(parse(text)))) != render(parse(text))] == []
    sample = dict(sorted(documents.items())[::10])
    # AWS's own may be longer than those it lets others write.
    found = {name: [each.rule for each in lint(text) if each.severity == "error"] for name, text in sample.items()}
    assert {name: rules for name, rules in found.items() if set(rules) - {"too-large"}} == {}

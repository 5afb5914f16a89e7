"""What is a secret for certain, and what may as well be somebody's name."""

from __future__ import annotations

import pytest

from unassume.trail.secrets import is_secret


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", True),  # AWS's own documented example
        ("IQoJ" + "b3JpZ2luX2Vj" * 20, True),
        ("ProductionDataPlatformIngestPipelineRole2", False),
        ("service-role/ProductionDataPlatformIngest2", False),
        ("arn:aws:iam::123456789012:role/wJalrXUtnFEMIK7MDENG/bPxRfi", False),
        ("a" * 40, False),
        ("IQoJshort", False),
    ],
)
def test_names_are_no_secrets(text: str, meant: bool) -> None:
    """A key by its length and letters, a token by its beginning and length; a long name of a role is neither."""
    assert is_secret(text) is meant

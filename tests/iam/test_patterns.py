"""Wildcards: what they match, what they stay within, and that no pattern takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.iam.patterns import action_matcher, arn_matcher, matcher, pieces, plain

LETTERS = st.text(alphabet="ab*?:.[]\n", max_size=12)


def reference(pattern: str, text: str) -> bool:
    """The definition of `*` and `?`, by dynamic programming."""
    reached = {0}
    for letter in pattern:
        if letter == "*":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(text) and letter in ("?", text[at])}
    return len(text) in reached


@given(LETTERS, st.text(alphabet="ab:.[]\n", max_size=12))
def test_matching_is_the_definition(pattern: str, text: str) -> None:
    """The compiled test agrees with the definition for every pattern and text; nothing but `*` and `?` is special."""
    assert matcher(pieces(pattern))(text) is reference(pattern, text)


@given(LETTERS)
def test_pieces_keep_the_text(pattern: str) -> None:
    """Taking a pattern apart loses nothing."""
    assert plain(pieces(pattern)) == pattern


@pytest.mark.parametrize("count", [30, 400])
def test_no_pattern_blows_up(count: int) -> None:
    """`*a*a*a...b` against many `a`s, where backtracking would not end, answers at once."""
    assert matcher(pieces("*a" * count + "b"))("a" * 5000) is False
    assert matcher(pieces("*?a" * count + "*"))("a" * 5000) is True


def test_a_literal_star_is_no_wildcard() -> None:
    """Text put in from a variable stays literal."""
    assert matcher(("a", "*"))("a*") is True
    assert matcher(("a", "*"))("ab") is False


@pytest.mark.parametrize(
    ("pattern", "arn", "matches"),
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", True),
        ("arn:*:s3:::b", "arn:aws-cn:s3:::b", True),
        ("arn:aws:*:::b", "arn:aws:s3:::b", True),
        ("arn:aws:*:b:c:d", "arn:aws:s3:x:b:c:d", False),
        ("arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
        ("arn:aws:iam::?:role/x", "arn:aws:iam::12:role/x", False),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::*", "*", False),
        ("arn:aws:s3:::*", "arn:aws:s3", False),
    ],
)
def test_arns_match_part_by_part(pattern: str, arn: str, matches: bool) -> None:
    """A wildcard stays between its colons, save in the last part, which takes slashes and colons."""
    assert arn_matcher(pieces(pattern))(arn) is matches


PARTS = st.text(alphabet="a*?", max_size=3)
ARNS = st.lists(PARTS, min_size=6, max_size=8).map(":".join)


@given(ARNS, st.lists(st.text(alphabet="a", max_size=2), max_size=9).map(":".join))
def test_an_arn_matches_where_each_of_its_parts_does(pattern: str, arn: str) -> None:
    """Whichever way the test is built, it is the definition of `*` and `?` on each of the six parts."""
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    expected = len(parts) == 6 and all(reference(*pair) for pair in zip(wanted, parts, strict=True))
    assert arn_matcher(pieces(pattern))(arn) is expected


def test_an_arn_pattern_has_six_parts() -> None:
    """A pattern with fewer parts could never match and is refused."""
    with pytest.raises(ValueError, match="six parts"):
        arn_matcher(pieces("arn:aws:s3::bucket"))


def test_actions_ignore_case() -> None:
    """Names of actions are compared in lower case."""
    assert action_matcher("IAM:Get*")("iam:getrole") is True
    assert action_matcher("iam:get")("iam:getrole") is False

"""Policy variables: how they are written, and what they become."""

from __future__ import annotations

import pytest

from unassume.iam.patterns import Wild
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Known, Unsaid, Value
from unassume.iam.variables import Reference, fill, fixed, read_template, template_of


def filled(text: str, **values: Value) -> object:
    return fill(read_template(text), lambda key: values.get(key.removeprefix("aws:"), ABSENT))


def test_a_template_is_text_wildcards_and_references() -> None:
    """Keys are folded to lower case; the three escapes are literal characters, other stars are wildcards."""
    assert read_template("a*${aws:UserName}${*}${aws:PrincipalTag/My Team, 'red one'}${$}{") == (
        "a",
        Wild.ANY,
        Reference("aws:username"),
        "*",
        Reference("aws:principaltag/my team", "red one"),
        "$",
        "{",
    )


def test_older_versions_have_no_variables() -> None:
    """Where variables do not work, the text is only text and wildcards."""
    assert template_of("${aws:x}?", False) == ("${aws:x}", Wild.ONE)
    assert fixed(template_of("${aws:x}?", False)) == ("${aws:x}", Wild.ONE)
    assert fixed(template_of("${aws:x}?", True)) is None


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${aws:x",
        "${x}",
        "${aws:x,'d'}",
        "${aws:x, d}",
        "${aws:x , 'd'}",
        "${ aws:x}",
        "${${aws:x}}",
        "${**}",
    ],
)
def test_an_ill_formed_variable_is_refused(text: str) -> None:
    """What AWS's page does not show is refused: nobody can say what it would mean."""
    with pytest.raises(ValueError, match="variable is written"):
        read_template(text)


def test_a_value_is_put_in_literally() -> None:
    """A star in a value is no wildcard."""
    assert filled("${aws:x}*", x=Known(("a*",))) == ("a*", Wild.ANY)


@pytest.mark.parametrize("nothing", [ABSENT, Known(()), Known(("",))])
def test_without_a_value_the_default_counts(nothing: Value) -> None:
    """An absent or empty key takes the default, or leaves the whole text without meaning."""
    assert filled("${aws:x, 'd'}", x=nothing) == ("d",)
    assert filled("${aws:x}", x=nothing) is ABSENT


@pytest.mark.parametrize("unclear", [UNKNOWN, PRESENT, Known(("a", "b"), several=True)])
def test_what_cannot_be_put_in_is_unknown(unclear: Value) -> None:
    """A key that is not known, or has several values, leaves the text unknown; a default does not help."""
    assert filled("${aws:x, 'd'}", x=unclear) is UNKNOWN


def test_no_value_wins_over_unknown() -> None:
    """A text that lacks one value matches nothing, whatever another one is."""
    assert filled("${aws:y}${aws:x}", y=UNKNOWN) is Unsaid.ABSENT

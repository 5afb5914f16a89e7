"""The condition operators, as one table: how a policy value becomes a test of one request value.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Rule 1: a test answers true, false, or None where a request value is not known closely enough.
Rule 2: a policy value the operator cannot read is an error when the policy is read, never a silent no-match.
Rule 3: a request value the operator cannot read does not match.
Not, IfExists, ForAllValues, ForAnyValue and Null are wrappers around the table; they stand in `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from unassume.iam.constants import (
    Instant,
    parse_address,
    parse_binary,
    parse_boolean,
    parse_instant,
    parse_network,
    parse_number,
    quiet,
)
from unassume.iam.patterns import Pieces, arn_matcher, matcher, plain
from unassume.iam.values import Between

Test = Callable[[str | Between], bool | None]

# Values of requests; one memory each, shared by all conditions.
_read_address = quiet(parse_address)
_read_binary = quiet(parse_binary)
_read_boolean = quiet(parse_boolean)
_read_instant = quiet(parse_instant)
_read_number = quiet(parse_number)


class Operator(msgspec.Struct, frozen=True):
    """One row: how to build the test, whether it is the negation of it, and whether variables work in it."""

    build: Callable[[Pieces], Test]
    negated: bool = False
    variables: bool = False


class Written(msgspec.Struct, frozen=True):
    """An operator as a policy writes it: `over` is the set prefix; `base` is None for Null."""

    base: Operator | None
    over: Literal["", "ForAllValues", "ForAnyValue"] = ""
    if_exists: bool = False


def read_operator(text: str) -> Written:
    """Take an operator's name apart; ValueError, with the rule, when AWS knows no such operator."""
    found = re.fullmatch(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?", text)
    if not found or (found[2] not in OPERATORS and found[2] != "Null"):
        raise ValueError("no such condition operator")
    over, name, if_exists = found[1] or "", found[2], found[3] is not None
    if name == "Null" and (over or if_exists):
        raise ValueError("Null takes neither ForAllValues, ForAnyValue nor IfExists")
    return Written(OPERATORS.get(name), over, if_exists)  # type: ignore[arg-type]  # the expression allows no other


def _equals(pattern: Pieces) -> Test:
    return _on_text(plain(pattern).__eq__)


def _equals_ignoring_case(pattern: Pieces) -> Test:
    # AWS folds with plain lower case: the sharp s is not ss (measured on the policy simulator by others).
    wanted = plain(pattern).lower()
    return _on_text(lambda text: text.lower() == wanted)


def _like(pattern: Pieces) -> Test:
    return _on_text(matcher(pattern))


def _arn(pattern: Pieces) -> Test:
    return _on_text(arn_matcher(pattern))


def _binary(pattern: Pieces) -> Test:
    wanted = parse_binary(plain(pattern))
    return _on_text(lambda text: _read_binary(text) == wanted)


def _boolean(pattern: Pieces) -> Test:
    wanted = parse_boolean(plain(pattern))
    return _on_text(lambda text: _read_boolean(text) is wanted)


def _address(pattern: Pieces) -> Test:
    network = parse_network(plain(pattern))
    version, first, mask = network.version, int(network.network_address), int(network.netmask)

    def test(text: str) -> bool:
        address = _read_address(text)
        return address is not None and address[0] == version and address[1] & mask == first

    return _on_text(test)


def _numeric(holds: Callable[[int], bool]) -> Callable[[Pieces], Test]:
    """`holds` judges the sign of the request's number minus the policy's."""

    def build(pattern: Pieces) -> Test:
        wanted = parse_number(plain(pattern))

        def test(text: str) -> bool:
            number = _read_number(text)
            return number is not None and holds((number > wanted) - (number < wanted))

        return _on_text(test)

    return build


Compare = Callable[[Instant, Instant, Instant], bool | None]
"""How an instant known to lie in [earliest, latest), or to be both of them, stands to the policy's."""


def _date(compare: Compare) -> Callable[[Pieces], Test]:
    def build(pattern: Pieces) -> Test:
        wanted = parse_instant(plain(pattern))

        def test(value: str | Between) -> bool | None:
            if isinstance(value, Between):
                return compare(value.earliest, value.latest, wanted)
            instant = _read_instant(value)
            return False if instant is None else compare(instant, instant, wanted)

        return test

    return build


def _on_text(test: Callable[[str], bool]) -> Test:
    """An instant known only as an interval has no known text, so a test of text cannot tell."""
    return lambda value: None if isinstance(value, Between) else test(value)


def _is_before(earliest: Instant, latest: Instant, wanted: Instant) -> bool | None:
    if earliest >= wanted:
        return False
    return True if latest <= wanted else None


def _is_not_after(earliest: Instant, latest: Instant, wanted: Instant) -> bool | None:
    if earliest > wanted:
        return False
    return True if latest <= wanted else None


def _is_at(earliest: Instant, latest: Instant, wanted: Instant) -> bool | None:
    if earliest == latest:
        return earliest == wanted
    return None if earliest <= wanted < latest else False


def _opposite(compare: Compare) -> Compare:
    def test(earliest: Instant, latest: Instant, wanted: Instant) -> bool | None:
        answer = compare(earliest, latest, wanted)
        return None if answer is None else not answer

    return test


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "StringEquals": Operator(_equals, variables=True),
        "StringNotEquals": Operator(_equals, negated=True, variables=True),
        "StringEqualsIgnoreCase": Operator(_equals_ignoring_case, variables=True),
        "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, negated=True, variables=True),
        "StringLike": Operator(_like, variables=True),
        "StringNotLike": Operator(_like, negated=True, variables=True),
        "NumericEquals": Operator(_numeric(lambda sign: sign == 0)),
        "NumericNotEquals": Operator(_numeric(lambda sign: sign == 0), negated=True),
        "NumericLessThan": Operator(_numeric(lambda sign: sign < 0)),
        "NumericLessThanEquals": Operator(_numeric(lambda sign: sign <= 0)),
        "NumericGreaterThan": Operator(_numeric(lambda sign: sign > 0)),
        "NumericGreaterThanEquals": Operator(_numeric(lambda sign: sign >= 0)),
        "DateEquals": Operator(_date(_is_at)),
        "DateNotEquals": Operator(_date(_is_at), negated=True),
        "DateLessThan": Operator(_date(_is_before)),
        "DateLessThanEquals": Operator(_date(_is_not_after)),
        "DateGreaterThan": Operator(_date(_opposite(_is_not_after))),
        "DateGreaterThanEquals": Operator(_date(_opposite(_is_before))),
        "Bool": Operator(_boolean),
        "BinaryEquals": Operator(_binary),
        "IpAddress": Operator(_address),
        "NotIpAddress": Operator(_address, negated=True),
        "ArnEquals": Operator(_arn, variables=True),
        "ArnNotEquals": Operator(_arn, negated=True, variables=True),
        "ArnLike": Operator(_arn, variables=True),
        "ArnNotLike": Operator(_arn, negated=True, variables=True),
    }
)

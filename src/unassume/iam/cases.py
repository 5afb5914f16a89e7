"""The cases that an unknown key divides into, as far as a set of conditions can tell them apart.

Three-valued logic alone is coarse: Deny where k is a, and Deny where k is not a, leaves "unknown" though every value
is denied. So for a key we do not know, one value is taken of every kind that the conditions on it can tell apart.
INVARIANT: the values of `case_values` stand for all; where that cannot be shown, or would take too many, it is None.
AWS gives some keys a type; a value of any other key may be a text that the operator cannot read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address
from itertools import combinations, pairwise
from typing import Literal

from unassume.iam.conditions import referenced_keys
from unassume.iam.constants import parse_instant, parse_network, parse_number
from unassume.iam.operators import read_operator
from unassume.iam.patterns import pieces
from unassume.iam.statements import Condition, Statement
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Between, Known, Value
from unassume.iam.variables import fixed, read_template, references, template_of
from unassume.iam.witnesses import Mode, Tokens, tokens_of, witnesses

Family = Literal["text", "number", "instant", "boolean", "binary", "address"]

_TYPED = frozenset({
    "aws:currenttime", "aws:epochtime", "aws:tokenissuetime", "aws:multifactorauthage", "aws:multifactorauthpresent",
    "aws:securetransport", "aws:viaawsservice", "aws:principalisawsservice", "aws:sourceip", "aws:vpcsourceip",
    "sts:durationseconds", "s3:max-keys",
})  # fmt: skip
_MOST_IN_SET = 6
_FAMILIES: dict[str, Family] = {"String": "text", "Arn": "text", "Numeric": "number", "Date": "instant"}
_FAMILIES |= {"Bool": "boolean", "Binary": "binary", "IpAddress": "address", "NotIpAddress": "address"}
_NO_TEXT = "not-of-this-type"
_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def case_values(key: str, value: Value, statements: Iterable[Statement]) -> tuple[Value, ...] | None:
    """Values that stand for all that the key (in lower case) may have; None where that cannot be shown."""
    statements = tuple(statements)
    if any(key in _substituted(statement) for statement in statements):
        return None
    conditions = [
        (condition, statement.has_variables)
        for statement in statements
        for condition in statement.conditions
        if condition.key.lower() == key
    ]
    families = {found for condition, _ in conditions if (found := _family(condition)) is not None}
    if len(families) > 1:
        return None
    family: Family = families.pop() if families else "text"
    if isinstance(value, Between):
        return _within(value, conditions) if family == "instant" else None
    if value is not UNKNOWN and value is not PRESENT:
        return None
    atoms = _atoms(family, conditions)
    if atoms is None:
        return None
    if family != "text" and key not in _TYPED:
        atoms = (*atoms, _NO_TEXT)
    return (*_rows(atoms, _is_set(conditions)), *(() if value is PRESENT else (ABSENT, Known(("",)))))


def _is_set(conditions: list[tuple[Condition, bool]]) -> bool:
    return any(read_operator(condition.operator).over for condition, _ in conditions)


def _rows(atoms: tuple[str | Between, ...], is_set: bool) -> Iterator[Value]:
    """Each atom alone; for conditions on sets every set of them, the empty one being as good as absent."""
    for atom in atoms:
        yield atom if isinstance(atom, Between) else Known((atom,))
    texts = [atom for atom in atoms if isinstance(atom, str)]
    for size in range(2, len(texts) + 1) if is_set else ():
        yield from (Known(chosen, several=True) for chosen in combinations(texts, size))


def _atoms(family: Family, conditions: list[tuple[Condition, bool]]) -> tuple[str | Between, ...] | None:
    constants = [text for condition, _ in conditions if condition.operator != "Null" for text in condition.values]
    is_set = _is_set(conditions)
    found: tuple[str | Between, ...] | None
    match family:
        case "text":
            found = _texts(conditions)
        case "number":
            found = tuple(_numbers({parse_number(text) for text in constants}))
        case "instant":
            found = None if is_set else tuple(_instants({parse_instant(text) for text in constants}))
        case "boolean":
            found = ("true", "false")
        case "binary":
            found = (*dict.fromkeys(constants), "AA==" if "AA==" not in constants else "//8=")
        case "address":
            found = tuple(_addresses(constants))
    return None if found is None or (is_set and len(found) > _MOST_IN_SET) else found


def _texts(conditions: list[tuple[Condition, bool]]) -> tuple[str, ...] | None:
    patterns = _patterns(conditions)
    return None if patterns is None else witnesses(patterns)


def _patterns(conditions: list[tuple[Condition, bool]]) -> tuple[Tokens, ...] | None:
    """What the text conditions compare with; None where a value is filled in only by the request."""
    found: list[Tokens] = []
    for condition, has_variables in conditions:
        if _family(condition) is None:
            continue
        for text in condition.values:
            pattern = fixed(read_template(text)) if has_variables else pieces(text)
            if pattern is None:
                return None
            found.append(tokens_of(pattern, _mode(condition)))
    return tuple(dict.fromkeys(found))


def _mode(condition: Condition) -> Mode:
    name = _base(condition)
    if name.startswith("Arn"):
        return "arn"
    return "like" if name.endswith("Like") else "folded" if name.endswith("IgnoreCase") else "exact"


def _family(condition: Condition) -> Family | None:
    """The kind of values the operator compares; None for Null, which only asks whether there is one."""
    name = _base(condition)
    return next((family for start, family in _FAMILIES.items() if name.startswith(start)), None)


def _base(condition: Condition) -> str:
    return condition.operator.rpartition(":")[2].removesuffix("IfExists")


def _substituted(statement: Statement) -> frozenset[str]:
    """The keys whose values the statement puts into its own."""
    found: set[str] = set()
    for condition in statement.conditions:
        found.update(referenced_keys(condition.operator, condition.values, statement.has_variables))
    for text in statement.resources or ():
        found.update(each.key for each in references(template_of(text, statement.has_variables)))
    return frozenset(found)


def _numbers(constants: set[Decimal]) -> Iterator[str]:
    """Each constant, a number between each two, one below all and one above all."""
    ordered = sorted(constants) or [Decimal(0)]
    with localcontext() as exact:
        exact.prec = 200
        between = [(one + other) / 2 for one, other in pairwise(ordered)]
        for number in (ordered[0] - 1, *ordered, *between, ordered[-1] + 1):
            yield f"{number:f}"


def _instants(constants: set[datetime]) -> Iterator[Between]:
    """Each constant, and the open stretches around them."""
    ordered = sorted(constants) or [_EPOCH]
    points = (_earlier(ordered[0]), *ordered, _later(ordered[-1]))
    for point in points:
        yield Between(point, point)
    for one, other in pairwise(ordered):
        if other - one > _TICK:
            yield Between(one + _TICK, one + _TICK)


def _earlier(instant: datetime) -> datetime:
    return instant - _TICK if instant > _FIRST else instant


def _later(instant: datetime) -> datetime:
    return instant + _TICK if instant < _LAST else instant


def _within(value: Between, conditions: list[tuple[Condition, bool]]) -> tuple[Between, ...]:
    """The interval cut at every constant: the points, and the stretches between them."""
    constants = {
        parse_instant(text)
        for condition, _ in conditions
        if _family(condition) == "instant"
        for text in condition.values
    }
    cuts = sorted(each for each in constants if value.earliest <= each < value.latest)
    edges = [value.earliest, *(cut + _TICK for cut in cuts)]
    ends = [*cuts, value.latest]
    stretches = [Between(start, end) for start, end in zip(edges, ends, strict=True) if start < end]
    return (*(Between(cut, cut) for cut in cuts), *stretches)


def _addresses(constants: list[str]) -> Iterator[str]:
    """The first address of every stretch that the blocks divide each of the two address spaces into."""
    networks = [parse_network(text) for text in constants]
    for version, bits in ((4, 32), (6, 128)):
        blocks = [each for each in networks if each.version == version]
        starts = {0} | {int(each.network_address) for each in blocks}
        starts |= {int(each.broadcast_address) + 1 for each in blocks}
        for start in sorted(starts):
            if start < 2**bits:
                yield str(IPv4Address(start) if version == 4 else IPv6Address(start))

"""From one line of a Condition block to a test of the context: the wrappers around the operator table.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
| key absent        | positive | negated | IfExists | Null "true" | ForAllValues | ForAnyValue |
|                   | false    | true    | true     | true        | true         | false       |
An empty list or a sole empty string counts as absent for IfExists, Null, ForAllValues and ForAnyValue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from unassume.iam.constants import parse_boolean
from unassume.iam.operators import Test, Written, read_operator
from unassume.iam.patterns import pieces
from unassume.iam.values import PRESENT, UNKNOWN, Between, Context, Known, Unsaid, Value
from unassume.iam.variables import Template, fill, fixed, read_template, references

Judge = Callable[[Context], bool | None]
Wrapper = Callable[[Value, tuple[Test, ...]], bool | None]

PRINCIPAL_TAGS = "aws:principaltag/"


def look_up(context: Context, key: str) -> Value:
    """What the context says of a key in lower case.

    The entry `aws:principaltag/*` stands for every principal tag that is not listed by itself.
    """
    value = context.values.get(key)
    if value is not None:
        return value
    if key.startswith(PRINCIPAL_TAGS):
        return context.values.get(PRINCIPAL_TAGS + "*", context.unlisted)
    return context.unlisted


def compile_condition(operator: str, key: str, values: tuple[str, ...], variables: bool) -> Judge:
    """A test of the context; ValueError, with the rule, for an operator or a value AWS does not take."""
    written, key = read_operator(operator), key.lower()
    if written.base is None:
        return _null(key, values)
    wrapper = _wrapper(written)
    templates = _templates(written, values, variables)
    build = written.base.build
    patterns = tuple(fixed(template) for template in templates)
    tests = tuple(build(pattern) for pattern in patterns if pattern is not None)
    if len(tests) == len(templates):
        return (
            _plain(key, tests, written) if not written.over else lambda context: wrapper(look_up(context, key), tests)
        )

    def judge(context: Context) -> bool | None:
        return wrapper(look_up(context, key), tuple(_test(build, template, context) for template in templates))

    return judge


def referenced_keys(operator: str, values: tuple[str, ...], variables: bool) -> tuple[str, ...]:
    """The keys, in lower case, whose values are put into a condition's values."""
    templates = _templates(read_operator(operator), values, variables)
    return tuple(reference.key for template in templates for reference in references(template))


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's or."""
    result: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's and."""
    result: bool | None = True
    for answer in answers:
        if answer is None:
            result = None
        elif not answer:
            return False
    return result


def _templates(written: Written, values: tuple[str, ...], variables: bool) -> tuple[Template, ...]:
    if written.base is not None and written.base.variables and variables:
        return tuple(read_template(text) for text in values)
    if variables and any("${" in text for text in values):
        raise ValueError("a policy variable does not work in this operator")
    return tuple(pieces(text) for text in values)


def _test(build: Callable[..., Test], template: Template, context: Context) -> Test:
    """The test for this request; an ARN operator is given text that may turn out to be no ARN: it matches nothing."""
    filled = fill(template, lambda key: look_up(context, key))
    if filled is UNKNOWN:
        return lambda value: None
    try:
        return (lambda value: False) if isinstance(filled, Unsaid) else build(filled)
    except ValueError:
        return lambda value: False


def _plain(key: str, tests: tuple[Test, ...], written: Written) -> Judge:
    """The judge of most conditions: what `_single` says, with the usual case of one known text in front."""
    assert written.base is not None
    negated, if_exists = written.base.negated, written.if_exists
    test = tests[0] if len(tests) == 1 else lambda atom: any_of(test(atom) for test in tests)

    def judge(context: Context) -> bool | None:
        value = context.values.get(key)
        if type(value) is Known and len(value.texts) == 1 and (not if_exists or value.texts[0]):
            answer = test(value.texts[0])
            return answer if answer is None or not negated else not answer
        return _single(look_up(context, key), tests, negated, if_exists)

    return judge


def _wrapper(written: Written) -> Wrapper:
    assert written.base is not None  # Null has no table row and is judged apart
    negated, if_exists = written.base.negated, written.if_exists
    if written.over == "ForAllValues":
        return lambda value, tests: _for_all(value, tests, negated)
    if written.over == "ForAnyValue":
        return lambda value, tests: _for_any(value, tests, negated, if_exists)
    return lambda value, tests: _single(value, tests, negated, if_exists)


def _single(value: Value, tests: tuple[Test, ...], negated: bool, if_exists: bool) -> bool | None:
    if value is UNKNOWN or value is PRESENT:
        return None
    atoms = _atoms(value)
    if not atoms or (if_exists and atoms == ("",)):
        return negated or if_exists
    if len(atoms) > 1:
        return None  # AWS asks for a set operator here and does not say what happens without one
    return _one(atoms[0], tests, negated)


def _for_all(value: Value, tests: tuple[Test, ...], negated: bool) -> bool | None:
    if value is UNKNOWN or value is PRESENT:
        return None
    atoms = _atoms(value)
    if atoms == ("",):
        return True
    return all_of(_one(atom, tests, negated) for atom in atoms)


def _for_any(value: Value, tests: tuple[Test, ...], negated: bool, if_exists: bool) -> bool | None:
    if value is UNKNOWN or value is PRESENT:
        return None
    atoms = _atoms(value)
    if atoms in ((), ("",)):
        return None if if_exists else False  # undocumented with IfExists, and open evaluators disagree
    return any_of(_one(atom, tests, negated) for atom in atoms)


def _null(key: str, values: tuple[str, ...]) -> Judge:
    wanted = {parse_boolean(text) for text in values}

    def judge(context: Context) -> bool | None:
        value = look_up(context, key)
        if len(wanted) == 2:
            return True
        if value is UNKNOWN:
            return None
        is_null = value is not PRESENT and _atoms(value) in ((), ("",))
        return is_null in wanted

    return judge


def _one(atom: str | Between, tests: tuple[Test, ...], negated: bool) -> bool | None:
    answer = any_of(test(atom) for test in tests)
    return answer if answer is None or not negated else not answer


def _atoms(value: Value) -> tuple[str | Between, ...]:
    if isinstance(value, Known):
        return value.texts
    return (value,) if isinstance(value, Between) else ()

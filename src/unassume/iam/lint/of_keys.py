"""What single condition keys hold, and so what a condition on them can never match."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unassume.iam.lint.findings import GUIDE, KEYS, VARIABLES, Rule, Told, on_lines
from unassume.iam.lint.keys import MULTIVALUED, WHEN_ASSUMING, is_known
from unassume.iam.lint.reading import Line, Spoken

_SESSION_ARN = re.compile(r"arn:[^:]*:sts:[^:]*:[^:]*:assumed-role/")
# AWS: the principal table of the variables page. What stands before the first wildcard or variable is looked at.
_ID_START = re.compile(r"A[A-Z0-9]*(:.*)?|\d{0,12}|\d{12}:.*|a?n?o?n?y?m?o?u?s?", re.DOTALL)
_ID = re.compile(r"A[A-Z0-9]{15,127}(:.+)?|\d{12}(:.+)?|anonymous", re.DOTALL)
_VARIABLE = re.compile(r"\$\{([^\s:${}',*?]+:[^${}',*?]+)")


def _outcome(line: Line) -> str:
    return "always holds" if line.row is not None and line.row.negated else "never matches"


def _session_arn(line: Line, _: Spoken) -> Iterator[str]:
    if line.name == "aws:principalarn" and line.row and any(_SESSION_ARN.match(value) for value in line.values):
        yield f"`aws:PrincipalArn` is the ARN of the role, so a session ARN {_outcome(line)}: use `aws:userid`"


def _bare_name(line: Line, _: Spoken) -> Iterator[str]:
    is_of_text = line.row is not None and line.operator.startswith("String") and "IgnoreCase" not in line.operator
    if line.name != "aws:userid" or not is_of_text:
        return
    for value in line.values:
        start = re.split(r"[*?]|\$\{" if "Like" in line.operator else r"\$\{", value)[0]
        known = _ID if start == value else _ID_START
        if not known.fullmatch(start):
            yield (
                f"`aws:userid` is a unique id, for a session `AROA...:name`, so `{value}` {_outcome(line)}:"
                " put the role's id before the name"
            )


def _when_assuming(line: Line, statement: Spoken) -> Iterator[str]:
    actions = statement.texts("Action")
    if line.name not in WHEN_ASSUMING or (actions and all(each.lower().startswith("sts:") for each in actions)):
        return
    instead = WHEN_ASSUMING[line.name]
    advice = f": use `{instead}`" if instead else ""
    yield f"only the call that assumes a role has `{line.key}`, no later call of the session{advice}"


def _mfa(line: Line, statement: Spoken) -> Iterator[str]:
    if line.name != "aws:multifactorauthpresent" or line.operator != "Bool" or len(line.values) != 1:
        return
    value = line.values[0].lower()
    if (statement.effect, value, line.if_exists) == ("Deny", "false", False):
        yield "long-term keys lack this key, so they are not denied: use `BoolIfExists`"
    if (statement.effect, value, line.if_exists) == ("Allow", "true", True):
        yield "long-term keys lack this key, so they are allowed without MFA: use `Bool`"


def _unknown_key(line: Line, _: Spoken) -> Iterator[str]:
    if not is_known(line.name):
        yield f"`{line.key}` is no global condition key of AWS's page: a request does not bring it"


def _unknown_variable(statement: Spoken) -> Iterator[Told]:
    if not statement.has_variables:
        return
    places = [(f"{statement.path}.{name}", statement.texts(name)) for name in ("Resource", "NotResource")]
    places += [(line.path, line.values) for line in statement.lines if line.row is not None and line.row.variables]
    for path, texts in places:
        for key in (key for text in texts for key in _VARIABLE.findall(text)):
            if key.lower() in MULTIVALUED:
                yield path, f"`{key}` may have several values, and cannot be a variable"
            elif not is_known(key.lower()):
                yield path, f"`{key}` is no global condition key of AWS's page: the variable never has a value"


RULES = (
    Rule("session-arn-in-principal-arn", "warning", KEYS, on_lines(_session_arn)),
    Rule("name-without-role-id", "warning", VARIABLES, on_lines(_bare_name)),
    Rule("key-of-assuming", "warning", f"{GUIDE}reference_policies_iam-condition-keys.html", on_lines(_when_assuming)),
    Rule("mfa-of-long-term-keys", "warning", KEYS, on_lines(_mfa)),
    Rule("unknown-key", "warning", KEYS, on_lines(_unknown_key)),
    Rule("unknown-variable", "warning", VARIABLES, _unknown_variable),
)

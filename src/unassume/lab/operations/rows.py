"""How a table says what an operation must be allowed: rows of resource templates, filled from its parameters.

A row is `"function:{FunctionName}": "GetFunction DeleteFunction"`: below the service's own prefix, one resource for
each of these operations. In braces stand parameter names: `{StreamARN,StreamName}` takes every one sent, for moto reads
only one of them; `{Names}` gives a resource for each element of a list, `{Name|*}` has a default, `{VpcId?}` makes the
row one for calls that send it, `{QueueUrl:queue}` passes the value through a resolver of the table. A value that is an
ARN already replaces all of the template before it, once it names the same kind of resource in the same region: moto
might read another resource out of it. What a row cannot be filled with is refused, as AWS refuses it before it looks
at policies; it is never judged on `*`, where a Deny of that resource would not bite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import prod
from typing import Any

import msgspec

from unassume.iam.values import Value
from unassume.lab.operations.needed import Needed, owner_of
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.scene import Scene
from unassume.lab.wire.refusals import Refusal

Resolver = Callable[[str, Scene], str]
Special = Callable[[Operation, Scene], "tuple[Needed, ...] | None"]
Keys = Callable[[Operation, Scene, str], Mapping[str, Value]]

_FIELD = re.compile(r"\{([^{}]+)\}")
_ACCOUNT, _NONE = re.compile(r"[0-9]{12}"), re.compile("")
_MOST = 1000


class Field(msgspec.Struct, frozen=True):
    """One braced part of a template."""

    names: tuple[str, ...]
    default: str | None
    resolver: Resolver | None
    is_optional: bool = False


class Template(msgspec.Struct, frozen=True):
    """A resource to be filled: literal parts and fields in turn, beginning and ending with a literal."""

    base: str
    literals: tuple[str, ...]
    fields: tuple[Field, ...]

    def fill(self, given: Mapping[str, Any], scene: Scene) -> tuple[str, ...]:
        """The resources of one call; a Refusal when a parameter is missing or is an ARN of something else."""
        if not self.base:
            return ("*",)
        base = self.base.replace("{region}", scene.region).replace("{account}", scene.account)
        texts = [self._texts(field, base, given, scene) for field in self.fields]
        if prod(map(len, texts)) > _MOST:
            raise Refusal(code="ValidationError", status=400, message="The request names too many resources.")
        return tuple(dict.fromkeys(self._joined(base, each, scene.region) for each in product(*texts)))

    def _joined(self, base: str, texts: Iterable[str], region: str) -> str:
        found = base + self.literals[0]
        for index, text in enumerate(texts):
            if text.startswith("arn:"):
                check_arn(text, found, base, region)
                found = text
            else:
                found += text
            found += self.literals[index + 1]
        return found

    def _texts(self, field: Field, base: str, given: Mapping[str, Any], scene: Scene) -> tuple[str, ...]:
        found = tuple(text for name in field.names for text in values_of(given, name))
        if not found:
            if field.is_optional:
                return ()
            if field.default is None:
                raise missing(field.names[0])
            found = (field.default,)
        if len(found) > _MOST:
            raise Refusal(code="ValidationError", status=400, message=f"Too many values of '{field.names[0]}'.")
        resolver = field.resolver
        if resolver is None:
            return found
        for text in found:
            # A resolver might mend the ARN of nobody's into a real one, or cut off what shows that it is none.
            if text.startswith("arn:"):
                check_arn(text, base, base, scene.region)
        return tuple(resolver(text, scene) for text in found)


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """How the operations of one service become actions: by rule, by row, or by a function of their own.

    `every` answers for operations that no function of their own has; `passes` names the parameter of a role handed over
    to `passed_to`, which needs iam:PassRole besides.
    """

    base: str
    rows: Mapping[str, str] = {}
    resolvers: Mapping[str, Resolver] = {}
    actions: Mapping[str, str] = {}
    special: Mapping[str, Special] = {}
    every: Special | None = None
    keys: Keys | None = None
    passes: Mapping[str, str] = {}
    passed_to: str = ""

    def compiled(self) -> dict[str, tuple[Template, ...]]:
        """The templates of each operation."""
        found: dict[str, tuple[Template, ...]] = {}
        for text, operations in self.rows.items():
            template = self._template(text)
            for operation in operations.split():
                found[operation] = (*found.get(operation, ()), template)
        return found

    def _template(self, text: str) -> Template:
        if text == "*":
            return Template("", (), ())
        base, rest = (self.base, text) if not text.startswith("arn:") else self._absolute(text)
        parts = _FIELD.split(rest)
        return Template(base, tuple(parts[::2]), tuple(self._field(part) for part in parts[1::2]))

    def _absolute(self, text: str) -> tuple[str, str]:
        pieces = text.split(":", 5)
        return ":".join(pieces[:5]) + ":", pieces[5]

    def _field(self, text: str) -> Field:
        text, _, resolver = text.partition(":")
        names, bar, default = text.partition("|")
        found = self.resolvers[resolver] if resolver else None
        optional = names.endswith("?")
        return Field(tuple(names.rstrip("?").split(",")), default if bar else None, found, optional)


def values_of(given: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts a parameter holds: one, or those of a list, also in the numbered form of the query protocol.

    `Targets[].RoleArn` goes into objects and lists of them.
    """
    name, _, rest = path.partition(".")
    name, is_list = name.removesuffix("[]"), name.endswith("[]")
    value = given.get(name)
    if value is None:
        return _numbered(given, path)
    if not rest:
        return tuple(str(each) for each in value) if isinstance(value, list) else (str(value),) if value != "" else ()
    inner = value if is_list and isinstance(value, list) else [value]
    return tuple(text for each in inner if isinstance(each, Mapping) for text in values_of(each, rest))


def _numbered(given: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """`Name.1`, `Name.member.1`, `A.1.B` for `A[].B`: how forms write lists; ours are short, so a walk is cheap."""
    if path in given:
        return (str(given[path]),)
    pattern = _numbered_pattern(path)
    return tuple(str(value) for name, value in given.items() if "." in name and pattern.fullmatch(name))


def _numbered_pattern(path: str) -> re.Pattern[str]:
    inner = re.escape(path).replace(r"\[\]", r"(?:\.member)?\.\d+")
    return re.compile(inner if "[]" in path else inner + r"(?:\.member)?\.\d+")


def check_arn(arn: str, wanted: str, base: str, region: str) -> None:
    """A Refusal unless the ARN is of the service, region and kind that the template begins with.

    moto reads ARNs without their region or account as the caller's own, where a Deny of the real ARN would not match:
    both must be there exactly where the template has them. ASSUMPTION: AWS's own codes differ (ResourceNotFound,
    InvalidParameter); none of them lets the call through.
    """
    parts, pattern = arn.split(":", 5), base.split(":", 5)
    kind = wanted[len(base) :]
    if (
        len(parts) < 6
        or parts[:3] != pattern[:3]
        or parts[3] != (region if pattern[3] else "")
        or (not (_ACCOUNT if pattern[4] else _NONE).fullmatch(parts[4]) and not _is_managed(parts))
        or not parts[5].startswith(kind)
    ):
        message = f"The ARN '{arn}' does not name a resource of this kind in this region."
        raise Refusal(code="ValidationError", status=400, message=message)


def _is_managed(parts: list[str]) -> bool:
    """Whether it is a policy that AWS made for everybody, the only things whose account is called `aws`."""
    return parts[4] == "aws" and parts[2] in ("iam", "organizations") and parts[5].startswith("policy/")


def missing(name: str) -> Refusal:
    """For a call without the parameter that names its resource."""
    return Refusal(code="ValidationError", status=400, message=f"The parameter '{name}' is missing.")


def on(action: str, resource: str, keys: Mapping[str, Value] | None = None) -> Needed:
    """One action on a resource whose ARN says who owns it."""
    return Needed(action, resource, keys or {}, owner_of(resource))

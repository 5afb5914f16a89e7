"""What `explain` is asked: a request and its policies, from options and files, or from a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from unassume.cli.given import read_given
from unassume.errors import InputError
from unassume.iam.check import Case, read_case
from unassume.iam.described import DescribedPolicies, DescribedRequest, Question, question
from unassume.iam.layers import Layers
from unassume.iam.values import UNKNOWN
from unassume.sources.blobs import LocalBlobs


def question_of(given: Mapping[str, Any]) -> Question:
    """The question that the options ask; InputError for what cannot be read."""
    pairs = [_pair(text) for text in given["keys"]]
    names = [key.lower() for key, _ in pairs]
    if len(set(names)) < len(names):
        raise InputError("a condition key is given twice with --context")
    request = DescribedRequest(
        principal=given["principal"],
        action=given["action"],
        resource=given["resource"],
        resource_account=given["resource_account"],
        context=dict(pairs),
        unknown_keys=list(given["unknown"]),
    )
    policies = DescribedPolicies(
        identity=_documents(given["identity"]) or [],
        resource=_document(given["resource_policy"]) if given["resource_policy"] else msgspec.Raw(b"null"),
        boundary=_documents(given["boundary"]),
        session=_documents(given["session_policy"]),
        scp=_levels(given["scp"]),
        rcp=_levels(given["rcp"]),
        endpoint=_documents(given["endpoint_policy"]),
    )
    with _naming_files(given):
        return question(request, policies, UNKNOWN)


def is_without_policies(asked: Question) -> bool:
    """Whether no policy at all was given."""
    return asked.layers == Layers()


@contextmanager
def _naming_files(given: Mapping[str, Any]) -> Iterator[None]:
    """Errors in a policy named after its file instead of its place in the question."""
    lists = {"identity": "identity", "boundary": "boundary", "session": "session_policy", "endpoint": "endpoint_policy"}
    files = {f"{place}[{n}]": name for place, option in lists.items() for n, name in enumerate(given[option])}
    files |= {f"{place}[{n}][0]": name for place in ("scp", "rcp") for n, name in enumerate(given[place])}
    files["resource"] = given["resource_policy"]
    try:
        yield
    except InputError as problem:
        place, colon, rest = problem.message.partition(":")
        if not colon or not files.get(place):
            raise
        raise InputError(f"{files[place]}:{rest}", hint=problem.hint) from None


def case_of(name: str, wanted: str | None) -> Question:
    """One case of a file of `unassume check`; InputError unless exactly one is meant."""
    lines = read_given(LocalBlobs(), name).splitlines()
    if not any(line.strip() for line in lines):
        raise InputError(f"`{name}` holds no case", hint="write one as docs/check.md describes it")
    cases = [read_case(line, number) for number, line in enumerate(lines, start=1) if line.strip()]
    found = [case for case in cases if wanted in (None, case.id)]
    if len(found) != 1:
        hint = f"name one with --id: {', '.join(case.id for case in cases[:5])}"
        told = f"no case `{wanted}`" if wanted else f"{len(cases)} cases"
        raise InputError(f"`{name}` holds {told}", hint=hint if cases else "")
    chosen: Case = found[0]
    return question(chosen.request, chosen.policies)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not (key and sign):
        raise InputError(f"`--context {text}` names no key and value", hint="write it as `aws:SourceIp=192.0.2.11`")
    return key, value


def _document(name: str) -> msgspec.Raw:
    return msgspec.Raw(read_given(LocalBlobs(), name))


def _documents(names: tuple[str, ...]) -> list[msgspec.Raw] | None:
    return [_document(name) for name in names] or None


def _levels(names: tuple[str, ...]) -> list[list[msgspec.Raw]] | None:
    return [[_document(name)] for name in names] or None

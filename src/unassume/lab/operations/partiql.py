"""Which table a PartiQL statement is about, and which action it is; what cannot be read is refused.

AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

from __future__ import annotations

import re

from unassume.lab.wire.refusals import not_implemented

_NAME = r'(?:"((?:[^"]|"")+)"(?:\."((?:[^"]|"")+)")?|([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?)'
_FORMS = (
    ("PartiQLSelect", re.compile(rf"\s*SELECT\s.*?\sFROM\s+{_NAME}(?=[\s;]|$)", re.IGNORECASE | re.DOTALL)),
    ("PartiQLInsert", re.compile(rf"\s*INSERT\s+INTO\s+{_NAME}\s+VALUE\b", re.IGNORECASE)),
    ("PartiQLUpdate", re.compile(rf"\s*UPDATE\s+{_NAME}\s+(?:SET|REMOVE)\b", re.IGNORECASE)),
    ("PartiQLDelete", re.compile(rf"\s*DELETE\s+FROM\s+{_NAME}(?=[\s;]|$)", re.IGNORECASE)),
)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)


def read_statement(text: object) -> tuple[str, str, str | None]:
    """The IAM action, the table and the index of one statement; a Refusal when it has another form.

    ASSUMPTION: whatever a text may hide from this reader (comments, FROM inside a literal, more than one statement)
    is refused, since moto might find another table in it.
    """
    statement = text if isinstance(text, str) else ""
    for action, form in _FORMS:
        match = form.match(statement)
        if match and _is_plain(statement, action):
            quoted, index, bare, bare_index = match.groups()
            return action, (quoted or bare).replace('""', '"'), index or bare_index
    raise not_implemented("this PartiQL statement, whose table it cannot tell")


def _is_plain(statement: str, action: str) -> bool:
    froms = len(_FROM.findall(statement))
    wanted = 1 if action in ("PartiQLSelect", "PartiQLDelete") else 0
    return froms == wanted and "--" not in statement and "/*" not in statement and ";" not in statement.rstrip(" \n;")

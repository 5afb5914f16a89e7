"""Whether the users and roles that a resource's policy names are there, as AWS asks when the policy is written.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
ASSUMPTION: principals of accounts that the lab does not hold are taken to exist, and so are unique ids, of which AWS
refuses those of users and roles that are gone.
"""

from __future__ import annotations

import re

from unassume.iam.statements import Policy
from unassume.lab.accounts.history import History
from unassume.lab.accounts.state import AccountView

_ARN = re.compile(r"arn:aws:(?:iam|sts)::(\d{12}):(user|role|assumed-role)/(.+)")


def absent_principal(policy: Policy, history: History) -> str | None:
    """The first user or role named in the policy that its account, which the lab holds, does not have; None if all."""
    entries = [entry for statement in policy.statements for entry in statement.principals or ()]
    return next((entry.text for entry in entries if entry.kind == "AWS" and _is_absent(entry.text, history)), None)


def _is_absent(text: str, history: History) -> bool:
    match = _ARN.fullmatch(text)
    if match is None or not history.holds(match[1]):
        return False
    return not _stands(text, match[2], match[3], history.newest(match[1]))


def _stands(text: str, kind: str, name: str, view: AccountView) -> bool:
    """AWS: a session's ARN has the name of its role without the path; ASSUMPTION: the role must be there for it too."""
    match kind:
        case "role":
            return view.role_at(text) is not None
        case "user":
            return any(user.arn == text for user in view.users.values())
        case _:
            return view.role_named(name.partition("/")[0]) is not None

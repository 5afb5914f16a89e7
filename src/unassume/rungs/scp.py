"""SCP: the sessions by name, denied by the organization, where no session of the account can take the deny away.

For a role or user that may write IAM: while a policy on it propagates, he who polls can delete it. The two rungs for
everybody on a role stand as SCPs too: they select as `older_sessions.py` and `hold.py` do.
AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import Selector
from unassume.rungs import session_name

NAME = "scp"
NEEDS = "a lead that names a session, and --organization-profile"
REMAINS = "assume the role again, if what he assumed it with leaked too; he cannot take this deny away"
NEEDS_A_ROLE = "a role, and --organization-profile"
AND_IT_STANDS = "; he cannot take this deny away"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """The same as by session name: an SCP binds all of the account, so each statement names whom it is for."""
    return session_name.selectors(lineage, holder_id, choices)

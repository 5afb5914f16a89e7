"""One person: every session of the role that bears his source identity, or his value of a session tag.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import SOURCE_IDENTITY, TAG, PersonSelector, Selector

NAME = "person"
NEEDS = "a source identity on every leaked session, or `--person-tag KEY` for a session tag that names the person"
REMAINS = "assume the role again as himself, or under another identity where the trust lets him choose one"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector per person the leaked sessions are of, on whichever role; none where one shows nobody's mark."""
    key = SOURCE_IDENTITY if choices.person_tag is None else f"{TAG}{choices.person_tag}"
    sessions = [lineage.session(one) for one in lineage.leaked]
    marks = {one.source_identity if choices.person_tag is None else one.tag(choices.person_tag) for one in sessions}
    named = sorted(filter(None, marks))
    return tuple(PersonSelector(key, mark) for mark in named) if named and len(named) == len(marks) else ()

"""Who wrote a role's or user's policies: the newest events of IAM that name it, from the event history."""

from __future__ import annotations

from datetime import timedelta

from unassume.aws.connection import Connection
from unassume.aws.lookups import PAGE, RegionLookup
from unassume.model.preflights import Answer, AskWrites
from unassume.trail.events import read_event
from unassume.trail.policy_writes import policy_writes

_REACH = timedelta(days=90)
_MOST_EVENTS, _MOST_CALLS = 3 * PAGE, 6  # a call that is throttled is repeated
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (where IAM's events are logged)
# AWS: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html (partitions)
_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def writes(connection: Connection, ask: AskWrites) -> Answer:
    """The writes among the newest events, 150 at most; what could not be read stands in `missing`.

    ASSUMPTION: LookupEvents lists IAM's writes under the bare name of the role or user, as the console shows them.
    """
    home = _HOME.get(ask.partition)
    if home is None:
        return Answer(missing=(f"where partition {ask.partition} logs IAM's calls is not known",))
    now = connection.now()
    lookup = RegionLookup(connection, home, now - _REACH, now, [("ResourceName", ask.subject.name)])
    for _ in range(_MOST_CALLS):
        pause = lookup.step()
        if lookup.is_done or len(lookup.texts) >= _MOST_EVENTS:
            break
        connection.clock.sleep(pause)
    if lookup.failure is not None:
        return Answer(missing=(lookup.failure.message,))
    events = [event for text in lookup.texts if (event := read_event(text)) is not None]
    older = (
        () if lookup.is_done else (f"the newest {len(lookup.texts)} events that name it were read, and no older ones",)
    )
    return Answer(writes=policy_writes(events, ask.subject), missing=older)

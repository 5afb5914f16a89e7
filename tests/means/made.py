"""Strategies for what our policies are made of."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from unassume.means.shapes import CANARY_PREFIX, is_person
from unassume.model.plans import CUT_OFF, UNTIL
from unassume.model.selectors import (
    SOURCE_IDENTITY,
    TAG,
    CanarySelector,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    SessionNameSelector,
)

_LETTERS = string.ascii_letters + string.digits + "_+=,.@-"
# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: [\w+=,.@-]{2,64}; thieves choose it
NAMES = st.text(_LETTERS, min_size=2, max_size=64) | st.sampled_from(
    [CUT_OFF, UNTIL, f"UnassumeUntil{UNTIL}", "UnassumeCanary", f"{CANARY_PREFIX}mine"]
)
ROLE_IDS = st.text(string.ascii_uppercase + string.digits, min_size=12, max_size=28).map("AROA".__add__)
PRINCIPALS = st.builds("{}:{}".format, ROLE_IDS, NAMES)
CANARIES = st.builds(
    "{}:{}{}".format, ROLE_IDS, st.just(CANARY_PREFIX), st.text("0123456789abcdef", min_size=12, max_size=12)
)
_TAGS = _LETTERS.replace(",", "") + ":/"
TAG_KEYS = st.text(_TAGS, min_size=1, max_size=40)
TAG_VALUES = st.text(_TAGS + " ", min_size=1, max_size=40)
CUT_OFFS = st.integers(1_600_000_000, 3_700_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def _issuance(principal: str, earliest: datetime, seconds: int) -> IssuanceSelector:
    return IssuanceSelector(principal, earliest, earliest + timedelta(seconds=seconds))


SELECTORS = st.lists(
    st.builds(SessionNameSelector, PRINCIPALS)
    | st.builds(_issuance, PRINCIPALS, CUT_OFFS, st.integers(1, 3))
    | st.builds(PersonSelector, st.just(SOURCE_IDENTITY), NAMES.filter(lambda name: is_person(SOURCE_IDENTITY, name)))
    | st.builds(PersonSelector, TAG_KEYS.map(TAG.__add__), TAG_VALUES)
    | st.builds(OlderSessionsSelector, st.just("") | ROLE_IDS)
    | st.builds(HoldSelector, st.just("") | ROLE_IDS)
    | st.builds(CanarySelector, CANARIES),
    min_size=1,
    max_size=6,
).map(tuple)
INCIDENTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)

"""Tokens of IAM users: found, cut on the user, the key behind them named or made inactive, put back by undo."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import EVERYTHING, KEITH, ROLE_ID, Scene, issuance, scene
from unassume.errors import InputError, RefusedError
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import FederatedLead, KeyLead, Lead, UserLead
from unassume.model.plans import Choices, Leaked, Plan, RungName
from unassume.model.previews import Verdict
from unassume.model.selectors import OlderSessionsSelector, SessionNameSelector
from unassume.model.sightings import Identity, Issuance, RawEvent, Use
from unassume.model.slots import AccessKeyStatus, UserInlinePolicy, UserManagedPolicy
from unassume.model.surveys import AccessKey, User
from unassume.report.plan import bound_words, plan_lines
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.plan import plan
from unassume.steps.preview import preview
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.steps.verify import verify

USER_ID, LONG_TERM, OTHER_KEY = "AIDAEXAMPLEKEITH00000", "AKIAEXAMPLEKEITH0000", "AKIAEXAMPLESPARE0000"
ARN = f"arn:aws:iam::{ACCOUNT}:user/team/keith"
TOKEN, GIVEN = "ASIAEXAMPLETOKEN0000", "ASIAEXAMPLEGIVEN0000"
TAKEN_AT, GIVEN_AT = START - timedelta(hours=3), START - timedelta(minutes=40)
KEITH_WITH_KEY = Identity(kind="IAMUser", account=ACCOUNT, arn=ARN, principal_id=USER_ID, key_id=LONG_TERM)
CONSENT = Consent(confirmed=frozenset({"keith"}))


def user(**more: object) -> User:
    fields: dict[str, object] = {
        "account": ACCOUNT, "name": "keith", "id": USER_ID, "arn": ARN, "path": "/team/", "inline": {}, "attached": {},
        "keys": (AccessKey(id=LONG_TERM, is_active=True), AccessKey(id=OTHER_KEY, is_active=True)), **more,
    }  # fmt: skip
    return User(**fields)  # type: ignore[arg-type]  # fields by name


def taken(at: datetime, key: str, *, name: str | None = None, user_id: str = USER_ID, arn: str = ARN) -> Issuance:
    """A token of GetSessionToken, or of GetFederationToken when a name is given."""
    text = f"{at} {key}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Issuance(
        origin="GetFederationToken" if name else "GetSessionToken", account=ACCOUNT, region="us-east-1", issued_at=at,
        caller=msgspec.structs.replace(KEITH_WITH_KEY, principal_id=user_id, arn=arn), holder_arn=arn,
        principal_id=f"{ACCOUNT}:{name}" if name else user_id, session_name=name or arn.rpartition("/")[2],
        user_id=user_id if name else None, key_ids=(key,), expires_at=at + timedelta(hours=12),
        raw=RawEvent(digest[:12], digest, text),
    )  # fmt: skip


def used(at: datetime, seen: datetime, key: str, **more: object) -> Use:
    """A call of the token, let through unless `more` says otherwise."""
    fields: dict[str, object] = {
        "account": ACCOUNT, "principal_arn": ARN, "principal_id": USER_ID, "session_name": "keith", "issued_at": at,
        "holder_arn": ARN, "key_ids": (key,), "calls": 1, "first_seen": seen, "last_seen": seen, **more,
    }  # fmt: skip
    return Use(**fields)  # type: ignore[arg-type]  # fields by name


def leaked_user(**more: object) -> Scene:
    """Keith took a token; his role session of the seed, which nobody saw taken with this key, is there too."""
    set_up = scene()
    set_up.accounts.users = {"keith": user(**more)}
    set_up.trail.seen += [
        taken(TAKEN_AT, TOKEN),
        used(TAKEN_AT, START - timedelta(minutes=9), TOKEN, last_allowed_at=START - timedelta(minutes=9)),
    ]
    return set_up


def with_portal() -> Scene:
    """And he gave one out to a portal, with the same key."""
    set_up = leaked_user()
    set_up.trail.seen.append(taken(GIVEN_AT, GIVEN, name="portal"))
    return set_up


def planned(
    set_up: Scene, lead: Lead, *, keys: bool = False, leaked: Leaked = "unknown", rung: RungName | None = None
) -> Plan:
    lineage = set_up.found(lead)
    choices = Choices(incident="inc-1", canary=True, deactivate_keys=keys, leaked=leaked, rung=rung)
    return plan(lineage, survey(lineage, set_up.world), choices)


def blocking(made: Plan) -> list[str]:
    return [f"{gap.what}: {gap.why}" for gap in made.gaps if gap.blocks_containment]


def selected(made: Plan) -> list[object]:
    texts = [change.after or "" for change in made.changes]
    return [one.selector for text in texts for one in our_statements(text) or ()]


def test_a_token_is_cut_on_its_user() -> None:
    """The deny names the user's id and a cut-off, stands on the user, and has no canary."""
    made = planned(leaked_user(), KeyLead(key_id=TOKEN))
    (change,) = made.changes
    assert isinstance(change.slot, UserInlinePolicy)
    assert (change.slot.user, change.holder_id, made.canaries) == ("keith", USER_ID, ())
    assert selected(made) == [SessionNameSelector(USER_ID)]


def test_what_he_gave_out_is_not_the_token() -> None:
    """Keith's other token has another id: it is shown and spared, and so is the role session of his name."""
    made = planned(with_portal(), KeyLead(key_id=TOKEN))
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    kinds = {session.id: session.kind for session in made.sessions}
    verdicts = {kinds[judgement.session_id]: judgement.verdict for judgement in seen.judgements}
    assert verdicts == {"token": Verdict.CUT, "federation": Verdict.SPARED}


@pytest.mark.parametrize("lead", [KeyLead(key_id=GIVEN), FederatedLead(account=ACCOUNT, name="portal")])
def test_a_token_given_out_is_cut_by_its_name(lead: Lead) -> None:
    """A federated session goes by account and name, and stands under the user who gave it out."""
    made = planned(with_portal(), lead)
    assert selected(made) == [SessionNameSelector(f"{ACCOUNT}:portal")]
    assert made.changes[0].holder_id == USER_ID


def test_one_name_given_out_by_two_users_is_ambiguous() -> None:
    """Two users may give out tokens of one name: which of them leaked has to be said."""
    set_up = with_portal()
    other = f"arn:aws:iam::{ACCOUNT}:user/mary"
    set_up.trail.seen.append(
        taken(GIVEN_AT, "ASIAEXAMPLEMARY00000", name="portal", user_id="AIDAEXAMPLEMARY", arn=other)
    )
    with pytest.raises(InputError, match="several users"):
        set_up.found(FederatedLead(account=ACCOUNT, name="portal"))
    found = set_up.found(KeyLead(key_id=GIVEN))
    assert {session.holder_id for session in found.sessions} == {USER_ID}


def test_a_user_alone_is_all_his_tokens() -> None:
    """Nobody said which token leaked: all of them up to the cut-off, and it wants the user typed."""
    set_up = leaked_user()
    made = planned(set_up, UserLead(account=ACCOUNT, name="keith"))
    assert selected(made) == [OlderSessionsSelector()]
    with pytest.raises(RefusedError, match="every older session of user `keith`"):
        apply(made, set_up.world, Consent(max_bystanders=None))


def test_the_key_behind_a_token_is_a_gap() -> None:
    """The key that took the token is active: not contained, said so; the user's spare key is not behind it."""
    made = planned(leaked_user(), KeyLead(key_id=TOKEN))
    (gap,) = blocking(made)
    assert gap.startswith(f"key {LONG_TERM}: it is active")


def test_all_keys_are_behind_a_token_nobody_saw_taken() -> None:
    """Where the trail does not tell which key took it, any active one may have."""
    set_up = leaked_user()
    set_up.trail.seen = [one for one in set_up.trail.seen if isinstance(one, Use)]
    assert [gap.partition(":")[0] for gap in blocking(planned(set_up, KeyLead(key_id=TOKEN)))] == [
        f"key {LONG_TERM}", f"key {OTHER_KEY}",
    ]  # fmt: skip


def test_told_that_one_session_leaked_the_key_is_a_note() -> None:
    """The responder's word that the token alone leaked leaves the key alone; it is still named."""
    made = planned(leaked_user(), KeyLead(key_id=TOKEN), leaked="session")
    assert blocking(made) == []
    assert any(gap.what == f"key {LONG_TERM}" for gap in made.gaps)


def test_an_inactive_key_is_no_way_back() -> None:
    """A key that no longer works takes no tokens."""
    keys = (AccessKey(id=LONG_TERM, is_active=False), AccessKey(id=OTHER_KEY, is_active=True))
    assert blocking(planned(leaked_user(keys=keys), KeyLead(key_id=TOKEN))) == []


def test_the_key_is_made_inactive_first() -> None:
    """Asked to, the plan stops the key before it writes the deny, so that no token is taken meanwhile."""
    made = planned(leaked_user(), KeyLead(key_id=TOKEN), keys=True)
    key, deny = made.changes
    assert key.slot == AccessKeyStatus(account=ACCOUNT, user="keith", key_id=LONG_TERM)
    assert (key.before, key.after) == ("Active", "Inactive")
    assert isinstance(deny.slot, UserInlinePolicy)
    assert blocking(made) == []


def test_a_key_wants_its_user_typed() -> None:
    """Whoever else uses the key stops as well: without the user typed nothing is written."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=True)
    with pytest.raises(RefusedError, match=f"makes key {LONG_TERM} of user `keith` inactive"):
        apply(made, set_up.world)
    assert set_up.accounts.writes == []


def proved(set_up: Scene, made: Plan) -> Evidence | Wait:
    """Applied, the thief refused on his token a minute later, and looked at when the trail has gone past that."""
    receipt = apply(made, set_up.world, CONSENT)
    at = START + timedelta(minutes=1)
    refused = used(TAKEN_AT, at, TOKEN, denied=1, explicit_denies=1, first_explicit_deny_at=at)
    set_up.trail.seen.append(refused)
    set_up.clock.at = at + timedelta(minutes=5)
    return verify(receipt, set_up.world)


def test_key_and_token_stopped_are_contained() -> None:
    """The token's own refusal proves the deny, and the key is no way back any more."""
    set_up = leaked_user()
    found = proved(set_up, planned(set_up, KeyLead(key_id=TOKEN), keys=True))
    assert isinstance(found, Evidence)
    assert found.contained


def test_a_key_left_active_is_not_contained() -> None:
    """The deny holds, yet whoever has the key takes another token: verify says so by the account as it is."""
    set_up = leaked_user()
    found = proved(set_up, planned(set_up, KeyLead(key_id=TOKEN)))
    evidence = found.evidence if isinstance(found, Wait) else found
    assert not evidence.contained
    assert any(f"key {LONG_TERM}" in one.detail for one in evidence.proofs)


def test_a_key_made_inactive_by_hand_since_is_seen() -> None:
    """What the plan named as open is judged anew: the key was stopped by somebody else meanwhile."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN))
    set_up.accounts.edit(AccessKeyStatus(account=ACCOUNT, user="keith", key_id=LONG_TERM), "Inactive")
    found = proved(set_up, made)
    assert isinstance(found, Evidence)
    assert found.contained


def test_a_key_that_works_again_is_lost() -> None:
    """Somebody made the key active again: our change no longer stands."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=True)
    receipt = apply(made, set_up.world, CONSENT)
    set_up.accounts.edit(made.changes[0].slot, "Active")
    set_up.clock.at += timedelta(minutes=5)
    found = verify(receipt, set_up.world)
    evidence = found.evidence if isinstance(found, Wait) else found
    assert not evidence.contained
    assert "no longer as written" in evidence.proofs[0].detail


def test_undo_puts_the_key_back_last_and_only_if_reopened() -> None:
    """The deny goes first, the key works again after it; and that wants `--reopen`, whenever it is."""
    set_up = leaked_user()
    receipt = apply(planned(set_up, KeyLead(key_id=TOKEN), keys=True), set_up.world, CONSENT)
    set_up.clock.at += timedelta(hours=40)
    back = undo(receipt, set_up.world)
    assert [isinstance(change.slot, AccessKeyStatus) for change in back.changes] == [False, True]
    with pytest.raises(RefusedError, match="active again"):
        apply(back, set_up.world)
    apply(back, set_up.world, Consent(reopen=True))
    held = set_up.accounts.users["keith"]
    assert set_up.accounts.survey(held.subject) == held


def test_undo_asks_nobody_about_bystanders() -> None:
    """Putting back needs no look at the trail, also where a key works again: an unreadable one does not hold it up."""
    set_up = leaked_user()
    receipt = apply(planned(set_up, KeyLead(key_id=TOKEN), keys=True), set_up.world, CONSENT)
    set_up.trail.is_unreadable = True
    asked = len(set_up.trail.asked)
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert len(set_up.trail.asked) == asked


def test_asked_for_keys_of_a_role_the_plan_says_so() -> None:
    """There is no key behind a role's session that the plan could stop: a note, not silence."""
    made = planned(leaked_user(), KEITH, keys=True)
    assert [gap.what for gap in made.gaps] == ["--deactivate-keys"]


def test_a_key_somebody_deleted_meanwhile_does_not_hold_up_the_undo() -> None:
    """Deleted since, the key cannot be put back: nothing is written for it, the rest is undone, and it is told."""
    set_up = leaked_user()
    receipt = apply(planned(set_up, KeyLead(key_id=TOKEN), keys=True), set_up.world, CONSENT)
    set_up.accounts.users["keith"] = user(keys=())
    undone = apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert (undone.is_complete, undone.begun.absent) == (True, (1,))
    assert all(not isinstance(slot, AccessKeyStatus) for slot, _, after in set_up.accounts.writes if after == "Active")
    assert set_up.receipt(receipt.id).undone_by == undone.id
    assert set_up.accounts.users["keith"].keys == ()


@pytest.mark.parametrize(("before", "after"), [("Inactive", "Active"), ("Active", None), (None, "Active")])
def test_a_plan_file_may_not_make_a_key_work(before: str | None, after: str | None) -> None:
    """A plan that would make a key active, or remove or create one, is no cut."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=True)
    forged = msgspec.structs.replace(made.changes[0], before=before, after=after)
    with pytest.raises(RefusedError, match="never does"):
        apply(msgspec.structs.replace(made, changes=(forged, made.changes[1])), set_up.world, EVERYTHING)


@pytest.mark.parametrize("keys", [True, False])
def test_our_own_user_is_never_cut(keys: bool) -> None:
    """A token or key of the user we act as may be ours: refused, whatever is agreed to."""
    set_up = leaked_user()
    set_up.accounts.who = msgspec.structs.replace(set_up.accounts.who, arn=ARN, user_id=USER_ID)
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=keys)
    with pytest.raises(RefusedError, match="your own"):
        apply(made, set_up.world, EVERYTHING)


def test_a_user_without_room_gets_a_managed_policy() -> None:
    """A user's inline quota is small: a managed policy takes the cut where it is used up."""
    made = planned(leaked_user(inline={"full": "x" * 2_048}), KeyLead(key_id=TOKEN))
    assert isinstance(made.changes[0].slot, UserManagedPolicy)


def test_a_group_that_lets_the_user_remove_our_deny_is_said() -> None:
    """What a group allows counts: a user who may write IAM takes our deny away; not contained."""
    powers = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}'
    made = planned(leaked_user(of_groups={"admins/all": powers}), KeyLead(key_id=TOKEN), keys=True)
    assert any("could remove our deny" in told for told in blocking(made))


def test_what_the_token_assumed_is_cut_on_the_role() -> None:
    """A role session taken with the leaked token is the thief's: cut by its name on that role, in the same plan."""
    set_up = leaked_user()
    caller = msgspec.structs.replace(KEITH_WITH_KEY, key_id=TOKEN, issued_at=TAKEN_AT)
    set_up.trail.seen.append(issuance("build-7", START - timedelta(minutes=20), "ASIAEXAMPLEBUILD0000", caller=caller))
    made = planned(set_up, KeyLead(key_id=TOKEN))
    assert [change.holder_id for change in made.changes] == [USER_ID, ROLE_ID]
    assert SessionNameSelector(f"{ROLE_ID}:build-7") in selected(made)


def direct() -> Issuance:
    """A role session taken with the long-term key."""
    return issuance("direct", START - timedelta(minutes=20), "ASIAEXAMPLEBUILD0000", caller=KEITH_WITH_KEY)


def test_what_the_key_assumed_is_not_of_the_token() -> None:
    """It is not cut with the token; yet whoever held the key has it, so it is no containment while it may live."""
    set_up = leaked_user()
    set_up.trail.seen.append(direct())
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=True)
    assert [change.holder_id for change in made.changes] == [USER_ID, USER_ID]
    assert [told for told in blocking(made) if "`direct` of role `DataAnalyst`" in told]
    assert not [told for told in blocking(planned(set_up, KeyLead(key_id=TOKEN), leaked="session")) if "direct" in told]


def test_what_the_key_gave_since_the_plan_is_not_contained() -> None:
    """Verify looks for it anew: taken with the key before it was stopped, it lives on."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN), keys=True)
    assert blocking(made) == []
    set_up.trail.seen.append(direct())
    found = proved(set_up, made)
    evidence = found.evidence if isinstance(found, Wait) else found
    assert not evidence.contained
    assert any("issued with the key behind" in one.detail for one in evidence.proofs)


def test_a_hold_stops_the_user_whole() -> None:
    """A hold has no time in it: long-term keys and console too, and the user is typed first."""
    set_up = leaked_user()
    made = planned(set_up, KeyLead(key_id=TOKEN), rung="hold")
    with pytest.raises(RefusedError, match="denies everybody on user `keith`"):
        apply(made, set_up.world, Consent(max_bystanders=None))


def test_a_user_is_told_to_take_a_token() -> None:
    """Nobody assumes a user: what brings him back is a new token."""
    made = planned(leaked_user(), KeyLead(key_id=TOKEN))
    assert any("take a new token only after it" in line for line in plan_lines(made))
    assert "take a new token after it" in bound_words(made, START)

"""--close-trust: whom a provider vouched for is shut out of the role, all or none, and nobody else's text moves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import EVERYTHING, KEITH, ROLE_ID, ROLE_NAME, Scene, issuance, made_role, proof, scene
from unassume.errors import PartialError, RefusedError, StaleError
from unassume.means.splice import with_statement
from unassume.means.trust import our_trust, statement_name, written
from unassume.model.evidence import Wait
from unassume.model.leads import RoleLead, SeveralLeads
from unassume.model.plans import Change, Plan
from unassume.model.sightings import FederatedSubject, Identity
from unassume.model.slots import RoleTrustStatement
from unassume.model.surveys import Role
from unassume.steps.apply import apply, resume
from unassume.steps.guards import Consent
from unassume.steps.prune import prune
from unassume.steps.report import report
from unassume.steps.status import status
from unassume.steps.undo import undo
from unassume.steps.verify import verify

OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"
SHOP = FederatedSubject(provider=OIDC, subject="repo:acme/shop:ref:refs/heads/main")
ALLOW = {"Effect": "Allow", "Principal": {"Federated": OIDC}, "Action": "sts:AssumeRoleWithWebIdentity"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": ALLOW}, indent=3)
RUN = KEITH.session_name


def pipeline(name: str = RUN, subject: FederatedSubject | None = SHOP, **more: Any) -> Any:
    caller = Identity(kind="WebIdentityUser")
    at = more.pop("at", START - timedelta(hours=2))
    made = issuance(name, at, f"ASIAEXAMPLE{at:%H%M%S}{name.upper():0<6}"[:20], caller=caller)
    return msgspec.structs.replace(made, origin="AssumeRoleWithWebIdentity", federated=subject, **more)


def entered(*more: Any, trust: str = TRUST, first: Any = None) -> Scene:
    """The leaked session was begun with a provider's token; `more` are further sightings."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(trust=trust)
    set_up.trail.seen = [one for one in set_up.trail.seen if one.session_name != RUN]
    set_up.trail.seen += [first or pipeline(), *more]
    return set_up


def closed(set_up: Scene, lead: Any = KEITH) -> Plan:
    return set_up.planned(lead, close_trust=True)


def statement(made: Plan) -> Change:
    return next(one for one in made.changes if isinstance(one.slot, RoleTrustStatement))


def trust(set_up: Scene) -> str:
    role = set_up.accounts.survey(made_role().subject)
    assert isinstance(role, Role)
    return role.trust


def why_not(made: Plan) -> str:
    assert not any(isinstance(one.slot, RoleTrustStatement) for one in made.changes)
    return next(
        gap.why for gap in made.gaps if gap.what == f"--close-trust on role `{ROLE_NAME}`" and gap.blocks_containment
    )


def test_it_is_one_change_more_before_the_cut() -> None:
    """A deny of the very subject, by name of the incident, and the cut of the session after it."""
    made = closed(entered())
    ours = our_trust(made.changes[0].after or "")
    assert ours is not None
    assert (ours.provider, ours.subjects, ours.until) == (OIDC, (SHOP.subject,), None)
    assert len(made.changes) == 2
    assert made.changes[0].holder_id == ROLE_ID


def test_without_it_the_way_back_is_named_and_with_it_no_more() -> None:
    """Then only other names at the provider are left, and said so."""
    set_up = entered()
    open_ = [way.what for way in set_up.planned().ways_back]
    shut = [way.what for way in closed(set_up).ways_back]
    assert any(SHOP.subject in what and "can begin a session" in what for what in open_)
    assert not any("can begin a session" in what for what in shut)
    assert any(f"under another name than `{SHOP.subject}`" in what for what in shut)


def test_two_subjects_of_two_providers_take_two_statements() -> None:
    """And two of one provider share one."""
    docs = FederatedSubject(provider=OIDC, subject="repo:acme/docs")
    keith = FederatedSubject(provider=SAML, subject="keith")
    more = [pipeline(subject=one, at=START - timedelta(minutes=n)) for n, one in enumerate((docs, keith), 30)]
    made = closed(entered(*more))
    found = [our_trust(one.after or "") for one in made.changes if isinstance(one.slot, RoleTrustStatement)]
    assert [(one.provider, one.subjects) for one in found if one] == [
        (OIDC, (docs.subject, SHOP.subject)), (SAML, ("keith",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("set_up", "why"),
    [
        (lambda: scene(), "begun by AssumeRole"),
        (lambda: entered(first=pipeline(subject=None)), "does not tell"),
        (lambda: entered(issuance(RUN, START - timedelta(minutes=50), "ASIAEXAMPLESECOND000")), "begun by AssumeRole"),
        (lambda: entered(first=pipeline(subject=msgspec.structs.replace(SHOP, is_lasting=False))), "transient"),
        (lambda: entered(first=pipeline(subject=msgspec.structs.replace(SHOP, subject="${aws:x}"))), "cannot be writ"),
        (lambda: entered(first=pipeline(subject=msgspec.structs.replace(SHOP, provider="www.amazon.com"))), "known"),
        (lambda: entered(trust=TRUST.replace("{", '{"Id": "' + "x" * 1700 + '",', 1)), "of 2048 characters"),
        (lambda: entered(trust=TRUST.replace("{", '{"Id": "' + "x" * 3900 + '",', 1)), "of 4096 characters"),
        (lambda: entered(trust="nothing"), "cannot be read"),
        (lambda: entered(trust=TRUST.replace('"Federated": ', '"AWS": "AIDAEXAMPLEDELETED000", "F": ')), "deleted"),
    ],
)  # fmt: skip
def test_where_one_cannot_be_shut_out_none_is(set_up: Any, why: str) -> None:
    """The cut stands all the same; that the trust stays open is not cut, with the reason."""
    made = closed(set_up())
    assert why in why_not(made)
    assert made.changes


def test_a_role_alone_names_nobody() -> None:
    """Nobody said which session leaked: there is nobody to shut out."""
    assert "nobody knows whom" in why_not(closed(entered(), RoleLead(name=ROLE_NAME)))


def test_what_the_leaked_session_issued_itself_needs_no_closing() -> None:
    """A role that trusts itself: nobody came in by the second session but the first, and that one is shut out."""
    at = START - timedelta(hours=2)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/{RUN}"
    who = Identity(
        kind="AssumedRole", account=ACCOUNT, arn=arn, principal_id=f"{ROLE_ID}:{RUN}", issued_at=at,
        key_id=pipeline().key_ids[0],
    )  # fmt: skip
    made = closed(entered(issuance("juggler", START - timedelta(minutes=20), "ASIAEXAMPLEJUGGLER00", caller=who)))
    ours = our_trust(statement(made).after or "")
    assert ours is not None
    assert ours.subjects == (SHOP.subject,)
    assert not any(gap.what.startswith("--close-trust") for gap in made.gaps)


def test_it_wants_the_role_typed() -> None:
    """Its owner cannot come in either: a yes is not enough."""
    set_up = entered()
    made = closed(set_up)
    with pytest.raises(RefusedError, match="lets nobody in any more"):
        apply(made, set_up.world)
    apply(made, set_up.world, Consent(confirmed=frozenset({ROLE_NAME})))
    assert set_up.receipt().is_complete


def test_a_protected_role_is_not_closed_by_the_way() -> None:
    """Whoever rescues an account by it is asked about by name."""
    set_up = entered()
    set_up.accounts.roles["break-glass"] = made_role("break-glass", "AROAEXAMPLEGLASS0000", trust=TRUST)
    made = msgspec.structs.replace(
        closed(set_up), changes=(_moved(statement(closed(set_up)), "break-glass", "AROAEXAMPLEGLASS0000"),), canaries=()
    )
    with pytest.raises(RefusedError):
        apply(made, set_up.world, Consent(confirmed=frozenset({"break-glass"})))


def test_what_others_write_meanwhile_stays() -> None:
    """An edit of the trust since the plan makes it not stale, and is there after apply and after undo."""
    set_up = entered()
    made = closed(set_up)
    theirs = with_statement(TRUST, '{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:*"}')
    set_up.accounts.roles[ROLE_NAME] = made_role(trust=theirs)
    receipt = apply(made, set_up.world, EVERYTHING)
    assert len(json.loads(trust(set_up))["Statement"]) == 3
    apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert trust(set_up) == theirs


def test_the_receipt_holds_the_whole_trust_of_before() -> None:
    """With its digest, whatever becomes of the role."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    assert [one.text for one in receipt.begun.documents] == [TRUST]


def test_an_edited_statement_of_ours_is_left_alone() -> None:
    """Undo finds it stale; verify says that it is not as written; status that somebody edited it."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    change = receipt.begun.changes[0]
    set_up.accounts.edit(change.slot, (change.after or "").replace("StringEquals", "StringLike"))
    with pytest.raises(StaleError):
        apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert not proof(verify(receipt, set_up.world), "policies-stand")
    assert "edited" in {one.state for one in status(set_up.world).ours}


def test_a_lost_statement_is_told() -> None:
    """Somebody wrote the trust from an older copy: verify and status say what is gone."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    set_up.accounts.edit(receipt.begun.changes[0].slot, None)
    assert not proof(verify(receipt, set_up.world), "policies-stand")
    assert any("trust policy" in one.what for one in status(set_up.world).leftovers)


def test_a_write_that_somebody_took_away_at_once_is_made_again() -> None:
    """Within the time a read may lag; a thief, or a pipeline, that goes on doing so is reported."""
    set_up = entered()
    made = closed(set_up)
    slot = statement(made).slot
    taken: list[bool] = []

    def take_away(written_to: Any) -> None:
        if written_to == slot and not taken:
            taken.append(True)
            set_up.accounts.edit(slot, None)

    set_up.accounts.after_write = take_away
    assert apply(made, set_up.world, EVERYTHING).is_complete
    assert trust(set_up) != TRUST
    set_up = entered()
    set_up.accounts.after_write = lambda written_to: set_up.accounts.edit(statement(made).slot, None)
    with pytest.raises(PartialError, match="does not read back"):
        apply(made, set_up.world, EVERYTHING)
    set_up.accounts.after_write = None
    assert resume(set_up.receipt(), set_up.world, EVERYTHING).is_complete


def test_whoever_began_again_all_the_same_is_not_contained() -> None:
    """Under another name too: the trust was to shut him out. Without the statement it is a note."""
    for is_closed in (True, False):
        set_up = entered()
        made = set_up.planned(close_trust=is_closed)
        receipt = apply(made, set_up.world, EVERYTHING)
        set_up.clock.at += timedelta(minutes=5)
        set_up.trail.seen.append(pipeline("deploy-8", at=START + timedelta(minutes=1)))
        found = verify(receipt, set_up.world)
        evidence = found.evidence if isinstance(found, Wait) else found
        told = {one.name: one for one in evidence.proofs}["nothing-left"]
        assert ("trust is to shut out" in told.detail) is is_closed
        assert any("--close-trust" in note for note in evidence.notes) is not is_closed


FORGED = {
    "an Allow": lambda text: text.replace('"Deny"', '"Allow"'),
    "everybody": lambda text: text.replace("StringEquals", "StringLike").replace(SHOP.subject, "*"),
    "bound": lambda text: text.replace("UNASSUME-UNTIL", "20361125T060000Z"),
    "another's provider": lambda text: text.replace(ACCOUNT, "444455556666"),
    "another name": lambda text: text.replace("ForincZd", "ForincZdX"),
    "nothing": lambda text: None,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_plan_file_with_anything_else_for_a_trust_is_refused(forge: Any) -> None:
    """Only a deny of exactly our shape, open, of a provider of the role's own account."""
    set_up = entered()
    made = closed(set_up)
    first, *rest = made.changes
    forged = msgspec.structs.replace(first, after=forge(first.after or ""))
    with pytest.raises(RefusedError, match="trust policy"):
        apply(msgspec.structs.replace(made, changes=(forged, *rest)), set_up.world, EVERYTHING)
    assert trust(set_up) == TRUST


def test_an_undo_that_would_take_out_a_statement_of_others_is_refused() -> None:
    """A forged undo names our slot and somebody else's text."""
    set_up = entered()
    made = undo(apply(closed(set_up), set_up.world, EVERYTHING), set_up.world)
    forged = msgspec.structs.replace(statement(made), before=json.dumps(ALLOW))
    with pytest.raises(RefusedError, match="trust policy"):
        apply(msgspec.structs.replace(made, changes=(forged,)), set_up.world, EVERYTHING)


def test_undo_asks_to_reopen_and_puts_the_text_back() -> None:
    """Byte for byte, a lone statement outside a list too."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    with pytest.raises(RefusedError, match="lets him in again"):
        apply(undo(receipt, set_up.world), set_up.world, Consent(confirmed=frozenset({ROLE_NAME})))
    apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert trust(set_up) == TRUST


def test_the_report_says_until_when_and_to_whom() -> None:
    """The statement is needed as long as the cut, and whom it keeps out is told so."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    made = report(set_up.journal.entries(receipt.id))
    assert len({cut.until for cut in made.cuts}) == 1
    assert any(SHOP.subject in told and "kept out" in told for told in made.messages[0].paragraphs)


def test_it_is_pruned_when_its_sid_says_so() -> None:
    """Not before, and with the cut it came with."""
    set_up = entered()
    apply(closed(set_up), set_up.world, EVERYTHING)
    assert {(one.incident, one.state) for one in status(set_up.world).ours} == {("inc-1", "needed")}
    assert prune(status(set_up.world), set_up.world).changes == ()
    set_up.clock.at += timedelta(hours=37)
    made = prune(status(set_up.world), set_up.world, "inc-1")
    assert [change.holder_id for change in made.changes] == [ROLE_ID] * len(made.changes)
    assert len(made.changes) == 2
    apply(made, set_up.world, EVERYTHING)
    assert (trust(set_up), set_up.accounts.slots) == (TRUST, {})


def test_a_prune_of_what_is_needed_is_refused() -> None:
    """Whatever its plan file says."""
    set_up = entered()
    receipt = apply(closed(set_up), set_up.world, EVERYTHING)
    made = undo(receipt, set_up.world)
    forged = msgspec.structs.replace(made, purpose="prune", undoes=None, changes=made.changes[-1:])
    with pytest.raises(RefusedError, match="may still be needed"):
        apply(forged, set_up.world, EVERYTHING)


def _moved(change: Change, role: str, role_id: str) -> Change:
    name = statement_name("inc-1", role)
    slot = RoleTrustStatement(account=ACCOUNT, role=role, statement=name)
    return Change(slot=slot, holder_id=role_id, before=None, after=written(name, OIDC, (SHOP.subject,)))


def test_what_the_shut_out_began_under_another_name_blocks_containment() -> None:
    """His identity leaked: a session of his that no lead names is told, and verify does not call it contained."""
    set_up = entered(pipeline("deploy", at=START - timedelta(hours=1)))
    made = closed(set_up)
    assert [gap.what for gap in made.gaps if "shut out" in gap.why] == [f"session `deploy` of role `{ROLE_NAME}`"]
    receipt = apply(made, set_up.world, EVERYTHING)
    set_up.clock.sleep(120)
    found = verify(receipt, set_up.world)
    evidence = found.evidence if isinstance(found, Wait) else found
    assert "shut out" in next(one.detail for one in evidence.proofs if one.name == "nothing-left")
    both = closed(set_up, SeveralLeads(leads=(KEITH, msgspec.structs.replace(KEITH, session_name="deploy"))))
    assert not [gap for gap in both.gaps if "shut out" in gap.why]

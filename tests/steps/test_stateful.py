"""Any sequence of cuts, crashes, resumes, undos, prunes and other people's edits keeps what was promised.

Other people's policies stay byte for byte; nothing of ours allows anything; quotas hold; every receipt can be read;
what somebody edited of ours is left as he left it; and when all is undone the account is as at the start.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tests.crash.mortal import Died, Life, mortal
from tests.steps.made import EVERYTHING, FOREIGN, KEITH, ROLE_NAME, WORK, Scene, made_role, scene
from unassume.errors import InputError, PartialError, UnassumeError
from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import POLICY_PREFIX, our_statements
from unassume.model.plans import Plan, RungName
from unassume.model.receipts import Receipt, fold
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy, Slot
from unassume.steps.apply import apply, resume
from unassume.steps.prune import prune
from unassume.steps.status import status
from unassume.steps.undo import undo

RUNGS: list[RungName] = ["issuance", "session-name", "older-sessions", "hold"]
FOREIGN_TEXTS = [WORK, FOREIGN, "x" * 5_000]
NOBODY = "{}"


class Incident(RuleBasedStateMachine):
    """One role, several responders, other people's hands, and processes that die."""

    plans = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        self.set_up: Scene = scene()
        self.others = {"work": WORK}
        self.edited: dict[Slot, str | None] = {}
        self._let_stand()

    def _let_stand(self) -> None:
        self.set_up.accounts.roles[ROLE_NAME] = made_role(inline=dict(self.others))

    def _step(self) -> None:
        self.set_up.clock.at += timedelta(seconds=2)

    def _receipts(self) -> list[Receipt]:
        found = []
        for entries in self.set_up.journal.kept.values():
            try:
                found.append(fold(entries))
            except InputError:
                assert entries == []  # opened by a process that died before its first entry
        return found

    @rule(target=plans, rung=st.sampled_from(RUNGS), canary=st.booleans())
    def plan(self, rung: RungName, *, canary: bool) -> Plan:
        self._step()
        return self.set_up.planned(KEITH, rung=rung, canary=canary)

    @rule(made=consumes(plans), dies_at=st.none() | st.integers(1, 12))
    def apply_late(self, made: Plan, dies_at: int | None) -> None:
        self.apply(made, dies_at)

    def apply(self, made: Plan, dies_at: int | None) -> None:
        self._step()
        world = self.set_up.world
        if dies_at is not None:
            world = mortal(world, self.set_up.accounts, self.set_up.journal, Life(dies_at))
        with suppress(UnassumeError, Died):
            apply(made, world, EVERYTHING)

    @rule(rung=st.sampled_from(RUNGS), canary=st.booleans(), dies_at=st.none() | st.integers(1, 12))
    def cut(self, rung: RungName, dies_at: int | None, *, canary: bool) -> None:
        """Planned and applied at once, as is usual."""
        self.apply(self.set_up.planned(KEITH, rung=rung, canary=canary), dies_at)

    @rule(number=st.integers(0, 10))
    def resume(self, number: int) -> None:
        self._step()
        if receipts := self._receipts():
            with suppress(UnassumeError):
                resume(receipts[number % len(receipts)], self.set_up.world, EVERYTHING)

    @rule(number=st.integers(0, 10))
    def undo(self, number: int) -> None:
        self._step()
        if receipts := self._receipts():
            self._undone(receipts[number % len(receipts)])

    def _undone(self, receipt: Receipt) -> None:
        try:
            apply(undo(receipt, self.set_up.world), self.set_up.world, EVERYTHING)
        except PartialError:
            raise
        except UnassumeError:
            pass

    @rule(name=st.sampled_from(["work", "more", "full"]), text=st.sampled_from(FOREIGN_TEXTS) | st.none())
    def somebody_edits_his_own(self, name: str, text: str | None) -> None:
        self.others.pop(name, None)
        if text is not None:
            self.others[name] = text
        self._let_stand()

    @rule(number=st.integers(0, 5), text=st.sampled_from([FOREIGN, None]))
    def somebody_edits_ours(self, number: int, text: str | None) -> None:
        if slots := sorted(self.set_up.accounts.slots, key=str):
            slot = slots[number % len(slots)]
            self.set_up.accounts.edit(slot, text)
            self.edited[slot] = text

    @rule(hours=st.sampled_from([1, 30, 40]))
    def time_passes(self, hours: int) -> None:
        self.set_up.clock.at += timedelta(hours=hours)

    @rule()
    def prune(self) -> None:
        self._step()
        made = prune(status(self.set_up.world), self.set_up.world)
        needed = {
            one.slot for one in status(self.set_up.world).ours if one.state in ("needed", "hold", "edited") and one.slot
        }
        assert not needed & {change.slot for change in made.changes}
        if made.changes:
            apply(made, self.set_up.world)

    @invariant()
    def others_are_untouched(self) -> None:
        assert self.set_up.accounts.roles[ROLE_NAME].inline == self.others

    @invariant()
    def nothing_of_ours_allows(self) -> None:
        for slot, text in self.set_up.accounts.slots.items():
            assert isinstance(slot, RoleInlinePolicy | RoleManagedPolicy)
            assert slot.policy.startswith(POLICY_PREFIX)
            assert our_statements(text) is not None or self.edited.get(slot) == text

    @invariant()
    def what_somebody_edited_is_left(self) -> None:
        """An edit to something else stays; a deletion may be made good by a resume, which writes what was agreed."""
        for slot, text in self.edited.items():
            assert text is None or self.set_up.accounts.slots.get(slot) == text

    @invariant()
    def receipts_can_be_read(self) -> None:
        assert all(msgspec.json.encode(receipt) for receipt in self._receipts())

    @invariant()
    def our_own_writes_keep_the_quota(self) -> None:
        """Ours never take what the others leave; what they add afterwards is theirs to answer for."""
        ours = [text for slot, text in self.set_up.accounts.slots.items() if isinstance(slot, RoleInlinePolicy)]
        assert sum(map(measure, ours)) <= LIMITS["role"]

    def teardown(self) -> None:
        """Undo whatever is left: the account is as at the start, but for what somebody put in our place."""
        for receipt in self._receipts():
            if receipt.plan.purpose == "cut":
                self._step()
                self._undone(fold(self.set_up.journal.kept[receipt.id]))
        left = {slot for slot in self.set_up.accounts.slots if self.edited.get(slot) is None}
        assert left == set()
        self.others_are_untouched()


Incident.TestCase.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestIncident = Incident.TestCase

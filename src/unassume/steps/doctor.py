"""doctor: would it work, tonight, with these credentials and on this disk? Nothing is written to an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from unassume.errors import AccessError, InputError, TrailError, UnassumeError
from unassume.model.checkups import CheckState, CheckUp, Need
from unassume.model.sightings import Ask, Coverage
from unassume.model.surveys import Caller
from unassume.ports import Permissions, StateFolder, World
from unassume.steps.needs import NEEDS, resource_of

SKEW_WARNS, SKEW_FAILS = timedelta(seconds=30), timedelta(minutes=5)
"""AWS refuses signatures that are more than 5 minutes off.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""
LATE = timedelta(minutes=15)
SOON = timedelta(hours=1)
_SOME_ROLE = "unassume-doctor"


def doctor(
    world: World, permissions: Permissions, folder: StateFolder, *, version: str, role: str | None = None
) -> tuple[CheckUp, ...]:
    """Each thing looked at, in the order in which an incident needs it; never raises for what it finds broken."""
    found = [_checked("version", "ok", version), _state(folder)]
    caller, problem = _caller(world)
    found += [_credentials(caller, problem, permissions, world), _clock(world)]
    if caller is None:
        return *found, _checked("trail, permissions", "warn", "not looked at: there are no usable credentials")
    found += _trail(world)
    return *found, *(_permitted(need, permissions, caller, role) for need in NEEDS)


def _checked(name: str, state: CheckState, detail: str, advice: str = "") -> CheckUp:
    return CheckUp(name=name, state=state, detail=detail, advice=advice)


def _state(folder: StateFolder) -> CheckUp:
    name = "state directory"
    try:
        place = folder.try_out()
    except (AccessError, InputError) as error:
        return _checked(name, "fail", error.message, error.hint)
    if not folder.is_private():
        return _checked(name, "warn", f"others may look into {place}", f"chmod 700 {place}")
    return _checked(name, "ok", f"{place}: written, synced and removed a file")


def _caller(world: World) -> tuple[Caller | None, UnassumeError | None]:
    try:
        return world.accounts.caller(), None
    except (AccessError, InputError) as error:
        return None, error


def _credentials(
    caller: Caller | None, problem: UnassumeError | None, permissions: Permissions, world: World
) -> CheckUp:
    name = "credentials"
    if caller is None:
        return _checked(name, "fail", problem.message if problem else "none", problem.hint if problem else "")
    ends_at = _ends_at(permissions)
    who = f"{caller.arn} in partition {caller.partition}"
    if caller.arn.endswith(":root"):
        return _checked(name, "warn", f"{who}: the root user", "use a role or a user that holds doctor --policy")
    if ends_at is None:
        return _checked(name, "ok", f"{who}; when they expire is not known, or they do not")
    left = ends_at - world.accounts.now()
    words = f"{who}; they expire at {ends_at:%Y-%m-%d %H:%M:%SZ}"
    return _checked(name, "ok", words) if left >= SOON else _checked(name, "warn", words, "sign in again before a cut")


def _ends_at(permissions: Permissions) -> datetime | None:
    try:
        return permissions.ends_at()
    except (AccessError, InputError):
        return None


def _clock(world: World) -> CheckUp:
    name = "clock"
    try:
        skew = world.clock.now() - world.accounts.now()
    except (AccessError, InputError):
        return _checked(name, "warn", "not known: AWS did not answer")
    words = f"{abs(skew).total_seconds():.0f} s {'ahead of' if skew > timedelta(0) else 'behind'} AWS's"
    if abs(skew) > SKEW_FAILS:
        return _checked(name, "fail", f"{words}: AWS refuses signatures that are 5 minutes off", "set the clock (NTP)")
    if abs(skew) > SKEW_WARNS:
        return _checked(name, "warn", words, "set the clock (NTP); cut-offs go by AWS's clock all the same")
    return _checked(name, "ok", f"within {SKEW_WARNS.total_seconds():.0f} s of AWS's")


def _trail(world: World) -> list[CheckUp]:
    """The newest event of every region, by a lookup without attributes."""
    advice = "allow cloudtrail:LookupEvents and account:ListRegions"
    try:
        now = world.accounts.now()
        world.trail.sightings(Ask(since=now - timedelta(hours=1), until=now))
        coverage = world.trail.coverage()
    except (TrailError, AccessError, InputError) as error:
        return [_checked("trail", "fail", error.message, error.hint or advice)]
    return [_regions(coverage, advice), _lateness(coverage)]


def _regions(coverage: Coverage, advice: str) -> CheckUp:
    unread = sorted(each.region for each in coverage.regions if each.state != "read")
    other = [gap for gap in coverage.gaps if not any(gap.startswith(f"region {region} ") for region in unread)]
    if unread:
        other.insert(0, f"{len(unread)} of {len(coverage.regions)} regions were not read: {', '.join(unread)}")
    if other:
        return _checked("regions", "warn", "; ".join(other), f"{advice}; nothing is contained where no trail is read")
    return _checked("regions", "ok", f"the trail of all {len(coverage.regions)} regions was read")


def _lateness(coverage: Coverage) -> CheckUp:
    newest = [each.newest_event_at for each in coverage.regions if each.newest_event_at is not None]
    if not newest:
        return _checked("trail", "warn", "it shows no event at all yet", "look again in 15 minutes: this look is one")
    at = max(newest)
    silent = len(coverage.regions) - len(newest)
    words = f"its newest event is {_span(coverage.as_of, at)} old ({at:%H:%M:%SZ})"
    words += f"; {silent} region(s) show none" if silent else ""
    if coverage.as_of - at > LATE:
        return _checked("trail", "warn", words, "it is late or the account is quiet: look again in 15 minutes")
    return _checked("trail", "ok", words)


def _span(now: datetime, at: datetime) -> str:
    seconds = max(0, int((now - at).total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def _permitted(need: Need, permissions: Permissions, caller: Caller, role: str | None) -> CheckUp:
    """What would be refused, and what nobody can say; a part that can be done without is only warned of."""
    place = f"arn:{caller.partition}:iam::{caller.account}:"
    try:
        answers = dict(_answers(need.actions, permissions, place, role or _SOME_ROLE))
    except (AccessError, InputError) as error:
        return _checked(need.name, "warn", f"not known: {error.message}", error.hint)
    refused = [action for action in need.actions if answers.get(action) is False]
    unknown = [action for action in need.actions if action not in answers]
    where = f"role {role}" if role else "a role of any name"
    if refused:
        narrow = "" if role else "; if only some roles are allowed, name one with --role"
        words = f"refused on {where}: {', '.join(refused)}" + (f"; {need.without}" if need.without else "")
        advice = f"attach what doctor --policy prints{narrow}"
        return _checked(need.name, "warn" if need.optional else "fail", words, advice)
    if unknown:
        advice = "allow iam:SimulatePrincipalPolicy on yourself, and they can be checked"
        return _checked(need.name, "warn", f"not known: {', '.join(unknown)}", advice)
    return _checked(need.name, "ok", f"all {len(need.actions)} calls are allowed on {where}")


def _answers(actions: Iterable[str], permissions: Permissions, place: str, role: str) -> Iterator[tuple[str, bool]]:
    """Asked resource by resource: each is one question, however many actions."""
    grouped: dict[str, list[str]] = {}
    for action in actions:
        resource = resource_of(action, place, role)[0]
        asked_of = resource if resource == "*" else resource.replace("*", _SOME_ROLE)
        grouped.setdefault(asked_of, []).append(action)
    for resource, named in grouped.items():
        yield from permissions.allowed(named, resource).items()

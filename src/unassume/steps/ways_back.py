"""How the thief could enter again after the cut: who issued what leaked, and whom the trusts of the roles let in.

The last hop of every cycle of roles stands in the trust of the role it comes back to, so that trust alone is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, Outcome, authorize
from unassume.iam.documents import DocumentKind, Policy, PrincipalEntry, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, User, context_keys, is_everyone
from unassume.iam.values import UNKNOWN, Context, Value
from unassume.means.closing import shut_out
from unassume.means.mark import our_statements
from unassume.model.lineages import Lineage
from unassume.model.plans import HOLD_RUNGS, Change, Gap, RungName, WayBack
from unassume.model.surveys import Role, RoleSubject, Surveyed, UserSubject

_SHOWN = 5
_NARROW = "narrow its trust, or hold the role until that is done (--rung hold)"
_AT_PROVIDER = "end his access at the provider, or shut him out by the role's trust (--close-trust)"
_STRANGER = "000000000000"
# AWS: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html
_SERVICES = MappingProxyType(
    {"rolesanywhere.amazonaws.com": "revoke the certificate (CRL) or disable the profile or the trust anchor"}
)


def ways_back(lineage: Lineage, holders: Iterable[Surveyed], changes: Iterable[Change] = ()) -> tuple[WayBack, ...]:
    """Who issued the leaked sessions, and so can issue the next; and whom the trusts of these roles let in.

    Whom one of these changes shuts out of a role is named no more.
    """
    changes = tuple(changes)
    roles = [one for one in holders if isinstance(one, Role)]
    issuers = _issuers(lineage)
    again = "take or give out new tokens, which no policy stops"
    told = again if all(isinstance(one, UserSubject) for one in lineage.holders.values()) else "assume the role again"
    return (
        *(
            WayBack(
                what=f"{issuer} can {told}",
                closed_by="rotate or disable that principal's own credentials if they may have leaked too",
            )
            for issuer in issuers
        ),
        *_again(lineage, changes),
        *(
            way
            for role in roles
            for way in _entrances(role, roles, frozenset(issuers), shut_out(changes, role.subject))
        ),
    )


def open_doors(holders: Iterable[Surveyed], rung: RungName) -> tuple[Gap, ...]:
    """The roles that anybody in the world may assume, where the cut does not hit who comes next."""
    if rung in HOLD_RUNGS:
        return ()
    why = f"its trust lets anybody in, from any account: the thief needs nothing of yours to come back; {_NARROW}"
    return tuple(Gap(what=one.subject.label, why=why) for one in holders if isinstance(one, Role) and _is_public(one))


def _again(lineage: Lineage, changes: tuple[Change, ...]) -> Iterator[WayBack]:
    """Whom a provider vouched for when the leaked sessions began: he needs no credentials of AWS to begin another."""
    sessions = [lineage.session(one) for one in lineage.leaked]
    named = {(each, one.holder) for one in sessions if isinstance(one.holder, RoleSubject) for each in one.federated}
    for subject, holder in sorted(named, key=lambda pair: (pair[0], pair[1].label)):
        if (subject.provider, subject.subject) not in shut_out(changes, holder):
            what = f"`{subject.subject}` of {subject.provider} can begin a session of {holder.label} again"
            yield WayBack(what=f"{what}; no deny on sessions stops that", closed_by=_AT_PROVIDER)


def _issuers(lineage: Lineage) -> list[str]:
    leaked = [lineage.session(one) for one in lineage.leaked]
    parents = (one.parent for one in leaked if not one.federated)
    return sorted({one.arn or one.principal_id or one.kind for one in parents if one is not None})


def _entrances(
    role: Role, roles: list[Role], known: frozenset[str], shut: frozenset[tuple[str, str]]
) -> Iterator[WayBack]:
    label = role.subject.label
    trust = _read(role.trust)
    if trust is None:
        why = f"the trust of {label} cannot be judged: who may assume it again is unknown"
        yield WayBack(what=why, closed_by="read it by eye")
        return
    for other in roles:
        if may := _may_assume(other, role, trust):
            yield _between(other, role, may)
    named = _named(trust)
    yield from _wide(label, role.account, named)
    yield from _vouched(label, named, shut)
    others = sorted({one.text for one in named if one.kind == "AWS" and not _is_wide(one)} - known - {role.arn})
    if others:
        more = f" and {len(others) - _SHOWN} others" if len(others) > _SHOWN else ""
        what = f"the trust of {label} lets in {', '.join(others[:_SHOWN])}{more}"
        yield WayBack(what=what, closed_by="cut or disable them as well if the thief holds credentials of theirs")


def _between(other: Role, role: Role, may: str) -> WayBack:
    label = role.subject.label
    if other.id == role.id:
        what = f"sessions of {label} {may} assume it again themselves, under any name and with a later issue time"
    else:
        what = f"sessions of {other.subject.label} {may} assume {label} again"
    closed_by = (
        "a session that is cut cannot, once the deny is enforced; one that is not cut still can; verify looks for what "
        "the leaked ones took before"
    )
    return WayBack(what=what, closed_by=closed_by)


def _wide(label: str, account: str, named: list[PrincipalEntry]) -> Iterator[WayBack]:
    if any(is_everyone(one) for one in named):
        yield WayBack(what=f"the trust of {label} names everybody, within its conditions", closed_by=_NARROW)
    wide = {_account(one.text) for one in named if one.kind == "AWS" and _is_wide(one) and not is_everyone(one)}
    for one in sorted(wide):
        of = "this account" if one == account else f"account {one}"
        what = f"every user and role of {of} that its own policies let call sts:AssumeRole can assume {label}"
        yield WayBack(what=what, closed_by="narrow its trust if the thief may hold others of them")


def _vouched(label: str, named: list[PrincipalEntry], shut: frozenset[tuple[str, str]]) -> Iterator[WayBack]:
    """Providers and services: AssumeRoleWithSAML, ...WithWebIdentity and CreateSession ask no identity's policies."""
    for provider in sorted({one.text for one in named if one.kind == "Federated"}):
        out = ", ".join(sorted(f"`{subject}`" for one, subject in shut if one == provider))
        but = f" under another name than {out}" if out else ""
        what = f"whoever {provider} vouches for{but} can take a new session of {label}; no deny on sessions stops that"
        yield WayBack(what=what, closed_by="end the person's access at the identity provider, or narrow the trust")
    for service in sorted({one.text for one in named if one.kind == "Service"}):
        what = f"{service} takes new sessions of {label} for what runs on it, and for whoever may pass the role to it"
        closed_by = "look for what the thief started with the role (iam:PassRole), and rebuild what he was on"
        yield WayBack(what=what, closed_by=_SERVICES.get(service, closed_by))


def _named(trust: Policy) -> list[PrincipalEntry]:
    return [entry for one in trust.statements if one.effect == "Allow" for entry in one.principals or ()]


def _is_wide(entry: PrincipalEntry) -> bool:
    return is_everyone(entry) or entry.text.endswith(":root") or entry.text.isdigit()


def _account(text: str) -> str:
    return text if text.isdigit() else text.split(":")[4]


def _read(text: str) -> Policy | None:
    try:
        return parse(text, DocumentKind.TRUST)
    except InputError:
        return None


def _may_assume(other: Role, role: Role, trust: Policy) -> str:
    """`can` or `may`, or nothing: what cannot be read or known counts as possible."""
    texts = {name: text for name, text in {**other.inline, **other.attached}.items() if text is not None}
    is_whole = len(texts) == len(other.inline) + len(other.attached) and other.boundary is None
    try:
        identity = tuple(
            NamedPolicy(name=name, policy=parse(text)) for name, text in texts.items() if our_statements(text) is None
        )
    except InputError:
        identity, is_whole = (), False
    principal = AssumedRole(
        partition=other.arn.split(":")[1], account=other.account, role_arn=other.arn, role_id=other.id,
        session_name="any", issued_at=UNKNOWN, source_identity=UNKNOWN, tags=UNKNOWN, federated_provider=UNKNOWN,
    )  # fmt: skip
    keys = {key: value for key, value in context_keys(principal).items() if key != "aws:userid"}
    outcome = _outcome(principal, keys, Layers(identity=identity, resource=trust), role)
    if outcome == "allow":
        return "can" if is_whole else "may"
    if outcome == "implicit-deny" and not is_whole:
        everything = (NamedPolicy(name="all", policy=_EVERYTHING),)
        outcome = _outcome(principal, keys, Layers(identity=everything, resource=trust), role)
        return "may" if outcome in ("allow", "unknown") else ""
    return "may" if outcome == "unknown" else ""


def _is_public(role: Role) -> bool:
    """Whether a stranger with every right in an account of his own would be let in, whatever else he brings."""
    trust = _read(role.trust)
    if trust is None:
        return False
    partition = role.arn.split(":")[1]
    arn = f"arn:{partition}:iam::{_STRANGER}:user/stranger"
    stranger = User(partition=partition, account=_STRANGER, arn=arn, id="AIDASTRANGER", name="stranger")
    layers = Layers(identity=(NamedPolicy(name="all", policy=_EVERYTHING),), resource=trust)
    return _outcome(stranger, context_keys(stranger), layers, role) == "allow"


def _outcome(principal: AssumedRole | User, keys: Mapping[str, Value], layers: Layers, role: Role) -> Outcome:
    context = Context(values=keys, unlisted=UNKNOWN)
    request = Request(action="sts:AssumeRole", resource=role.arn, context=context, principal=principal)
    return authorize(request, layers, resource_account=role.account).outcome


_EVERYTHING = parse('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}')

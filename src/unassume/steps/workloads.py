"""Which workloads run on a role, and how each takes new credentials after the cut.

They are looked for only where the role's trust lets a compute service in and the cut reaches a workload's session: the
whole role, or a session that AWS was issued. So a plan for a person's session waits for none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.model.plans import Gap, Plan
from unassume.model.preflights import Answer, AskWorkloads, Question, Service, Workload
from unassume.model.sessions import Session
from unassume.model.surveys import Role

_SHOWN = 5
_WHOLE_ROLE = frozenset({"older-sessions", "hold", "scp-older-sessions", "scp-hold"})
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")


class Kind(msgspec.Struct, frozen=True):
    """A compute service: its short name, what runs there, and how that takes new credentials."""

    service: Service
    name: str
    what: str
    renews: str


# AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
# AWS: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
# AWS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# AWS: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
# ASSUMPTION: how long each goes on with credentials that a policy denies, and what makes it take others: AWS gives no
# time, and says the trivial update of a function alone; six hours of an instance's are others' measurements.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "ec2.amazonaws.com": Kind(
            "ec2", "EC2", "EC2 instances",
            "their metadata renews by itself, but may serve the old credentials for up to 6 hours; stop and start an "
            "instance for new ones (a reboot does not), after you took its memory if you need it",
        ),
        "lambda.amazonaws.com": Kind(
            "lambda", "Lambda", "Lambda functions",
            "an environment keeps the credentials it started with; update the function's configuration, publish a new "
            "version and move the aliases",
        ),
        "ecs-tasks.amazonaws.com": Kind(
            "ecs", "ECS", "ECS tasks",
            "force a new deployment of the services, and stop tasks that belong to none",
        ),
        "pods.eks.amazonaws.com": Kind("eks", "EKS", "EKS pods", "restart them (kubectl rollout restart)"),
    }
)  # fmt: skip
IRSA = "pods of the EKS clusters whose identity provider its trust names may run on it: no call of AWS's lists them"


def may_run(kind: Kind) -> str:
    """The note where nobody looked."""
    return f"{kind.what} may run on it: {kind.renews}"


def kinds_on(role: Role) -> tuple[Kind, ...]:
    """The compute services that its trust lets in."""
    return tuple(KINDS[service] for service in sorted(_principals(role.trust, "Service")) if service in KINDS)


def has_irsa(role: Role) -> bool:
    """Whether its trust lets in service accounts of EKS clusters by their own identity provider."""
    return any(":oidc-provider/oidc.eks." in arn for arn in _principals(role.trust, "Federated"))


def questions(role: Role, made: Plan) -> Iterator[AskWorkloads]:
    """What to ask for the role, region by region, those where its sessions were seen first."""
    if not _reaches_workloads(role, made):
        return
    kinds = kinds_on(role)
    for region in _regions(role, made):
        for kind in kinds:
            yield AskWorkloads(role=role.subject, role_arn=role.arn, service=kind.service, region=region)


def running(role: Role, answers: Mapping[Question, Answer]) -> tuple[Workload, ...]:
    """All that was found on it, each with how it renews."""
    renews = {kind.service: kind.renews for kind in KINDS.values()}
    return tuple(
        msgspec.structs.replace(workload, renews=renews[workload.service])
        for _, answer in _of(role, answers)
        for workload in answer.workloads
    )


def missing(role: Role, answers: Mapping[Question, Answer]) -> Iterator[str]:
    """What could not be looked at, each reason once with its regions."""
    reasons: dict[tuple[Service, str], list[str]] = {}
    for question, answer in _of(role, answers):
        for why in answer.missing:
            reasons.setdefault((question.service, why), []).append(question.region)
    names = {kind.service: kind.name for kind in KINDS.values()}
    for (service, why), regions in reasons.items():
        yield f"could not look at all of {names[service]} in {_some(sorted(regions))}: {why}"


def noted(role: Role, answers: Mapping[Question, Answer], notes: Iterable[Gap]) -> tuple[Gap, ...]:
    """The notes, with what was found where only the trust was known."""
    known = {
        Gap(what=role.subject.label, why=may_run(kind), blocks_containment=False): why
        for kind in kinds_on(role)
        if (why := _found(role, kind, answers))
    }
    return tuple(msgspec.structs.replace(note, why=known.get(note, note.why)) for note in notes)


def _found(role: Role, kind: Kind, answers: Mapping[Question, Answer]) -> str:
    """What is seen of one kind; nothing to say where no region could be read whole."""
    own = [(question, answer) for question, answer in _of(role, answers) if question.service == kind.service]
    names = [f"{one.name} in {one.region}" for _, answer in own for one in answer.workloads]
    if names:
        return f"{kind.what} run on it ({_some(names)}): {kind.renews}"
    whole = sorted(question.region for question, answer in own if not answer.missing)
    if not whole or len(whole) < len(own):
        return ""
    return f"no {kind.what} are seen on it in {_some(whole)}"


def _of(role: Role, answers: Mapping[Question, Answer]) -> Iterator[tuple[AskWorkloads, Answer]]:
    for question, answer in answers.items():
        if isinstance(question, AskWorkloads) and question.role == role.subject:
            yield question, answer


def _reaches_workloads(role: Role, made: Plan) -> bool:
    if made.rung in _WHOLE_ROLE or made.leaked == "workload":
        return True
    return any(_is_workload(one) for one in made.sessions if one.holder_id == role.id and one.id in _hit(made))


def _hit(made: Plan) -> set[str]:
    chosen = [one for one in made.outlooks if one.chosen]
    return {*made.targets, *(each for one in chosen for each in (*one.cut, *one.unsure, *one.bystanders))}


def _is_workload(session: Session) -> bool:
    """Whether AWS itself was issued it, or it has an instance's name.

    AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    issued_to_aws = session.parent is not None and session.parent.kind == "AWSService"
    return issued_to_aws or _INSTANCE.fullmatch(session.session_name) is not None


def _regions(role: Role, made: Plan) -> list[str]:
    """Every region for the whole role; else those where its sessions were seen, or all where none was seen at all."""
    every = {each.region for each in made.coverage.regions} if made.coverage else set[str]()
    seen = {region for one in made.sessions if one.holder_id == role.id for region in one.regions}
    return [*sorted(seen), *(sorted(every - seen) if made.rung in _WHOLE_ROLE or not seen else ())]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _principals(trust: str, kind: str) -> set[str]:
    """Whom of that kind the trust lets in; nobody where it cannot be read, which the survey of the role tells."""
    try:
        statements = parse(trust, DocumentKind.TRUST).statements
    except InputError:
        return set()
    entries = (entry for one in statements if one.effect == "Allow" and one.principals for entry in one.principals)
    return {entry.text for entry in entries if entry.kind == kind}

"""A pipeline's session leaks together with its provider's token: the thief begins another, whatever is denied.

Facts under test: no deny on sessions stops AssumeRoleWithWebIdentity; a statement in the role's trust shuts out just
that subject, another pipeline comes in, and the undo leaves the trust byte for byte as it was.
"""

from __future__ import annotations

import json

from unassume.drills.actors import Actor
from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.lab import Credentials
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import RESPONDER, ROLE
from unassume.model.leads import parse_lead
from unassume.model.plans import Plan
from unassume.model.rehearsals import Rehearsal
from unassume.model.surveys import RoleSubject
from unassume.report.plan import change_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import paragraph, table
from unassume.steps.guards import Consent
from unassume.steps.needs import responder_policy

SUMMARY = "a session leaks with its provider's token: only the role's trust keeps the thief out"
SHOP, DOCS = "repo:acme/shop:ref:refs/heads/main", "repo:acme/docs:ref:refs/heads/main"
CONSENT = Consent(max_bystanders=None, confirmed=frozenset({ROLE}))


def play(stage: Stage) -> Rehearsal:
    """The cut without the trust, the thief's return, the cut with it, and the undo of both."""
    _prepare(stage)
    thief = stage.as_thief(begun(stage, SHOP, "deploy-7"), ELSEWHERE)
    docs = stage.stands_by(Actor(stage.lab, "docs", begun(stage, DOCS, "docs-1"), HOME))
    before = {"thief": thief.work(), "docs": docs.work()}
    stage.lab.clock.advance(TRAIL_DELAY)
    start = _standing(stage)

    _, open_ = stage.planned(parse_lead(thief.key_id))
    first = stage.applied(open_, CONSENT)
    stage.lab.clock.advance(60)
    back = stage.as_thief(begun(stage, SHOP, "deploy-8"), ELSEWHERE)
    returned = {"thief": back.work()}
    stage.lab.clock.advance(TRAIL_DELAY)

    _, made = stage.planned(parse_lead(f"{back.key_id} {thief.key_id}"), close_trust=True)
    receipt = stage.applied(made, CONSENT)
    stage.lab.clock.advance(10)
    after = {"thief": back.work(), "docs": docs.work()}
    again = answered(stage, SHOP)
    newcomer = answered(stage, DOCS)
    evidence = stage.verified(receipt)
    stage.undone(receipt)
    stage.undone(first)

    is_right = (
        before["docs"] == after["docs"]
        and returned["thief"] == before["thief"]
        and (again, newcomer) == ("AccessDenied", "ok")
        and _is_named(open_) and not _is_named(made)
        and _standing(stage) == start
    )  # fmt: skip
    result = stage.result(
        evidence, () if is_right else ("the thief came in, somebody else did not, or the undo erred",)
    )
    rows = [
        (call, f"{before['thief'][call]} -> {after['thief'][call]}", f"{before['docs'][call]} -> {after['docs'][call]}")
        for call in before["docs"]
    ]
    story = [
        *chapter("the leak", *told(f"The key {thief.key_id} of `{SHOP}`, and the token it was taken with.")),
        *chapter("the session alone is cut", *_ways(open_), *told("A minute later he is back, as deploy-8.")),
        *chapter("--close-trust", *change_lines(made.changes[0])),
        *chapter("who x call, before -> after the cut", *table(("", "thief", "docs"), rows)),
        *told(f"The thief shows his token again: {again}. The other pipeline shows its own: {newcomer}."),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(f"The trust is as it was, to the byte. {figures(result)}")),
    ]
    return Rehearsal(result=result, story=tuple(story))


def begun(stage: Stage, subject: str, name: str) -> Credentials:
    """A session of the role for whoever shows that subject's token; botocore's ClientError when refused."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    sts = boto3.client(
        "sts", stage.lab.region, endpoint_url=stage.lab.endpoint_url, config=Config(signature_version=UNSIGNED)
    )
    token = stage.lab.web_identity_token(subject)
    asked = {"RoleArn": stage.role_arn, "RoleSessionName": name, "WebIdentityToken": token}
    given = sts.assume_role_with_web_identity(**asked)["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def answered(stage: Stage, subject: str) -> str:
    """`ok`, or how AWS refuses that subject's token."""
    from botocore.exceptions import ClientError

    try:
        begun(stage, subject, "again")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def _prepare(stage: Stage) -> None:
    """A role that pipelines enter too, in the spelling of somebody's hand, and a responder who may write its trust."""
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    made = admin.create_open_id_connect_provider(
        Url=stage.lab.federation.oidc_issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )
    trust = json.loads(_trust(stage))
    trust["Statement"].append(
        {
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
        }
    )  # fmt: skip
    admin.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust, indent=2))
    wider = json.dumps(responder_policy(account=stage.lab.account), separators=(",", ":"))
    admin.create_policy(PolicyName="Responder", PolicyDocument=wider)
    arn = f"arn:aws:iam::{stage.lab.account}:policy/Responder"
    admin.attach_user_policy(UserName=RESPONDER, PolicyArn=arn)
    stage.lab.clock.advance(60)


def _trust(stage: Stage) -> str:
    role = stage.world.accounts.survey(RoleSubject(account=stage.lab.account, name=ROLE))
    return getattr(role, "trust", "")


def _standing(stage: Stage) -> tuple[str, dict[str, str]]:
    return _trust(stage), stage.policies()


def _is_named(made: Plan) -> bool:
    """Whether the plan says that the same pipeline can come back."""
    return any(SHOP in way.what and "again" in way.what for way in made.ways_back)


def _ways(made: Plan) -> list[str]:
    named = [way for way in made.ways_back if SHOP in way.what]
    return [line for way in named for line in paragraph(f"{way.what}; {way.closed_by}", 80, "way back: ")]

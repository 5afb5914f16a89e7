"""The account: who we are, roles as they stand, one slot written whole, a probe."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.aws.loopback import ACCOUNT, NOW, Answer, Asked, Loopback, refusal, xml
from unassume.aws.accounts import AwsAccounts
from unassume.aws.connection import Connection
from unassume.aws.reach import Reach
from unassume.errors import AccessError, InputError, StaleError
from unassume.model.evidence import Probe
from unassume.model.slots import RoleInlinePolicy, Standing
from unassume.model.surveys import Role, RoleSubject

# Blanks, order and an escape, none of which would survive being parsed and written again.
TEXT = '{ "Version":"2012-10-17",\n\t"Statement": [] , "Id": "a+b%20\\u00e9" }'
SLOT = RoleInlinePolicy(account=ACCOUNT, role="Reports", policy="ours")
ROLE = (
    "<Role><RoleName>Reports</RoleName><RoleId>AROAREPORTS</RoleId><Path>/team/</Path>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:role/team/Reports</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
    f"<AssumeRolePolicyDocument>{quote(TEXT)}</AssumeRolePolicyDocument><MaxSessionDuration>7200</MaxSessionDuration>"
    "<Tags><member><Key>team</Key><Value>red</Value></member></Tags></Role>"
)
POLICY = f"<RoleName>Reports</RoleName><PolicyName>ours</PolicyName><PolicyDocument>{quote(TEXT)}</PolicyDocument>"
GONE = refusal("NoSuchEntity", "not found", 404)
CREDENTIALS = (
    "<Credentials><AccessKeyId>ASIACANARY</AccessKeyId><SecretAccessKey>tell-tale</SecretAccessKey>"
    "<SessionToken>tell-tale</SessionToken><Expiration>2026-11-23T18:15:00Z</Expiration></Credentials>"
)
PROBE = Probe(role_arn=f"arn:aws:iam::{ACCOUNT}:role/team/Reports", session_name="canary")
DENY = "User: x is not authorized to perform: iam:ListAccountAliases with an explicit deny in an identity-based policy"


@pytest.fixture
def accounts(connection: Connection) -> AwsAccounts:
    return AwsAccounts(Reach(connection))


def test_the_caller_is_asked_once(aws: Loopback, accounts: AwsAccounts) -> None:
    """Account, ARN, id and role name of the responder, in one call however often it is wanted."""
    caller = accounts.caller()
    assert accounts.caller() == caller
    assert (caller.account, caller.role_name, caller.user_id) == (ACCOUNT, "Responder", "AROARESPONDER:kim")
    assert aws.actions() == ["GetCallerIdentity"]


def test_a_role_is_surveyed_whole(aws: Loopback, accounts: AwsAccounts) -> None:
    """Trust, inline and managed texts byte for byte as AWS keeps them, over every page of the lists."""
    aws.play("GetRole", xml("GetRole", ROLE))
    first = "<PolicyNames><member>ours</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>m</Marker>"
    second = "<PolicyNames><member>theirs</member></PolicyNames><IsTruncated>false</IsTruncated>"
    aws.play("ListRolePolicies", xml("ListRolePolicies", first), xml("ListRolePolicies", second))
    aws.play("GetRolePolicy", xml("GetRolePolicy", POLICY))
    arns = "".join(f"<member><PolicyArn>arn:aws:iam::aws:policy/{name}</PolicyArn></member>" for name in ("A", "B"))
    aws.play(
        "ListAttachedRolePolicies",
        xml("ListAttachedRolePolicies", f"<AttachedPolicies>{arns}</AttachedPolicies><IsTruncated>false</IsTruncated>"),
    )
    aws.plays["GetPolicy"] = _readable_but_b
    version = f"<PolicyVersion><Document>{quote(TEXT)}</Document><VersionId>v3</VersionId></PolicyVersion>"
    aws.play("GetPolicyVersion", xml("GetPolicyVersion", version))
    role = accounts.survey(RoleSubject(account=ACCOUNT, name="Reports"))
    assert isinstance(role, Role)
    assert (role.id, role.path, role.max_session_seconds, role.tags) == ("AROAREPORTS", "/team/", 7200, {"team": "red"})
    assert role.trust == TEXT
    assert role.inline == {"ours": TEXT, "theirs": TEXT}
    assert role.attached == {"arn:aws:iam::aws:policy/A": TEXT, "arn:aws:iam::aws:policy/B": None}


def _readable_but_b(asked: Asked) -> Answer:
    if str(asked.fields["PolicyArn"]).endswith("B"):
        return refusal("AccessDenied")
    return Answer(xml("GetPolicy", "<Policy><DefaultVersionId>v3</DefaultVersionId></Policy>"))


def test_no_such_role_is_none(aws: Loopback, accounts: AwsAccounts) -> None:
    """A role that does not stand is a value, not an error."""
    aws.play("GetRole", GONE)
    assert accounts.survey(RoleSubject(account=ACCOUNT, name="Nobody")) is None


def test_a_role_that_may_not_be_read_is_an_error(accounts: AwsAccounts) -> None:
    """Being refused is not the same as nothing standing there; the call is named."""
    with pytest.raises(AccessError, match="`iam:GetRole`"):
        accounts.survey(RoleSubject(account=ACCOUNT, name="Reports"))


def test_another_account_is_out_of_reach(aws: Loopback, accounts: AwsAccounts) -> None:
    """Nothing is read or written in an account the credentials are not of, even where its role has the same name."""
    elsewhere = RoleInlinePolicy(account="444455556666", role="Reports", policy="ours")
    for attempt in (
        lambda: accounts.survey(RoleSubject(account="444455556666", name="Reports")),
        lambda: accounts.read(elsewhere),
        lambda: accounts.write(elsewhere, None, TEXT),
    ):
        with pytest.raises(AccessError, match="444455556666 is out of reach"):
            attempt()
    assert aws.actions() == ["GetCallerIdentity"]


def test_a_slot_is_read_byte_for_byte(aws: Loopback, accounts: AwsAccounts) -> None:
    """The text is AWS's own, and the role's unique id comes with it."""
    aws.play("GetRole", xml("GetRole", ROLE))
    aws.play("GetRolePolicy", xml("GetRolePolicy", POLICY))
    assert accounts.read(SLOT) == Standing(text=TEXT, holder_id="AROAREPORTS")


def test_an_empty_slot_and_a_missing_role_differ(aws: Loopback, accounts: AwsAccounts) -> None:
    """No policy on a standing role has a holder; a missing role has none."""
    aws.play("GetRole", xml("GetRole", ROLE), GONE)
    aws.play("GetRolePolicy", GONE)
    assert accounts.read(SLOT) == Standing(text=None, holder_id="AROAREPORTS")
    assert accounts.read(SLOT) == Standing(text=None, holder_id=None)


def test_a_slot_is_written_whole(aws: Loopback, accounts: AwsAccounts) -> None:
    """The text put is the text given, byte for byte, whatever stood there; doing it twice is the same call."""
    aws.play("PutRolePolicy", xml("PutRolePolicy", ""))
    accounts.write(SLOT, None, TEXT)
    accounts.write(SLOT, None, TEXT)
    first, second = [asked.fields for asked in aws.asked if asked.action == "PutRolePolicy"]
    assert first == second
    assert (first["RoleName"], first["PolicyName"], first["PolicyDocument"]) == ("Reports", "ours", TEXT)


def test_removing_what_is_gone_is_done(aws: Loopback, accounts: AwsAccounts) -> None:
    """A removal that was already made is a success."""
    aws.play("DeleteRolePolicy", xml("DeleteRolePolicy", ""), GONE)
    accounts.write(SLOT, TEXT, None)
    accounts.write(SLOT, TEXT, None)
    assert aws.actions().count("DeleteRolePolicy") == 2


def test_writing_to_a_role_that_is_gone_is_stale(aws: Loopback, accounts: AwsAccounts) -> None:
    """The account moved on: plan again."""
    aws.play("PutRolePolicy", GONE)
    with pytest.raises(StaleError, match="role `Reports` is gone"):
        accounts.write(SLOT, None, TEXT)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("AccessDenied", AccessError, "not allowed to call `iam:PutRolePolicy`"),
        ("UnmodifiableEntity", AccessError, "the role is AWS's own"),
        ("LimitExceeded", AccessError, "no room left"),
        ("MalformedPolicyDocument", InputError, "malformed"),
        ("ServiceOddity", AccessError, "ServiceOddity"),
    ],
)
def test_a_refused_write_says_why(
    aws: Loopback, accounts: AwsAccounts, code: str, kind: type[Exception], words: str
) -> None:
    """Each refusal is one line of our own."""
    aws.play("PutRolePolicy", refusal(code, "Maximum reached", 409))
    with pytest.raises(kind, match=words):
        accounts.write(SLOT, None, TEXT)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refusal("AccessDenied", DENY), "explicit-deny"),
        (refusal("AccessDenied", "no identity-based policy allows the iam:ListAccountAliases action"), "denied"),
        (refusal("AccessDenied", "with an explicit deny in a service control policy"), "denied"),
        (refusal("AccessDenied", f"{DENY} because no identity-based policy allows the action"), "denied"),
        (refusal("OddFailure", DENY, 400), "unavailable"),
        (Answer(xml("ListAccountAliases", "<AccountAliases/><IsTruncated>false</IsTruncated>")), "allowed"),
    ],
)
def test_a_probe_tells_how_aws_answered(aws: Loopback, accounts: AwsAccounts, answer: Answer, outcome: str) -> None:
    """Only an explicit deny in an identity-based policy is ours; other refusals are told apart from it."""
    aws.play("AssumeRole", xml("AssumeRole", CREDENTIALS))
    aws.play("ListAccountAliases", answer)
    probed = accounts.probe(PROBE)
    assert (probed.outcome, probed.at) == (outcome, NOW)
    assert "tell-tale" not in probed.detail
    assert aws.asked[-1].key_id == "ASIACANARY"


def test_a_probe_mints_one_short_session(aws: Loopback, accounts: AwsAccounts) -> None:
    """Asking again uses the same canary session, of the shortest duration there is."""
    aws.play("AssumeRole", xml("AssumeRole", CREDENTIALS))
    aws.play("ListAccountAliases", refusal("AccessDenied", DENY))
    assert [accounts.probe(PROBE).outcome for _ in range(3)] == ["explicit-deny"] * 3
    [minted] = [asked for asked in aws.asked if asked.action == "AssumeRole"]
    assert minted.fields["DurationSeconds"] == "900"


def test_a_dead_canary_is_replaced_once(aws: Loopback, accounts: AwsAccounts) -> None:
    """A canary session that ended is minted anew, and a fresh one that is refused at once is not."""
    aws.play("AssumeRole", xml("AssumeRole", CREDENTIALS))
    dead = refusal("ExpiredToken")
    aws.play("ListAccountAliases", refusal("AccessDenied", DENY), dead, refusal("AccessDenied", DENY), dead)
    assert [accounts.probe(PROBE).outcome for _ in range(2)] == ["explicit-deny"] * 2
    assert accounts.probe(PROBE).outcome == "unavailable"
    assert aws.actions().count("AssumeRole") == 3


def test_a_role_that_will_not_be_assumed_is_no_error(accounts: AwsAccounts) -> None:
    """A probe that cannot be made says so."""
    probed = accounts.probe(PROBE)
    assert probed.outcome == "unavailable"
    assert "sts:AssumeRole" in probed.detail

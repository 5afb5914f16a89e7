"""A statement of ours in a shared trust: read as ours alone, written around what others wrote, whoever races us."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.aws.loopback import ACCOUNT, Loopback, refusal, xml
from unassume.aws.accounts import AwsAccounts
from unassume.aws.connection import Connection
from unassume.aws.reach import Reach
from unassume.errors import AccessError, StaleError
from unassume.means.splice import with_statement
from unassume.means.trust import statement_name, written
from unassume.model.slots import RoleTrustStatement, Standing

OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
NAME, OTHERS = statement_name("inc-1", "ours"), statement_name("inc-2", "theirs")
SLOT = RoleTrustStatement(account=ACCOUNT, role="Reports", statement=NAME)
TEXT = written(NAME, OIDC, ("repo:a/b:ref:x+y%20",)).replace("UNASSUME-UNTIL", "20261125T060000Z")
RIVAL = written(OTHERS, OIDC, ("repo:a/c",)).replace("UNASSUME-UNTIL", "20261125T070000Z")
TRUST = (
    '{ "Version":"2012-10-17",\n\t"Statement": {"Effect":"Allow","Principal":{"Federated":"a+b%20"},"Action":"sts:*"}}'
)
DONE = xml("UpdateAssumeRolePolicy", "")
GONE = refusal("NoSuchEntity", "not found", 404)


def role(trust: str) -> str:
    """GetRole's answer for a role with this trust."""
    return xml(
        "GetRole",
        "<Role><RoleName>Reports</RoleName><RoleId>AROAREPORTS</RoleId><Path>/</Path>"
        f"<Arn>arn:aws:iam::{ACCOUNT}:role/Reports</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
        f"<AssumeRolePolicyDocument>{quote(trust)}</AssumeRolePolicyDocument></Role>",
    )


@pytest.fixture
def accounts(connection: Connection) -> AwsAccounts:
    return AwsAccounts(Reach(connection))


def put(aws: Loopback) -> list[str]:
    """The trusts that were written, in order."""
    return [str(one.fields["PolicyDocument"]) for one in aws.asked if one.action == "UpdateAssumeRolePolicy"]


def test_ours_alone_is_read_and_the_whole_beside_it(aws: Loopback, accounts: AwsAccounts) -> None:
    """In whatever spelling AWS shows it; nothing where it, or the role, is not there."""
    spliced = with_statement(TRUST, TEXT)
    rendered = json.dumps(json.loads(spliced), indent=4, sort_keys=True)
    aws.play("GetRole", role(spliced), role(rendered), role(TRUST), GONE)
    assert accounts.read(SLOT) == Standing(text=TEXT, holder_id="AROAREPORTS", around=spliced)
    assert accounts.read(SLOT).text == TEXT
    assert accounts.read(SLOT) == Standing(text=None, holder_id="AROAREPORTS", around=TRUST)
    assert accounts.read(SLOT) == Standing(text=None, holder_id=None)


def test_it_is_put_in_and_taken_out_around_the_rest(aws: Loopback, accounts: AwsAccounts) -> None:
    """Byte for byte; and what is done already is not done again."""
    spliced = with_statement(TRUST, TEXT)
    aws.play("GetRole", role(TRUST), role(spliced), role(spliced), role(spliced), role(TRUST), role(TRUST))
    aws.play("UpdateAssumeRolePolicy", DONE, DONE)
    accounts.write(SLOT, None, TEXT)
    accounts.write(SLOT, None, TEXT)
    accounts.write(SLOT, TEXT, None)
    accounts.write(SLOT, TEXT, None)
    assert put(aws) == [spliced, TRUST]


def test_a_rival_who_wrote_an_older_copy_is_written_on_top_of(aws: Loopback, accounts: AwsAccounts) -> None:
    """Both statements stand in the end; a read that only lags is left to whoever waits for it."""
    theirs = with_statement(TRUST, RIVAL)
    both = with_statement(theirs, TEXT)
    aws.play("GetRole", role(TRUST), role(theirs), role(theirs), role(both))
    aws.play("UpdateAssumeRolePolicy", DONE, DONE)
    accounts.write(SLOT, None, TEXT)
    assert put(aws) == [with_statement(TRUST, TEXT), both]


def test_a_read_that_lags_is_not_written_twice(aws: Loopback, accounts: AwsAccounts) -> None:
    """The former text, read back, says nothing yet."""
    aws.play("GetRole", role(TRUST), role(TRUST))
    aws.play("UpdateAssumeRolePolicy", DONE)
    accounts.write(SLOT, None, TEXT)
    assert len(put(aws)) == 1


def test_who_writes_faster_than_we_do_is_reported(aws: Loopback, accounts: AwsAccounts) -> None:
    """After some tries; never a quiet loss."""
    others = [role(TRUST.replace("a+b", f"a{number}")) for number in range(10)]
    aws.play("GetRole", *others)
    aws.play("UpdateAssumeRolePolicy", *[DONE] * 5)
    with pytest.raises(StaleError, match="others keep writing"):
        accounts.write(SLOT, None, TEXT)


def test_an_edited_statement_is_not_written_over(aws: Loopback, accounts: AwsAccounts) -> None:
    """Nor is a copied one; and without the role there is nothing to write."""
    edited = with_statement(TRUST, TEXT.replace("StringEquals", "StringLike"))
    aws.play("GetRole", role(edited), role(with_statement(with_statement(TRUST, TEXT), TEXT)), role("no policy"), GONE)
    for _ in range(2):
        with pytest.raises(StaleError, match="edited"):
            accounts.write(SLOT, TEXT, None)
    with pytest.raises(StaleError, match="cannot be read"):
        accounts.write(SLOT, TEXT, None)
    with pytest.raises(StaleError, match="is gone"):
        accounts.write(SLOT, None, TEXT)


def test_what_went_with_its_role_is_taken_out_already(aws: Loopback, accounts: AwsAccounts) -> None:
    """A deleted role takes its trust with it: nothing is written, and nothing stands."""
    aws.play("GetRole", GONE)
    accounts.write(SLOT, TEXT, None)
    assert accounts.read(SLOT).text is None


def test_the_last_statement_is_not_taken_out(aws: Loopback, accounts: AwsAccounts) -> None:
    """AWS takes no trust without one: somebody took the others away."""
    aws.play("GetRole", role(f'{{"Version":"2012-10-17","Statement":[{TEXT}]}}'))
    with pytest.raises(StaleError, match="only statement"):
        accounts.write(SLOT, TEXT, None)


def test_a_no_of_aws_means_nothing_done_only_for_the_first_write(aws: Loopback, accounts: AwsAccounts) -> None:
    """A second try that is refused comes after a write that was taken."""
    aws.play("GetRole", role(TRUST), role(TRUST), role(TRUST.replace("a+b", "c")), role(TRUST))
    no = refusal("AccessDenied")
    aws.play("UpdateAssumeRolePolicy", no, DONE, no)
    with pytest.raises(AccessError) as first:
        accounts.write(SLOT, None, TEXT)
    assert first.value.facts["refused"] == "true"
    with pytest.raises(AccessError) as second:
        accounts.write(SLOT, None, TEXT)
    assert "refused" not in second.value.facts

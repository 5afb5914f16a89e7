"""A reset clears everything together, and no call stands with one foot in each world."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict

from tests.lab.acting import allow, code_of, reads
from unassume.errors import InputError
from unassume.lab import Fault, Lab
from unassume.lab.clients import client
from unassume.lab.control.turnstile import Turnstile


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(accounts=2) as opened:
        yield opened


def test_nothing_remains(lab: Lab) -> None:
    """Objects, tables, queues, principals, accounts, sessions, calls, events and faults are gone; the seed stands."""
    root, keith = lab.credentials("root"), lab.credentials("keith")
    client(lab, "s3", root).create_bucket(Bucket="left-over")
    client(lab, "s3", root).put_object(Bucket="left-over", Key="k", Body=b"x" * 100_000)
    client(lab, "sqs", root).create_queue(QueueName="left-over")
    client(lab, "iam", root).create_user(UserName="left-over")
    client(lab, "iam", lab.credentials("root-111122223333")).create_user(UserName="left-over")
    client(lab, "organizations", root).create_account(AccountName="Left", Email="left@example.com")
    lab.faults.add(Fault("throttle"))
    lab.reset()
    fresh = lab.credentials("root")
    assert fresh.access_key_id != root.access_key_id
    assert code_of(client(lab, "iam", root).list_users) == "InvalidClientTokenId"
    assert reads(lab, keith) == "InvalidAccessKeyId"
    assert reads(lab, lab.credentials("keith")) == "OK"
    assert [each["Name"] for each in client(lab, "s3", fresh).list_buckets()["Buckets"]] == ["analytics-data"]
    assert client(lab, "sqs", fresh).list_queues().get("QueueUrls", []) == []
    users = {each["UserName"] for each in client(lab, "iam", fresh).list_users()["Users"]}
    assert users == {"bob", "mary", "keith", "responder", "admin"}
    assert client(lab, "iam", lab.credentials("root-111122223333")).list_users()["Users"] == []
    accounts = client(lab, "organizations", fresh).list_accounts()["Accounts"]
    assert [each["Id"] for each in accounts] == list(lab.accounts)
    assert lab.faults.all() == ()


def test_no_backend_of_the_old_world(lab: Lab) -> None:
    """moto holds no account but the lab's own after a reset, in no service."""
    client(lab, "organizations", lab.credentials("root")).create_account(AccountName="Gone", Email="g@example.com")
    lab.reset()
    standing: list[dict[str, object]] = vars(BackendDict)["_instances"]
    assert {account for backends in standing for account in backends} <= set(lab.accounts)


def test_the_file_follows(lab: Lab) -> None:
    """The credentials file holds the new keys and none of the old, under the same name."""
    old, path = lab.credentials("root"), lab.profiles_path
    lab.reset()
    assert lab.profiles_path == path
    assert old.secret_access_key not in path.read_text()
    assert lab.credentials("root").secret_access_key in path.read_text()
    assert [each.name for each in path.parent.iterdir()] == ["credentials"]


def test_only_what_followed_is_seen(lab: Lab) -> None:
    """The calls and events of the seed are there once, as in a lab that was just opened."""
    lab.reset()
    seen = [(len(lab.calls()), len(lab.events()))]
    client(lab, "iam", lab.credentials("root")).list_users()
    lab.reset()
    assert seen * 2 == [*seen, (len(lab.calls()), len(lab.events()))]


def test_a_delayed_call_belongs_to_the_old_world(lab: Lab) -> None:
    """A call that waits when the reset begins is finished first, and what it wrote is gone with the rest."""
    lab.faults.add(Fault("delay", action="iam:CreateUser", seconds=60))
    iam, answers = client(lab, "iam", lab.credentials("root")), list[str]()
    waiting = threading.Thread(target=lambda: answers.append(code_of(iam.create_user, UserName="straggler")))
    waiting.start()
    while not lab.faults.all()[0].fired:
        pass
    lab.reset()
    waiting.join(30)
    assert answers == ["OK"]
    users = client(lab, "iam", lab.credentials("root")).list_users()["Users"]
    assert "straggler" not in {each["UserName"] for each in users}


def test_writes_during_resets(lab: Lab) -> None:
    """Writers that never stop leave nothing in the world after a reset: their call is done, or their key is gone."""
    stopped, seen = threading.Event(), set[str]()

    def write(number: int) -> None:
        iam = client(lab, "iam", lab.credentials("root"))
        while not stopped.is_set():
            seen.add(code_of(iam.put_group_policy, GroupName="g", PolicyName="p", PolicyDocument=allow(["s3:*"])))
            seen.add(code_of(iam.create_user, UserName=f"writer-{number}"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for each in writers:
        each.start()
    for _ in range(3):
        lab.reset()
    names = {each["UserName"] for each in client(lab, "iam", lab.credentials("root")).list_users()["Users"]}
    stopped.set()
    for each in writers:
        each.join(30)
    assert not {name for name in names if name.startswith("writer")}
    assert seen <= {"OK", "NoSuchEntity", "EntityAlreadyExists", "InvalidClientTokenId"}


def test_a_closed_lab_is_not_reset() -> None:
    """A lab that is not open says so."""
    with pytest.raises(InputError, match="not open"):
        Lab(seed=None).reset()


def test_alone_waits_and_lets_nobody_in() -> None:
    """Who wants to be alone waits for those inside; who comes later waits until they are out."""
    turnstile, order = Turnstile(), list[str]()
    inside, go_on, shut = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with turnstile.passing():
            inside.set()
            go_on.wait(30)
            order.append("first")

    def alone() -> None:
        inside.wait(30)
        shut.set()
        with turnstile.alone():
            order.append("alone")

    threads = [threading.Thread(target=each) for each in (first, alone)]
    for each in threads:
        each.start()
    assert shut.wait(30)
    go_on.set()
    for each in threads:
        each.join(30)
    with turnstile.passing(), turnstile.passing():
        order.append("later")
    assert order == ["first", "alone", "later"]

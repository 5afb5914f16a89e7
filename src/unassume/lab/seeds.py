"""The scenarios a lab starts with, played over HTTP like any client would.

`bob-mary-keith`: three people hold sessions of one role, `DataAnalyst`; from it they may go on to `Reporting`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from unassume.errors import InputError
from unassume.lab.credentials import Credentials

if TYPE_CHECKING:
    from unassume.lab.server import Lab

ROLE = "DataAnalyst"
CHILD_ROLE = "Reporting"
BUCKET = "analytics-data"
OBJECT = "2026/orders.csv"
TABLE = "orders"
PEOPLE = ("bob", "mary", "keith")
RESPONDER = "responder"
ADDRESSES = {"bob": "192.0.2.11", "mary": "192.0.2.12", "keith": "192.0.2.13"}
"""Where each of them works from."""

_ADDRESS = "X-Unassume-Lab-Source-Ip"


def arn(account: str, what: str) -> str:
    """The ARN of something in the account's IAM, such as `role/DataAnalyst`."""
    return f"arn:aws:iam::{account}:{what}"


def responder_policy(account: str) -> dict[str, Any]:
    """Exactly what `unassume` needs to find, cut, prove and undo in this account; the canary needs sts:AssumeRole."""
    return _policy(
        _allow(
            "CutAndUndo",
            ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy",
             "iam:ListAttachedRolePolicies"],
            arn(account, "role/*"),
        ),
        # AWS's own managed policies stand in an account named `aws`.
        _allow(
            "ReadPolicies", ["iam:GetPolicy", "iam:GetPolicyVersion"],
            [arn(account, "policy/*"), arn("aws", "policy/*")],
        ),
        _allow("ReadTrail", ["cloudtrail:LookupEvents", "account:ListRegions"], "*"),
        _allow("Canary", ["sts:AssumeRole"], arn(account, f"role/{ROLE}")),
    )  # fmt: skip


def plant(seed: str | None, lab: Lab, settle: float) -> dict[str, Credentials]:
    """Play the seed and return the credentials of its profiles; `settle` is how long a policy takes to be seen."""
    if seed is None:
        return {}
    if seed not in SEEDS:
        known = ", ".join(f"`{name}`" for name in SEEDS)
        raise InputError(f"the lab has no seed `{seed}`", hint=f"it has {known}")
    return SEEDS[seed](lab, settle)


def client(lab: Lab, service: str, credentials: Credentials, region: str = "", address: str = "") -> Any:
    """A boto3 client that speaks to the lab and to nothing else, without retries; `address` is where it calls from."""
    from botocore.config import Config

    made = _boto3_session().client(
        service,
        region_name=region or lab.region,
        endpoint_url=lab.endpoint_url,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, proxies={}),
    )
    if address:
        made.meta.events.register("before-send", lambda request, **_: request.headers.update({_ADDRESS: address}))
    return made


@lru_cache(maxsize=1)
def _boto3_session() -> Any:
    """One session for all, so that service models are read once; it reads none of the machine's profiles."""
    import boto3
    import botocore.session

    nothing = (None, None, os.devnull, None)
    settings = {"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing}
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=settings))


def _bob_mary_keith(lab: Lab, settle: float) -> dict[str, Credentials]:
    root = lab.credentials("root")
    _shelves(lab, root)
    held = _principals(lab, client(lab, "iam", root))
    lab.clock.advance(settle + 60)
    for person in PEOPLE:
        held[person] = _assumed(lab, held[f"{person}-user"], person)
        lab.clock.advance(7)
    for person in PEOPLE:
        client(lab, "s3", held[person], address=ADDRESSES[person]).get_object(Bucket=BUCKET, Key=OBJECT)
        client(lab, "sts", held[person], address=ADDRESSES[person]).get_caller_identity()
        lab.clock.advance(5)
    lab.clock.advance(240)
    return held


def _shelves(lab: Lab, root: Credentials) -> None:
    s3 = client(lab, "s3", root)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=OBJECT, Body=b"order,total\n1,19.90\n2,42.00\n")
    dynamodb = client(lab, "dynamodb", root)
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "1"}, "total": {"N": "19.90"}})


def _principals(lab: Lab, iam: Any) -> dict[str, Credentials]:
    held: dict[str, Credentials] = {}
    iam.create_role(
        RoleName=ROLE, MaxSessionDuration=43_200,
        AssumeRolePolicyDocument=_text(_trust(arn(lab.account, "root"))),
    )  # fmt: skip
    iam.put_role_policy(RoleName=ROLE, PolicyName="DataAccess", PolicyDocument=_text(_data_access(lab)))
    iam.create_role(RoleName=CHILD_ROLE, AssumeRolePolicyDocument=_text(_trust(arn(lab.account, f"role/{ROLE}"))))
    iam.put_role_policy(RoleName=CHILD_ROLE, PolicyName="ReadReports", PolicyDocument=_text(_reading()))
    for person in PEOPLE:
        held[f"{person}-user"] = _user(iam, person, "AssumeDataAnalyst", _assuming(lab))
    held[RESPONDER] = _user(iam, RESPONDER, "Unassume", responder_policy(lab.account))
    held["admin"] = _user(iam, "admin", "Administrator", _policy(_allow("All", ["*"], "*")))
    return held


def _user(iam: Any, name: str, policy: str, document: dict[str, Any]) -> Credentials:
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=_text(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _assumed(lab: Lab, user: Credentials, person: str) -> Credentials:
    given = client(lab, "sts", user, address=ADDRESSES[person]).assume_role(
        RoleArn=arn(lab.account, f"role/{ROLE}"), RoleSessionName=person, SourceIdentity=person, DurationSeconds=43_200
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def _trust(principal: str) -> dict[str, Any]:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _data_access(lab: Lab) -> dict[str, Any]:
    table = f"arn:aws:dynamodb:{lab.region}:{lab.account}:table/{TABLE}"
    reads = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable"]
    child = arn(lab.account, f"role/{CHILD_ROLE}")
    return _policy(
        _allow("Objects", ["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{BUCKET}/*"),
        _allow("Bucket", ["s3:ListBucket"], f"arn:aws:s3:::{BUCKET}"),
        _allow("Table", reads, table),
        _allow("Machines", ["ec2:DescribeInstances"], "*"),
        _allow("GoOn", ["sts:AssumeRole", "sts:SetSourceIdentity"], child),
    )


def _reading() -> dict[str, Any]:
    return _policy(
        _allow("Objects", ["s3:GetObject"], f"arn:aws:s3:::{BUCKET}/*"),
        _allow("Bucket", ["s3:ListBucket"], f"arn:aws:s3:::{BUCKET}"),
    )


def _assuming(lab: Lab) -> dict[str, Any]:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    return _policy(_allow("Assume", actions, arn(lab.account, f"role/{ROLE}")))


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(sid: str, actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document)


SEEDS: dict[str, Callable[[Lab, float], dict[str, Credentials]]] = {"bob-mary-keith": _bob_mary_keith}

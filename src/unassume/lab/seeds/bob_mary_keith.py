"""The scenarios a lab starts with, played over HTTP like any client would.

`bob-mary-keith`: three people hold sessions of one role, `DataAnalyst`; from it they may go on to `Reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unassume.lab.access.credentials import Credentials
from unassume.lab.clients import client
from unassume.lab.seeds.documents import allow, arn, policy, text, trust

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


def responder_policy(account: str) -> dict[str, Any]:
    """Exactly what `unassume` needs to find, cut, prove and undo in this account; the canary needs sts:AssumeRole."""
    return policy(
        allow(
            "CutAndUndo",
            ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy",
             "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"],
            arn(account, "role/*"),
        ),
        # AWS's own managed policies stand in an account named `aws`.
        allow(
            "ReadPolicies", ["iam:GetPolicy", "iam:GetPolicyVersion"],
            [arn(account, "policy/*"), arn("aws", "policy/*")],
        ),
        allow(
            "ReadTrail", ["cloudtrail:LookupEvents", "account:ListRegions", "iam:GetAccountAuthorizationDetails"],
            "*",
        ),
        allow(
            "ReadWorkloads",
            ["ec2:DescribeInstances", "lambda:ListFunctions", "ecs:ListClusters", "ecs:ListTasks", "ecs:DescribeTasks",
             "ecs:DescribeTaskDefinition", "eks:ListClusters", "eks:ListPodIdentityAssociations",
             "eks:DescribePodIdentityAssociation"],
            "*",
        ),
        allow("AskWhatIsAllowed", ["iam:SimulatePrincipalPolicy"], [arn(account, "user/*"), arn(account, "role/*")]),
        allow("Canary", ["sts:AssumeRole"], arn(account, f"role/{ROLE}")),
    )  # fmt: skip


def play(lab: Lab, settle: float) -> dict[str, Credentials]:
    """Play the story; `settle` is how many lab-seconds a policy takes to be seen."""
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
        AssumeRolePolicyDocument=text(trust(arn(lab.account, "root"))),
    )  # fmt: skip
    iam.put_role_policy(RoleName=ROLE, PolicyName="DataAccess", PolicyDocument=text(_data_access(lab)))
    iam.create_role(RoleName=CHILD_ROLE, AssumeRolePolicyDocument=text(trust(arn(lab.account, f"role/{ROLE}"))))
    iam.put_role_policy(RoleName=CHILD_ROLE, PolicyName="ReadReports", PolicyDocument=text(_reading()))
    for person in PEOPLE:
        held[f"{person}-user"] = _user(iam, person, "AssumeDataAnalyst", _assuming(lab))
    held[RESPONDER] = _user(iam, RESPONDER, "Unassume", responder_policy(lab.account))
    held["admin"] = _user(iam, "admin", "Administrator", policy(allow("All", ["*"], "*")))
    return held


def _user(iam: Any, name: str, policy: str, document: dict[str, Any]) -> Credentials:
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=text(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _assumed(lab: Lab, user: Credentials, person: str) -> Credentials:
    given = client(lab, "sts", user, address=ADDRESSES[person]).assume_role(
        RoleArn=arn(lab.account, f"role/{ROLE}"), RoleSessionName=person, SourceIdentity=person, DurationSeconds=43_200
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def _data_access(lab: Lab) -> dict[str, Any]:
    table = f"arn:aws:dynamodb:{lab.region}:{lab.account}:table/{TABLE}"
    reads = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable"]
    child = arn(lab.account, f"role/{CHILD_ROLE}")
    return policy(
        allow("Objects", ["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{BUCKET}/*"),
        allow("Bucket", ["s3:ListBucket"], f"arn:aws:s3:::{BUCKET}"),
        allow("Table", reads, table),
        allow("Machines", ["ec2:DescribeInstances"], "*"),
        allow("GoOn", ["sts:AssumeRole", "sts:SetSourceIdentity"], child),
    )


def _reading() -> dict[str, Any]:
    return policy(
        allow("Objects", ["s3:GetObject"], f"arn:aws:s3:::{BUCKET}/*"),
        allow("Bucket", ["s3:ListBucket"], f"arn:aws:s3:::{BUCKET}"),
    )


def _assuming(lab: Lab) -> dict[str, Any]:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    return policy(allow("Assume", actions, arn(lab.account, f"role/{ROLE}")))

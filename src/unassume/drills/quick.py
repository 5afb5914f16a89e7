"""Calls of thousands: signed one by one on one connection, for a client of boto3 takes longer than its call."""

from __future__ import annotations

import json

from unassume.drills.actors import Actor
from unassume.lab import Lab
from unassume.lab.seeds.bob_mary_keith import TABLE

_ITEM = json.dumps({"TableName": TABLE, "Key": {"id": {"S": "1"}}}).encode()
_FIELDS = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}


class Quick:
    """One connection to the lab, for whoever has credentials."""

    def __init__(self, lab: Lab) -> None:
        from botocore.httpsession import URLLib3Session

        self._lab, self._connection = lab, URLLib3Session()

    def get_item(self, actor: Actor) -> str:
        """A dynamodb:GetItem on the actor's credentials, from his address: `ok`, or how AWS refused it."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        held = actor.credentials
        fields = {**_FIELDS, "X-Unassume-Lab-Source-Ip": actor.address}
        asked = AWSRequest("POST", self._lab.endpoint_url, data=_ITEM, headers=fields)
        signing = Credentials(held.access_key_id, held.secret_access_key, held.session_token)
        SigV4Auth(signing, "dynamodb", self._lab.region).add_auth(asked)
        answer = self._connection.send(asked.prepare())
        if answer.status_code == 200:
            return "ok"
        told = json.loads(answer.content)
        said = str(told.get("message") or told.get("Message"))
        return "DENIED" if "explicit deny" in said else str(told.get("__type", "error"))

"""boto3 clients that speak to the lab and to nothing else."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from unassume.lab.access.credentials import Credentials

if TYPE_CHECKING:
    from unassume.lab.server import Lab

_ADDRESS = "X-Unassume-Lab-Source-Ip"


def client(lab: Lab, service: str, credentials: Credentials, region: str = "", address: str = "") -> Any:
    """A boto3 client that speaks to the lab and to nothing else, without retries; `address` is where it calls from."""
    from botocore.config import Config

    made = _boto3_session().client(
        service,
        region_name=region or lab.region,
        endpoint_url=lab.endpoint_url,
        verify=str(lab.ca_bundle) if lab.ca_bundle else None,
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

"""moto's in-process server application: the state store behind the gate, its own access control left off."""

from __future__ import annotations

import importlib
import os
import re
from functools import lru_cache
from itertools import count
from typing import Any

import moto.settings
from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from unassume.errors import InputError
from unassume.lab.accounts.organization import forget
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, not_implemented
from unassume.lab.wire.shapes import Answer

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORGET_EVERY = 500
_CLOSED = ("/moto-api", "/latest/meta-data", "/latest/api", "/favicon.ico")
_OURS = frozenset({"content-length", "content-type", "date", "server", "connection", "x-amzn-requestid",
                   "x-amz-request-id", "access-control-allow-origin"})  # fmt: skip


class MotoApp:
    """moto's application, called with what the gate judged."""

    def __init__(self) -> None:
        if "MOTO_ACCOUNT_ID" in os.environ:
            raise InputError("`MOTO_ACCOUNT_ID` is set, which would send every call to one account", hint="unset it")
        moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        _prime()
        self._app = _Dispatcher(create_backend_app)
        self._forwarded = count(1)
        self.reset()

    def reset(self) -> None:
        """Forget everything in every account, the membership of organizations too, which moto's own reset keeps."""
        _let_go()
        BackendDict.reset()
        reset_model_data()
        forget()

    def forward(self, incoming: Incoming, signed: Signed, account: str, what: str) -> Answer:
        """moto's answer; a Refusal where it has none, so that no HTML page or traceback ever leaves the lab."""
        if what == "ec2:DescribeInstances":
            _filter_by_profile()
        started: dict[str, Any] = {}
        if next(self._forwarded) % _FORGET_EVERY == 0:
            # moto keeps every instance it ever made, overwritten S3 objects too, for a dashboard nobody opens here.
            reset_model_data()

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started.update(status=int(status.split(" ", 1)[0]), headers=headers)

        try:
            host = self._app.infer_service_region_host(incoming.environ(account, signed.header), incoming.path)
            if _backend_of(host) is None:
                raise not_implemented(what)
            body = b"".join(self._app(incoming.environ(account, signed.header), start_response))
        except Refusal:
            raise
        except NotImplementedError:
            raise not_implemented(what) from None
        except Exception as problem:
            # moto breaks at parameters AWS would refuse; a status of 500 would make clients send them again.
            raise not_implemented(f"{what} with these parameters ({type(problem).__name__} in moto)") from problem
        return _clean(started["status"], started["headers"], body, what, incoming.method == "HEAD")


def _let_go() -> None:
    """Drop backends that moto's reset would only build anew before it drops them: EC2 alone takes 30 ms for that."""
    standing: list[Any] = vars(BackendDict)["_instances"]
    for backends in list(standing):
        for in_account in list(backends.values()):
            for region, backend in list(in_account.items()):
                if type(backend).reset is BaseBackend.reset:
                    dict.pop(in_account, region)


def _prime() -> None:
    """Let moto make its boto3 sessions now, so that a profile named in the environment cannot break it later."""
    names = [name for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if name in os.environ]
    held = {name: os.environ.pop(name) for name in names}
    try:
        AccountSpecificBackend.get_session().get_available_partitions()
        if held:
            importlib.import_module("moto.ec2.models")
    finally:
        os.environ.update(held)


@lru_cache(maxsize=1)
def _filter_by_profile() -> None:
    """Let moto's DescribeInstances filter by the ARN of an instance profile, which it keeps but does not look at.

    AWS: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    known = importlib.import_module("moto.ec2.utils").filter_dict_attribute_mapping
    known.setdefault("iam-instance-profile.arn", "iam_instance_profile.Arn")


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, finding the backend of a host once; moto's own search reads the disk and prints."""

    def get_backend_for_host(self, host: str | None) -> str | None:
        return _backend_of(host)


@lru_cache(maxsize=4096)
def _backend_of(host: str | None) -> str | None:
    if host is None or host in list_of_moto_modules():
        return host
    return next((backend for backend, pattern in backend_url_patterns if pattern.match(f"http://{host}")), None)


def is_closed(path: str) -> bool:
    """Whether the path is one of moto's own, open to anybody: never answered."""
    return path.lower().startswith(_CLOSED)


def _clean(status: int, headers: list[tuple[str, str]], body: bytes, what: str, may_be_empty: bool) -> Answer:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    start = body[:200].lower()
    is_page = status >= 400 and (b"<html" in start or b"<!doctype html" in start)
    if status == 500:
        raise not_implemented(f"{what} with these parameters (500 from moto)")
    if is_page or (status in (403, 404) and not body and not may_be_empty):
        raise not_implemented(what)
    if kind.startswith("text/html") and start.startswith(b"<") and (status >= 400 or not what.startswith("s3:")):
        kind = "text/xml"
    if status >= 400 and "xml" in kind:
        # moto repeats what was sent, and XML cannot hold a control character.
        body = _CONTROL.sub(b"?", body)
    ours = _OURS - {"content-length"} if may_be_empty else _OURS
    kept = tuple((name, value) for name, value in headers if name.lower() not in ours)
    return Answer(status, body, kind or "text/xml", kept)

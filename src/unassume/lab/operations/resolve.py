"""Which operation of which service a request calls, found with moto's routers over botocore's models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from unassume.lab.operations.reading import read_parameters
from unassume.lab.operations.s3_requests import check_s3_request
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Family, Refusal, ambiguous, not_implemented

_MODELS = {
    "monitoring": "cloudwatch",
    "email": "sesv2",
    "ses": "sesv2",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
    "cloudhsm": "cloudhsmv2",
    "aws-marketplace": "meteringmarketplace",
}
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag", "iotdata": "iot"}
_UNKNOWN = {
    Family.QUERY: ("InvalidAction", 400),
    Family.EC2: ("InvalidAction", 400),
    Family.JSON: ("UnknownOperationException", 400),
    Family.CBOR: ("UnknownOperationException", 404),
    Family.REST_JSON: ("UnknownOperationException", 404),
    Family.S3: ("MethodNotAllowed", 405),
    Family.S3_CONTROL: ("MethodNotAllowed", 405),
    Family.REST_XML: ("InvalidAction", 404),
}


class Operation(msgspec.Struct, frozen=True):
    """An operation with its parameters as sent; `prefix` is the one IAM actions of the service have."""

    service: str
    prefix: str
    name: str
    parameters: Mapping[str, Any]

    @property
    def source(self) -> str:
        """CloudTrail's eventSource."""
        return f"{self.service}.amazonaws.com"


def family(incoming: Incoming, service: str) -> Family:
    """The error shape the caller's client can read; a guess from the request when the service is not known."""
    if (incoming.header("smithy-protocol") or "") == "rpc-v2-cbor":
        return Family.CBOR
    if incoming.header("x-amz-target"):
        return Family.JSON
    if service == "s3":
        return Family.S3_CONTROL if incoming.raw_path.startswith("/v20180820/") else Family.S3
    if service == "ec2":
        return Family.EC2
    if "Action" in incoming.form:
        return Family.QUERY
    return _of_model(service) if service else Family.S3


def resolve(incoming: Incoming, service: str) -> Operation:
    """The operation called; a Refusal when the service or the operation is unknown."""
    claimed = _claimed(incoming, service)
    router = _router(service)
    if router is None:
        raise not_implemented(f"the service `{service}`")
    try:
        matched, labels = router.match(Request(incoming.environ()))
    except NotImplementedError:
        raise not_implemented(f"this protocol for `{service}`") from None
    except NotFound:
        code, status = _UNKNOWN[family(incoming, service)]
        raise Refusal(code=code, status=status, message="The operation is not known to this service.") from None
    except ValueError:
        raise Refusal(code="ValidationError", status=400, message="The request cannot be read.") from None
    if claimed not in (None, matched.name):
        raise ambiguous()
    if service == "s3":
        check_s3_request(incoming, matched, labels)
    parameters = {**dict(incoming.query), **labels} if service == "s3" else read_parameters(incoming, matched, labels)
    return Operation(service, iam_prefix(service), str(matched.name), parameters)


def iam_prefix(service: str) -> str:
    """The prefix IAM's actions have for what signs as `service`."""
    return _PREFIXES.get(service, service)


def _claimed(incoming: Incoming, service: str) -> str | None:
    """The operation the request names in words; moto and our router read different places, so one alone may."""
    if service == "s3" and incoming.raw_path.lstrip("/").startswith("v20180820/"):
        raise not_implemented("S3 Control")
    form = () if service == "s3" else incoming.form_pairs
    pairs = [*incoming.query, *form]
    names = [value for name, value in pairs if name == "Action"]
    target = incoming.header("x-amz-target")
    names += [target.rpartition(".")[2]] if target else []
    protocol_names = [name for name, _ in pairs]
    if len(names) > 1 or (names and not target and len(set(protocol_names)) < len(protocol_names)):
        raise ambiguous()
    if form and incoming.query:
        raise ambiguous()
    return names[0] if names else None


@lru_cache(maxsize=1024)
def _model_name(service: str) -> str:
    """botocore's name for what signs as `service`; some drop the dashes."""
    name = _MODELS.get(service, service)
    if "-" not in name or name in create_loader().list_available_services("service-2"):
        return name
    return name.replace("-", "")


@lru_cache(maxsize=1024)
def _router(service: str) -> Any:
    """moto's router of the service, or None; misses are kept too, for looking for one reads the disk."""
    try:
        return get_service_router(_model_name(service))
    except UnknownServiceError:
        return None


@lru_cache(maxsize=1024)
def _of_model(service: str) -> Family:
    try:
        protocol = str(get_service_model(_model_name(service)).protocol)
    except UnknownServiceError:
        return Family.REST_JSON
    shapes = {"rest-json": Family.REST_JSON, "json": Family.JSON, "ec2": Family.EC2, "rest-xml": Family.REST_XML}
    return shapes.get(protocol, Family.QUERY)

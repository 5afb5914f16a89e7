"""How a call came in, as far as events tell: TLS, and what S3 adds of its own.

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from unassume.lab.wire.claims import Style
from unassume.lab.wire.incoming import Incoming


def tls_details(incoming: Incoming | None) -> dict[str, str] | None:
    """The tlsDetails of a call over TLS; the version and cipher are left out, as AWS does when it does not know them.

    # AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    if incoming is None or not incoming.is_secure:
        return None
    return {"clientProvidedHostHeader": incoming.host}


def s3_additions(incoming: Incoming, style: Style, request_id: str, sent: int) -> dict[str, Any]:
    """S3's additionalEventData: how the call was signed, and how much went in and out."""
    return {
        "SignatureVersion": style.version,
        "AuthenticationMethod": style.method,
        "bytesTransferredIn": len(incoming.body),
        "bytesTransferredOut": sent,
        "x-amz-id-2": base64.b64encode(hashlib.sha256(request_id.encode()).digest()).decode(),
    }

"""Which IAM actions S3's operations need on a bucket and on an object.

AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from collections.abc import Mapping

_BUCKET = {
    "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteBucketTagging": "PutBucketTagging", "DeleteBucketCors": "PutBucketCORS",
    "GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration", "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
} | {name: name for name in (
    "CreateBucket", "DeleteBucket", "GetBucketLocation", "GetBucketAcl", "PutBucketAcl", "GetBucketPolicy",
    "DeleteBucketPolicy", "PutBucketPolicy", "GetBucketVersioning", "PutBucketVersioning", "GetBucketTagging",
    "PutBucketTagging", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite", "GetBucketLogging",
    "PutBucketLogging", "GetBucketRequestPayment", "PutBucketRequestPayment", "GetBucketPolicyStatus",
    "GetBucketOwnershipControls", "PutBucketOwnershipControls", "GetBucketNotification", "PutBucketNotification",
)}  # fmt: skip
BUCKET: Mapping[str, tuple[str, ...]] = {name: (action,) for name, action in _BUCKET.items()}

OBJECT: Mapping[str, tuple[str, ...]] = {
    "HeadObject": ("GetObject",), "SelectObjectContent": ("GetObject",),
    "CopyObject": ("PutObject",), "UploadPartCopy": ("PutObject",),
    "CreateMultipartUpload": ("PutObject",), "UploadPart": ("PutObject",), "CompleteMultipartUpload": ("PutObject",),
    "ListParts": ("ListMultipartUploadParts",), "GetObjectAttributes": ("GetObject", "GetObjectAttributes"),
} | {name: (name,) for name in (
    "GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "GetObjectAcl", "PutObjectAcl",
    "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "RestoreObject", "GetObjectLegalHold",
    "PutObjectLegalHold", "GetObjectRetention", "PutObjectRetention", "GetObjectTorrent",
)}  # fmt: skip

VERSIONS: Mapping[str, str] = {
    "GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion", "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl", "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging", "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes", "GetObjectTorrent": "GetObjectVersionTorrent",
}  # fmt: skip

"""Documented errors of S3 and Azure's blob storage, each told by its code, by its sentence, or by both."""

import re

from ..rule import Rule, rule


def _coded(kind: str, code: str, says: str, *parts: str) -> Rule:
    """A service's documented error, told by its code, by its message, or by both."""
    return rule(kind, f"{code}|{says}", rf"\b{code}\b|{re.escape(says)}", *(parts or (f"={code}",)))


# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
S3 = (
    _coded("ERROR", "PermanentRedirect", "must be addressed using the specified endpoint"),
    _coded("ERROR", "AuthorizationHeaderMalformed", "authorization header is malformed; the region"),
    _coded(
        "ERROR", "IllegalLocationConstraintException", "location constraint is incompatible for the region"
    ),
    _coded("ERROR", "RequestTimeTooSkewed", "difference between the request time and the"),
    _coded("ERROR", "InvalidObjectState", "operation is not valid for the object's storage class"),
    _coded("ERROR", "InvalidRange", "requested range is not satisfiable"),
    _coded("ERROR", "NoSuchUpload", "specified multipart upload does not exist"),
    _coded("ERROR", "PreconditionFailed", "pre-conditions you specified did not hold"),
    _coded("ERROR", "EntityTooLarge", "proposed upload exceeds the maximum allowed"),
    _coded("ERROR", "IncompleteBody", "number of bytes specified by the content-length"),
    _coded(
        "WRITE_CONFLICT", "OperationAborted", "conflicting conditional operation is currently in progress"
    ),
    _coded("TIMEOUT", "RequestTimeout", "connection to the server was not read from or written to within"),
    _coded("ALREADY_EXISTS", "BucketAlreadyExists", "requested bucket name is not available", "=bucket"),
    _coded(
        "AUTH_FAILED",
        "SignatureDoesNotMatch",
        "request signature we calculated does not match",
        "=aws",
        "=SignatureDoesNotMatch",
    ),
    _coded(
        "AUTH_FAILED",
        "InvalidAccessKeyId",
        "access key id you provided does not exist",
        "=aws",
        "=InvalidAccessKeyId",
    ),
)
# https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
AZURE = (
    _coded("LOCK_CONFLICT", "LeaseIdMissing", "there is currently a lease on the", "=azure_lease"),
    _coded(
        "LOCK_CONFLICT",
        "LeaseIdMismatchWithBlobOperation",
        "lease id specified did not match",
        "=azure_lease_mismatch",
    ),
    _coded(
        "LOCK_CONFLICT", "LeaseAlreadyPresent", "there is already a lease present", "=azure_lease_present"
    ),
    _coded("ALREADY_EXISTS", "BlobAlreadyExists", "the specified blob already exists", "=blob"),
    _coded("ALREADY_EXISTS", "PathAlreadyExists", "the specified path already exists", "=path"),
    _coded("ERROR", "ContainerBeingDeleted", "the specified container is being deleted"),
    _coded("ERROR", "ConditionNotMet", "condition specified using http conditional header(s) is not met"),
    _coded("THROTTLED", "ServerBusy", "ingress is over the account limit", "=azure"),
    _coded("THROTTLED", "ServerBusy", "the server is busy", "=azure"),
    _coded(
        "ACCESS_DENIED",
        "PublicAccessNotPermitted",
        "public access is not permitted on this storage account",
        "=azure_public",
    ),
)

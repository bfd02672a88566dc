"""Object stores and file systems: S3, GCS, ADLS, HDFS, local disks."""

from ..rule import rule
from .storage_codes import AZURE, S3

_AWS = r"error (?:occurred )?\((?:{code})\) (?:occurred )?when calling the (?P<word>\w+)\s+operation"
_ANY = r"(?:Error Code: |Code: |\(|\[|<Code>|\"?code\"?[:=] ?\"?|\b)"

RULES = (
    *S3,
    *AZURE,
    rule(
        "CREDENTIALS_EXPIRED",
        "authentication token has expired",
        r"authentication token has expired",
        "=snowflake",
    ),
    rule(
        "CREDENTIALS_EXPIRED",
        "expiredtoken|token has expired|security token included in the request is expired|"
        "token is expired|sso session|token expired|request has expired",
        r"ExpiredToken|token (?:included in the request )?(?:has |is )expired|expired token|SSO session.{0,60}expired|token expired",
        "=aws",
    ),
    rule(
        "CREDENTIALS_MISSING",
        "unable to locate credentials|nocredentials|no aws credentials|unable to load aws credentials|"
        "unable to load credentials|no credentials|could not load credentials|no valid providers in chain|no valid credential sources",
        r"no valid (?:providers in chain|credential sources)|unable to (?:locate|load) (?:AWS )?credentials|NoCredential|no AWS credentials|could not load credentials",
        "=aws",
    ),
    rule(
        "AUTH_FAILED",
        "invalidclienttokenid|unrecognizedclient|security token included in the request is invalid",
        r"InvalidClientTokenId|UnrecognizedClient|security token included in the request is invalid",
        "=aws",
        "=InvalidClientTokenId",
    ),
    rule(
        "ACCESS_DENIED",
        "operation error ",
        r"operation error \w{1,30}: (?P<word>\w{3,60}), .{0,300}?(?:AccessDenied|StatusCode: 403)",
        "word",
    ),
    rule(
        "AUTH_FAILED",
        "(invalidtoken)",
        r"(?P<word>InvalidToken)",
        "=aws",
        "word",
    ),
    rule(
        "ACCESS_DENIED",
        "accessdenied|access denied",
        r"is not authorized to perform: \w+:(?P<word>[\w*]+)",
        "word",
    ),
    rule(
        "ACCESS_DENIED",
        "is not authorized to perform",
        r"is not authorized to perform: \w+:(?P<word>[\w*]+)",
        "word",
    ),
    rule(
        "ACCESS_DENIED",
        "accessdenied|unauthorizedoperation|403|forbidden",
        _AWS.format(code="AccessDenied\\w*|403|Forbidden|Unauthorized\\w*"),
        "word",
    ),
    rule(
        "CREDENTIALS_MISSING",
        "defaultcredentialserror|automatically determine credentials|default credentials were not found",
        r"DefaultCredentialsError|could not automatically determine credentials|default credentials were not found",
        "=google",
    ),
    rule(
        "THROTTLED",
        "object mutation operations",
        r"exceeded the rate limit for object mutation",
        "=object_mutation",
    ),
    rule(
        "THROTTLED",
        "slowdown|slow down|reduce your request rate",
        r"SlowDown|503[:,]? Slow Down|(?:AmazonS3|S3)Exception: (?:Slow Down|Please reduce)|reduce your request rate",
        "=SlowDown",
    ),
    rule(
        "THROTTLED",
        "throttling|requestlimitexceeded|request_limit_exceeded|toomanyrequests|provisionedthroughputexceeded",
        r"\b(?P<code_>REQUEST_LIMIT_EXCEEDED)|\b(?P<word>Throttling(?=(?:Exception|Error)?\b)(?! quota)|RequestLimitExceeded|TooManyRequests|ProvisionedThroughputExceeded)",
        "word",
        "code",
    ),
    rule(
        "BUCKET_NOT_FOUND",
        "nosuchbucket|bucket|filesystemnotfound|container does not exist|containernotfound|specified filesystem",
        r"NoSuchBucket|bucket_?not_?found|no such ?bucket|(?<!variable )\bbucket[^\n.]{0,80} (?:does not|doesn'?t) exist|FilesystemNotFound"
        r"|container does not exist|ContainerNotFound|specified filesystem does not",
    ),
    rule(
        "OBJECT_NOT_FOUND",
        "nosuchkey|specified key does not exist|no such object|blobnotfound|specified blob does not exist",
        r"(?P<word_a>NoSuchKey)|(?P<word_b>specified key does not exist)|(?P<word_c>no such object)|(?P<word_d>BlobNotFound|specified blob does not)",
        "=store",
    ),
    rule(
        "OBJECT_NOT_FOUND",
        "specified path does not exist|pathnotfound",
        r"PathNotFound|specified path does not exist",
        "=azure_path",
    ),
    rule("OBJECT_NOT_FOUND", "(404)", _AWS.format(code="404|NotFound"), "=store"),
    rule(
        "ACCESS_DENIED",
        "does not have",
        r"does not have (?P<word>[a-z]+\.[a-z.A-Z]+) (?:access|permission)",
        "word",
    ),
    rule(
        "ACCESS_DENIED", "permission", r"permission ['\"`]?(?P<word>[a-z]+\.[a-zA-Z.]+)['\"`]? denied", "word"
    ),
    rule(
        "ACCESS_DENIED",
        "authorizationpermissionmismatch|authorizationfailure|not authorized to perform this operation",
        r"AuthorizationPermissionMismatch|not authorized to perform this operation using this permission",
        "=azure_permission",
    ),
    rule(
        "ACCESS_DENIED",
        "authorizationfailure|not authorized to perform this operation",
        r"AuthorizationFailure|not authorized to perform this operation",
        "=azure_network",
    ),
    rule("AUTH_FAILED", "aadsts", r"(?P<word>AADSTS\d{5,7})\b", "=azure", "word"),
    rule(
        "AUTH_FAILED",
        "authenticationfailed|server failed to authenticate|aadsts|invalid_client",
        r"AuthenticationFailed(?!Error)|server failed to authenticate|AADSTS(?P<word>\d{5,6})|invalid_client",
        "=azure",
    ),
    rule(
        "ACCESS_DENIED",
        "error code: accessdenied|code: accessdenied|access denied (service|code>accessdenied|status code: 403|403 forbidden",
        rf"{_ANY}(?:AccessDenied)|Access Denied \(Service|Service: .{{1,60}}Status Code: 403",
        "=s3",
    ),
    rule(
        "ACCESS_DENIED",
        "accesscontrolexception|permission denied: user",
        r"permission denied: user=[^,\n]{1,80}, access=(?P<word>\w+)",
        "=hdfs",
        "word",
    ),
    rule("SERVICE_UNAVAILABLE", "safe mode", r"name ?node is in safe mode", "=hdfs_safe_mode"),
    rule(
        "CORRUPT_FILE",
        "could not obtain block|missing blocks|blockmissing",
        r"could not obtain block|BlockMissing",
        "=hdfs_block",
    ),
    rule(
        "MISSING_CLASS",
        "no filesystem for scheme",
        r"no filesystem for scheme:? \"?(?P<word>\w+)",
        "=filesystem",
        "word",
    ),
    rule(
        "DISK_FULL",
        "no space left on device|disk full|not enough space|could not extend file|quota exceeded: disk|enospc|disk quota|disk is full|database or disk",
        r"no space left|disk (?:is )?full|not enough space|could not extend file|ENOSPC|disk quota",
    ),
    rule(
        "DISK_FULL",
        "flood-stage watermark|flood stage disk watermark",
        r"flood[- ]stage (?:disk )?watermark",
        "=elasticsearch",
    ),
    rule(
        "NO_RESOURCES",
        "could only be replicated to|could only be written to",
        r"could only be (?:replicated|written) to \d+ (?:nodes|of the \d+ minReplication)",
        "=datanodes",
    ),
    rule("QUOTA_EXCEEDED", "dsquotaexceeded|nsquotaexceeded", r"(?P<word>[DN]SQuotaExceeded)", "word"),
    rule("NO_RESOURCES", "too many open files|emfile", r"too many open files|EMFILE", "=file_handles"),
    rule(
        "AUTH_FAILED",
        "kerberos|gssexception|gss initiate failed|kinit",
        r"GSSException|GSS initiate failed|authenticate via:? ?\[[^\]]{0,30}KERBEROS|kerberos.{0,80}(?:credentials|ticket|expired|fail)|kinit",
        "=kerberos",
    ),
)

# What no table knows keeps the service's own code.
NAMED = (
    rule(
        "ERROR",
        "when calling the",
        r"\((?P<word_code>\w+)\) when calling the (?P<word_operation>\w+)\s+operation(?: \([^)\n]{1,60}\))?:?\s{0,3}(?:\S+\s?)?(?:$|\n)",
        "word_code",
        "word_operation",
    ),
)

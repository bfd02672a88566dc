"""Object stores and file systems: S3, GCS, ADLS, HDFS, local disks."""

from ..rule import rule

_AWS = r"error (?:occurred )?\((?:{code})\) (?:occurred )?when calling the (?P<word>\w+)\s+operation"
_ANY = r"(?:Error Code: |Code: |\(|\[|<Code>|\"?code\"?[:=] ?\"?|\b)"

RULES = (
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
        "unable to load credentials|no credentials|could not load credentials",
        r"unable to (?:locate|load) (?:AWS )?credentials|NoCredential|no AWS credentials|could not load credentials",
        "=aws",
    ),
    rule(
        "CREDENTIALS_MISSING",
        "default credentials",
        r"could not automatically determine credentials|default credentials were not found",
        "=gcp",
    ),
    rule(
        "AUTH_FAILED",
        "invalidaccesskeyid|invalidclienttokenid|(invalidtoken)|signaturedoesnotmatch|unrecognizedclient",
        r"(?P<word>InvalidToken|InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient)",
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
        "slowdown|503 slow down|reduce your request rate",
        r"SlowDown|503,? Slow Down|(?:AmazonS3|S3)Exception: (?:Slow Down|Please reduce)|reduce your request rate",
        "=SlowDown",
    ),
    rule(
        "THROTTLED",
        "throttling|requestlimitexceeded|toomanyrequests|provisionedthroughputexceeded",
        r"(?P<word>Throttling\w*|RequestLimitExceeded|TooManyRequests|ProvisionedThroughputExceeded)",
        "word",
    ),
    rule(
        "BUCKET_NOT_FOUND",
        "nosuchbucket|bucket|filesystemnotfound|container does not exist|containernotfound|specified filesystem",
        r"NoSuchBucket|bucket_?not_?found|no such ?bucket|\bbucket[^\n.]{0,80} (?:does not|doesn'?t) exist|FilesystemNotFound"
        r"|container does not exist|ContainerNotFound|specified filesystem does not",
    ),
    rule(
        "OBJECT_NOT_FOUND",
        "nosuchkey|specified key does not exist|no such object|blobnotfound|specified blob does not exist|specified path does not exist|pathnotfound",
        r"(?P<word_a>NoSuchKey)|(?P<word_b>specified key does not exist)|(?P<word_c>no such object)|(?P<word_d>BlobNotFound|specified blob does not)|"
        r"(?P<word_e>PathNotFound|specified path does not exist)",
        "=store",
    ),
    rule("OBJECT_NOT_FOUND", "(404)", _AWS.format(code="404|NotFound"), "=store"),
    rule(
        "ERROR",
        "when calling the",
        r"An error occurred \((?P<word_code>\w+)\) when calling the (?P<word_operation>\w+)\s+operation",
        "word_code",
        "word_operation",
    ),
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
    rule(
        "AUTH_FAILED",
        "authenticationfailed|server failed to authenticate|aadsts|invalid_client",
        r"AuthenticationFailed|server failed to authenticate|AADSTS(?P<word>\d{5,6})|invalid_client",
        "=azure",
    ),
    rule(
        "ACCESS_DENIED",
        "error code: accessdenied|code: accessdenied|access denied (service|code>accessdenied|status code: 403|403 forbidden",
        rf"{_ANY}(?:AccessDenied)|Access Denied \(Service|Status Code: 403",
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
        "no space left on device|disk full|not enough space|could not extend file|quota exceeded: disk|enospc|disk is full|database or disk",
        r"no space left|disk (?:is )?full|not enough space|could not extend file|ENOSPC|disk quota",
    ),
    rule("QUOTA_EXCEEDED", "dsquotaexceeded|nsquotaexceeded", r"(?P<word>[DN]SQuotaExceeded)", "word"),
    rule("NO_RESOURCES", "too many open files|emfile", r"too many open files|EMFILE", "=file_handles"),
    rule(
        "AUTH_FAILED",
        "kerberos|gssexception|kinit",
        r"GSSException|kerberos.{0,80}(?:credentials|ticket|expired|fail)|kinit",
        "=kerberos",
    ),
)

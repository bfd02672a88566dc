"""What HTTP clients, TLS libraries and shells of many languages say of one failure of the network."""

from ..rule import rule

RULES = (
    rule(
        "TLS_ERROR",
        "wrong version number|wrong_version_number|look like a tls handshake|unsupported or unrecognized ssl message",
        r"wrong[ _]version[ _]number|look like a TLS handshake|unrecognized SSL message",
        "=wrong_version_number",
    ),
    rule(
        "TLS_ERROR",
        "handshake_failure|handshake failure",
        r"handshake[_ ]failure",
        "=handshake_failure",
    ),
    rule(
        "TLS_ERROR",
        "pkix path building failed|valid certification path",
        r"PKIX path building failed|unable to find valid certification path",
        "=certificate_verify_failed",
    ),
    rule(
        "CONNECTION_REFUSED",
        "connect call failed|couldn't connect to server",
        r"cannot connect to host .{1,200}connect call failed|curl: \(7\) .{0,200}couldn't connect to server",
    ),
    rule(
        "CONNECTION_LOST",
        "empty reply from server|server disconnected",
        r"empty reply from server|server disconnected without sending|ServerDisconnectedError",
        "=remote_closed",
    ),
    rule(
        "DNS_FAILURE",
        "no address associated with|couldn't resolve host|name does not resolve|unable to resolve host address",
        r"no address associated with (?:host)?name|couldn't resolve host|name does not resolve|unable to resolve host address",
    ),
    rule(
        "MISSING_MODULE",
        "cannot find module",
        r"cannot find module ['\"](?P<word>[@\w./-]{1,100})['\"]",
        "word",
    ),
    rule(
        "ERROR",
        "500",
        r"\A(?:[^\n]{0,200}\b)?(?:returned error: 500|failed with status code 500|too many 500 error responses|server error '500[^\n']{0,40}' for url)",
        "=http",
        "=internal_server_error",
    ),
    rule("TIMEOUT", "httptimeoutexception", r"HttpTimeoutException: request timed out", "=read"),
    rule(
        "OBJECT_NOT_FOUND",
        "404",
        r"\b(?:client error '404|failed with status code 404)",
        "=http",
    ),
)

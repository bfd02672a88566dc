"""Kafka clients (Java and librdkafka), Connect and the schema registry."""

from ..rule import name, rule

_TOPIC = r"[`'\"\[]?(?P<word>[A-Za-z][\w.-]{0,120}?)"

RULES = (
    rule(
        "TOPIC_NOT_FOUND",
        "not present in metadata",
        rf"topic {_TOPIC}['`\"]? not present in metadata",
        "word",
    ),
    rule(
        "TOPIC_NOT_FOUND",
        "unknowntopicorpartition|unknown_topic|unknown topic",
        rf"subscribed topic not available: {_TOPIC}: ",
        "word",
    ),
    rule(
        "TOPIC_NOT_FOUND",
        "unknown topic or partition|does not exist|missingtopicsfatal",
        r"unknown topic or partition\W{1,4}(?:for )?topic:? ['\"\[]?(?P<word>[A-Za-z][\w.-]{0,120})|\btopic ['\"`\[]?(?P<word_b>[A-Za-z][\w.-]{0,120})['\"`\]]? does not exist"
        r"|topic\(s\) \[(?P<word_c>[A-Za-z][\w.-]{0,120})\] is/are not present",
        "word",
    ),
    rule(
        "TOPIC_NOT_FOUND",
        "unknowntopicorpartition|unknown_topic|unknown topic|does not host this topic",
        r"UnknownTopicOrPartition|_?UNKNOWN_TOPIC(?:_OR_PART)?|unknown topic|does not host this topic",
        "=unknown_topic",
    ),
    rule(
        "ACCESS_DENIED",
        "not authorized to access topics|topic_authorization_failed",
        r"(?:not authorized to access topics:? \[?"
        + _TOPIC
        + r"(?=[\],]|$)|[{\s](?!code=)"
        + _TOPIC.replace("<word>", "<word_code>")
        + r"=TOPIC_AUTHORIZATION_FAILED)",
        "=topic",
        "word",
    ),
    rule(
        "ACCESS_DENIED",
        "topicauthorization|topic authorization failed|topic_authorization_failed",
        r"topic_?authorization_?failed\w*: \{'(?P<word>[A-Za-z][\w.-]{0,120})'|topic authorization failed for topics \[(?P<word_b>[A-Za-z][\w.-]{0,120})|TopicAuthorization|topic[ _]authorization",
        "=topic",
        "word",
    ),
    rule(
        "ACCESS_DENIED",
        "groupauthorization|group authorization|group_authorization|not authorized to access group",
        r"Group[ _]?Authorization|not authorized to access group",
        "=consumer_group",
    ),
    rule(
        "ACCESS_DENIED",
        "clusterauthorization|transactionalidauthorization",
        r"(?P<word>Cluster|TransactionalId)Authorization",
        "word",
    ),
    rule(
        "AUTH_FAILED",
        "sasl|_authentication|sslauthentication|kafka.errors.authenticationfailed",
        r"(?<!failed )sasl.{0,80}(?:authentication|handshake)|authentication.{0,80}\bsasl\b|(?-i:\b_AUTHENTICATION\b)|kafka\.errors\.AuthenticationFailed",
        "=kafka_sasl",
    ),
    rule(
        "TLS_ERROR",
        "ssl handshake failed|sslhandshake|_ssl",
        r"(?:SSL handshake failed|SslAuthenticationException|(?-i:[=. ]_SSL\b))",
        "=handshake",
    ),
    rule(
        "OFFSET_OUT_OF_RANGE",
        "offsetoutofrange|offset out of range|out of range with no|fetch position",
        r"offset ?out ?of ?range|out of range|_NO_OFFSET|_AUTO_OFFSET_RESET",
        "=kafka",
    ),
    rule(
        "OFFSET_OUT_OF_RANGE",
        "some data may have been lost",
        r"some data may have been lost",
        "=kafka_data_loss",
    ),
    rule(
        "REBALANCE",
        "rebalanceinprogress|rebalance_in_progress|rebalance in progress",
        r"rebalance[_ ]?in[_ ]?progress",
        "=in_progress",
    ),
    rule(
        "REBALANCE",
        "commitfailedexception|commit cannot be completed|rebalanc|max.poll.interval|_max_poll_exceeded|illegal_generation|unknown_member",
        r"(?<!exceptions\.)(?<!: )CommitFailedException(?!: (?:Cannot commit|Requirement|CommitFailed))|max\.poll\.interval|_MAX_POLL_EXCEEDED|maximum poll interval|"
        r"commit cannot be completed",
        "=max_poll",
    ),
    rule(
        "REBALANCE", "unknown_member|unknownmember|unknown member", r"unknown[_ ]?member", "=unknown_member"
    ),
    rule(
        "REBALANCE",
        "illegal_generation|illegalgeneration|illegal generation|group generation id",
        r"illegal[_ ]?generation|group generation id is not valid",
        "=illegal_generation",
    ),
    rule(
        "RECORD_TOO_LARGE",
        "recordtoolarge|messagesizetoolarge|msg_size_too_large|larger than the maximum request size|message size too large",
        r"RecordTooLarge|MessageSizeTooLarge|MSG_SIZE_TOO_LARGE|maximum request size|message size too large",
        "=kafka",
    ),
    rule(
        "PRODUCER_FENCED",
        "producerfenced|invalidproducerepoch|_fenced|newer producer",
        r"ProducerFenced|InvalidProducerEpoch|(?-i:(?<!COORDINATOR)_FENCED\b)|newer producer",
        "=kafka",
    ),
    rule(
        "TIMEOUT",
        "expiring|since batch creation",
        r"expiring \d+ record|passed since batch creation",
        "=kafka_delivery",
    ),
    rule(
        "TIMEOUT",
        "_msg_timed_out|message timed out",
        r"_MSG_TIMED_OUT|local: message timed out",
        "=kafka_delivery",
    ),
    rule(
        "TIMEOUT",
        "timeout of",
        r"timeout of \d+ ?ms expired before (?:the position|successfully committing|the last)",
        "=kafka_consumer",
    ),
    rule("TIMEOUT", "failed to update metadata", r"failed to update metadata after", "=kafka_metadata"),
    rule(
        "TIMEOUT",
        "timed out waiting for a node assignment",
        r"timed out waiting for a node assignment",
        "=kafka_admin",
    ),
    rule(
        "SERVICE_UNAVAILABLE",
        "coordinator",
        r"coordinator(?: is)? not ?available|COORDINATOR_NOT_AVAILABLE|"
        r"NOT_COORDINATOR",
        "=kafka_coordinator",
    ),
    rule("CONFIG_ERROR", "inconsistentclusterid", r"InconsistentClusterId", "=kafka_cluster_id"),
    rule(
        "SERVICE_UNAVAILABLE",
        "notleader|not_leader|not leader|leader_not_available|leadernotavailable|leader not available|not the leader",
        r"(?<!return )not[_ ]?leader|leader[_ ]?not[_ ]?available|not the leader",
        "=kafka_leader",
    ),
    rule(
        "SERVICE_UNAVAILABLE",
        "notenoughreplicas|not_enough_replicas|fewer in-sync replicas",
        r"not_?enough_?replicas|fewer in-sync replicas",
        "=kafka_replicas",
    ),
    rule("DNS_FAILURE", "no resolvable bootstrap urls", r"no resolvable bootstrap urls", "=kafka"),
    rule(
        "DNS_FAILURE",
        "_resolve|rdkafka",
        r"(?-i:_RESOLVE\b)|(?:rdkafka|thrd:).{0,200}failed to resolve",
        "=kafka",
    ),
    rule(
        "CONNECTION_REFUSED",
        "connection refused|econnrefused",
        r"(?:thrd:|rdkafka|kafkaerror|bootstrap|_TRANSPORT|kafka(?!\.schemaregistry)).{0,300}?(?:connection refused|ECONNREFUSED)",
        "=kafka",
    ),
    rule(
        "CONNECTION_REFUSED",
        "all_brokers_down|brokers are down|broker connections are down",
        r"ALL_BROKERS_DOWN|brokers? (?:connections )?are down",
        "=kafka_brokers",
    ),
    rule(
        "CONNECTION_REFUSED",
        "nobrokersavailable|connection to node|bootstrap from",
        r"NoBrokersAvailable|connection to node .{1,200}could not be established|unable to bootstrap from",
        "=kafka",
    ),
    rule(
        "CONNECTION_LOST",
        "_transport|broker may not be available|disconnected|bootstrap broker",
        r"(?-i:\b_TRANSPORT\b)|bootstrap broker .{0,120}disconnected|node .{0,60}disconnected|broker may not be available",
        "=kafka",
    ),
    # schema registry, serialisation, Connect
    rule(
        "SCHEMA_INCOMPATIBLE",
        "incompatible with an earlier schema|error code: 409|incompatible schema",
        r"incompatible with an earlier schema(?: for subject ['\"\\]{0,9}(?P<word>[\w.-]{1,120}))?|error code: 409|incompatible schema",
        "word",
    ),
    rule(
        "SCHEMA_NOT_FOUND",
        "40401|40403|subject not found|schema not found|subject '|schema ",
        r"subject ['\"\\]{0,3}(?P<word>[\w.-]{1,120})['\"\\]{0,3} not found|subject not found|schema (?:\d+ )?not found|4040[13]",
        "word",
    ),
    rule(
        "MALFORMED_DATA",
        "unknown magic byte|magic byte",
        r"(?:unknown|invalid|unexpected) magic byte",
        "=magic_byte",
    ),
    rule(
        "MALFORMED_DATA",
        "error deserializing|error retrieving avro|failed to deserialize data for topic",
        r"error deserializing (?:key/value|(?:avro|json|protobuf) message|VALUE|KEY)",
        "=kafka_deserialize",
    ),
    rule(
        "MALFORMED_DATA",
        "failed to deserialize data for topic|converting byte|dataexception",
        rf"failed to deserialize data for topic {_TOPIC} to (?P<lower>\w+)",
        "=deserialize",
        "lower",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "jsonconverter with schemas.enable",
        r"JsonConverter with schemas\.enable",
        "=connect_json_schema",
    ),
    rule(
        "MISSING_CLASS",
        "failed to find any class that implements connector",
        rf"failed to find any class that implements Connector and which name matches {name('cls')}",
        "=connector",
        "cls",
    ),
    rule(
        "ERROR",
        "tolerance exceeded in error handler",
        r"tolerance exceeded in error handler",
        "=connect_tolerance_exceeded",
    ),
)

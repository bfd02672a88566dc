"""What Kafka, its clients, Connect, Debezium, ZooKeeper and Flink say (https://kafka.apache.org/protocol: error codes)."""

KAFKA = """
CONFIG_ERROR:kafka:replication_factor = larger than available brokers | invalid_replication_factor | invalidreplicationfactorexception | replication factor is below 1 or larger
ALREADY_EXISTS:kafka:topic = topicexistsexception | topic_already_exists | topicalreadyexists
CONFIG_ERROR:kafka:invalid_topic = invalidtopicexception | invalid_topic_exception | topic name is invalid | topic name is illegal | request included invalid topic
VERSION_MISMATCH:kafka:api = unsupportedversionexception | unsupported_version | broker does not support * version | version of api is not supported
SERVICE_UNAVAILABLE:kafka_coordinator_loading = coordinator is loading | coordinator_load_in_progress | group_load_in_progress | coordinatorloadinprogress
SERVICE_UNAVAILABLE:kafka_controller = not the correct controller | not_controller | notcontrollerexception
CONFIG_ERROR:kafka:group_protocol = inconsistent group protocol | inconsistent_group_protocol | inconsistentgroupprotocol | supported protocols are incompatible
AUTH_FAILED:kafka:sasl_mechanism = unsupported sasl mechanism | unsupported_sasl_mechanism | client sasl mechanism * not enabled
MALFORMED_DATA:kafka:invalid_record = failed the validation on broker | invalidrecordexception | invalid_record | one or more records have been rejected
CORRUPT_FILE:kafka:crc = corruptrecordexception | corrupt_message | failed its crc checksum | does not match the message crc
DISK_FULL:kafka:storage = kafkastorageexception | kafka_storage_error | disk error when trying to access log
ERROR:kafka:sequence = outofordersequence | out_of_order_sequence | out of order sequence number
ERROR:kafka:producer_id = unknownproducerid | unknown_producer_id
LOCK_CONFLICT:kafka:transactions = concurrenttransactions | concurrent_transactions
ERROR:kafka:transaction_state = invalidtxnstate | invalid_txn_state | transaction in an invalid state
PRODUCER_FENCED:kafka:instance = fencedinstanceid | fenced_instance_id
CONNECTION_LOST:kafka:no_response = server disconnected before a response was received | org.apache.kafka.common.errors.networkexception
ACCESS_DENIED:kafka:security_disabled = security features are disabled | security_disabled
NO_RESOURCES:kafka:buffer = within the configured max blocking time | bufferexhausted | local: queue full | _queue_full | queue is full
CONFIG_ERROR:kafka:jaas = entry in the jaas config | no jaas configuration | could not find * jaas
CONFIG_ERROR:kafka:missing = missing required configuration {}
ERROR:kafka:multi_threaded = not safe for multi-threaded access
ERROR:kafka:assignment = no current assignment for partition
UNSUPPORTED:kafka:headers = does not support record headers
CONFIG_ERROR:kafka:broker_id = doesn't match stored broker.id | inconsistentbrokerid
LOCK_CONFLICT:kafka:log_dir = failed to acquire lock on file .lock | another process * using this directory
CONFIG_ERROR:kafka:not_formatted = no meta.properties found | no readable meta.properties | not formatted * storage
CONFIG_ERROR:kafka:advertised_listeners = advertised.listeners cannot use
RECORD_TOO_LARGE:kafka:invalid_receive = invalid receive
TLS_ERROR:not_ssl_record = not an ssl/tls record | plaintext connection
LOCK_CONFLICT:kafka_streams:state_dir = failed to lock the state directory | unable to initialize state, this can happen if multiple instances
SERIALIZATION_ERROR:kafka_streams:serializer = is not compatible to the actual key or value type
CONFIG_ERROR:connect:validation = connector configuration is invalid
SCHEMA_MISMATCH:connect:struct_required = only struct objects supported | only map objects supported
SCHEMA_MISMATCH:connect:auto_evolution = auto-evolution is disabled
TABLE_NOT_FOUND:connect:auto_create = auto-creation is disabled
OFFSET_OUT_OF_RANGE:debezium = this is no longer available on the server
SCHEMA_NOT_FOUND:debezium = whose schema isn't known to this connector
SCHEMA_NOT_FOUND:debezium:history = history topic * missing
CONNECTION_TIMEOUT:zookeeper = waiting for connection while in state | unable to connect to zookeeper
CONNECTION_LOST:zookeeper = keepererrorcode = connectionloss | connectionlossexception | connectionloss for
CONNECTION_LOST:zookeeper:session = keepererrorcode = session expired | zookeeper session * expired | session 0x* has expired
ALREADY_EXISTS:zookeeper_node = nodeexistsexception | keepererrorcode = nodeexists
OBJECT_NOT_FOUND:zookeeper_node = keepererrorcode = nonode | nonodeexception
ACCESS_DENIED:zookeeper = keepererrorcode = noauth
MALFORMED_DATA:kafka:integer_size = size of data received by * is not
CONFIG_ERROR:kafka:poll_subscription = not subscribed to any topics
SERVICE_UNAVAILABLE:kafka_offline = eligible_leaders_not_available | no leader * for partition
QUOTA_EXCEEDED:kafka:policy = policyviolation | policy_violation
CONFIG_ERROR:kafka:partitions = invalidpartitionsexception | invalid_partitions | number of partitions is below 1
CONFIG_ERROR:kafka:required_acks = invalid_required_acks | invalidrequiredacks
MISSING_CLASS:kafka:snappy = org.xerial.snappy | libsnappyjava
CONFIG_ERROR:kafka:client_dns = couldn't resolve server
REBALANCE:generation = fencedmemberepoch | memberidrequired | member_id_required
SCHEMA_INCOMPATIBLE:avro_reader = avrotypeexception | could not match schema | unable to resolve schema
"""

CODES = """
CORRUPT_FILE:kafka:crc = corrupt~message
ERROR:kafka:replica_not_available = replica~not~available
SERVICE_UNAVAILABLE:kafka_broker = broker~not~available
RECORD_TOO_LARGE:kafka = message~too~large | record~list~too~large | record~batch~too~large
ERROR:kafka:stale_controller_epoch = stale~controller~epoch
ERROR:kafka:offset_metadata_too_large = offset~metadata~too~large
SERVICE_UNAVAILABLE:kafka_replicas = not~enough~replicas~after~append
CONFIG_ERROR:kafka:invalid_group_id = invalid~group~id
CONFIG_ERROR:kafka:session_timeout = invalid~session~timeout
CONFIG_ERROR:kafka:replication_factor = invalid~replication~factor | replication-factor is invalid
CONFIG_ERROR:kafka:replica_assignment = invalid~replica~assignment
CONFIG_ERROR:kafka:partitions = invalid~partitions
CONFIG_ERROR:kafka:required_acks = invalid~required~acks
CONFIG_ERROR:kafka:message_format = unsupported~for~message~format
ERROR:kafka:duplicate_sequence = duplicate~sequence~number
ERROR:kafka:producer_id_mapping = invalid~producer~id~mapping
ERROR:kafka:sequence = out~of~order~sequence
ERROR:kafka:transaction_state = invalid~txn~state
CONFIG_ERROR:kafka:transaction_timeout = invalid~transaction~timeout
LOCK_CONFLICT:kafka:transactions = concurrent~transactions
AUTH_FAILED:kafka:sasl_mechanism = unsupported~sasl~mechanism
AUTH_FAILED:kafka:sasl_state = illegal~sasl~state
CONFIG_ERROR:kafka:log_dir = log~dir~not~found
ERROR:kafka:reassignment = reassignment~in~progress
ERROR:kafka:non_empty_group = non~empty~group
ERROR:kafka:group_not_found = group~id~not~found
ERROR:kafka:fetch_session = fetch~session~id~not~found | invalid~fetch~session~epoch
CONFIG_ERROR:kafka:listener = listener~not~found
CONFIG_ERROR:kafka:topic_deletion = topic~deletion~disabled
ERROR:kafka:leader_epoch = fenced~leader~epoch | unknown~leader~epoch
UNSUPPORTED:kafka:compression = unsupported~compression~type
ERROR:kafka:offset_not_available = offset~not~available
ERROR:kafka:group_max_size = group~max~size~reached
ERROR:kafka:unstable_offset_commit = unstable~offset~commit
THROTTLED:kafka = throttling~quota~exceeded
CONFIG_ERROR:kafka:group_protocol = inconsistent~group~protocol
ERROR:kafka:unknown_topic_id = unknown~topic~id
TIMEOUT:kafka_request = request_timed_out | broker: request timed out | requesttimedout | offset commit failed * request timed out
"""

FLINK = """
MISSING_CLASS:factory:table = suitable table factory
SERIALIZATION_ERROR:flink_function = is not serializable. the object probably | is not serializable. the implementation
MISSING_CLASS:flink_executor_factory = no executorfactory found
CHECKPOINT_FAILED:restore_state = could not restore keyed state | could not restore operator state | exception while restoring
INVALID_FORMAT:flink:no_timestamp = no timestamp marker | timestamp should always be non-negative
UNSUPPORTED:flink:update_changes = doesn't support consuming update | doesn't support consuming * changes
CONFIG_ERROR:flink:unsupported_options = unsupported options found
CONFIG_ERROR:flink:missing_options = missing required options
CONFIG_ERROR:flink:memory = exceed configured total | derived from * is less than its min value | total flink memory * exceed
CONNECTION_LOST:flink:rest = could not connect to the leading | failed to connect to the rest | could not complete the operation. number of retries
TIMEOUT:flink:ask = asktimeoutexception | ask timed out on
CONNECTION_LOST:flink:jobmanager = jobmanager responsible for * lost the leadership
CHECKPOINT_FAILED:savepoint = failed to trigger savepoint | savepoint * failed
CHECKPOINT_FAILED:alignment = checkpoint was canceled | checkpoint * subsumed
UNSUPPORTED:flink:batch_source = querying an unbounded table | unbounded table * in batch mode
TASK_KILLED:flink:cancellation = did not react to cancelling | task did not exit gracefully
MISSING_CLASS:flink:user_class = cannot load user class
TYPE_MISMATCH:flink:sink_types = column types of query result and sink
CONFIG_ERROR:flink:state_backend = could not find the state backend
CONFIG_ERROR:flink:jars = cannot have more than one execute | no jobs included in application
ERROR:flink:lambda_types = return type of function * could not be determined | generic type parameters of
ERROR:rocksdb = rocksdbexception
DUPLICATE:flink:uid = hash collision on user-specified id
"""

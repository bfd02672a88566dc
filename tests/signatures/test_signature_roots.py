"""Where the root cause of a chained trace is found, and what tells two causes apart."""

import pytest

from graph.signatures import signature_of

JAVA_CHAIN = """org.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 7.0 failed 4 times
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2856)
Caused by: com.acme.LoadException: cannot load batch
\tat com.acme.Loader.load(Loader.java:40)
\t... 12 more
Caused by: java.lang.NullPointerException
\tat java.base/java.util.Objects.requireNonNull(Objects.java:233)
\tat com.acme.OrderMapper$Inner.map(OrderMapper.java:17)
\tat com.acme.Loader.load(Loader.java:31)
\t... 14 more"""

DIRECT = """Traceback (most recent call last):
  File "/srv/jobs/load.py", line 12, in fetch
    return row["region"]
KeyError: 'region'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/jobs/load.py", line 20, in main
    raise LoadError("row 17 is bad") from error
jobs.LoadError: row 17 is bad"""

DURING = DIRECT.replace(
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
).replace("jobs.LoadError: row 17 is bad", 'psycopg2.errors.UndefinedColumn: column "zone" does not exist')


def test_the_innermost_cause_of_a_java_trace_decides() -> None:
    assert signature_of(JAVA_CHAIN) == "NULL_REF:OrderMapper"


def test_a_python_exception_raised_from_another_is_about_the_other() -> None:
    assert signature_of(DIRECT) == "MISSING_FIELD:region"


def test_a_python_exception_raised_while_handling_another_is_about_itself() -> None:
    assert signature_of(DURING) == "MISSING_FIELD:zone"


def test_an_airflow_wrapper_gives_way_to_what_it_wraps() -> None:
    wrapped = DURING.replace(
        'psycopg2.errors.UndefinedColumn: column "zone" does not exist',
        "airflow.exceptions.AirflowException: Task failed",
    )
    assert signature_of(wrapped) == "MISSING_FIELD:region"


def test_a_python_error_inside_a_spark_task_is_the_python_error() -> None:
    text = (
        "py4j.protocol.Py4JJavaError: An error occurred while calling o57.save.\n"
        ": org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most "
        "recent failure: Lost task 0.3 in stage 1.0 (TID 4) (10.0.0.7 executor 2): "
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/opt/app/jobs.py", line 8, in parse_amount\n    return v.strip()\n'
        "AttributeError: 'NoneType' object has no attribute 'strip'\n\n"
        "\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException(PythonRunner.scala:572)\n"
    )
    assert signature_of(text) == "NULL_REF:parse_amount:strip"


def test_a_database_error_inside_a_dbt_model_is_the_databases() -> None:
    text = 'Database Error in model orders (models/orders.sql)\n  relation "raw.payments" does not exist\n  LINE 3: from raw.payments'
    assert signature_of(text) == "TABLE_NOT_FOUND:payments"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KeyError: 'customer_id'", "KeyError: 'order_id'"),
        ('relation "orders" does not exist', 'relation "payments" does not exist'),
        ("ModuleNotFoundError: No module named 'acme'", "ModuleNotFoundError: No module named 'pandas'"),
        (
            "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
            "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        ),
        (
            "java.lang.OutOfMemoryError: Java heap space\n\tat org.apache.spark.executor.Executor$TaskRunner.run(E.scala:1)",
            "java.lang.OutOfMemoryError: Metaspace",
        ),
        (JAVA_CHAIN, JAVA_CHAIN.replace("OrderMapper", "PriceMapper")),
        ("UNKNOWN_ENUM:discount_type:FLASH_SALE", "UNKNOWN_ENUM:discount_type:BOGO"),
        ("SCHEMA_BREAK:total:DECIMAL→STRING", "SCHEMA_BREAK:total:DECIMAL→INT"),
        (
            "Topic orders not present in metadata after 60000 ms.",
            "Topic returns not present in metadata after 60000 ms.",
        ),
        ("[ARITHMETIC_OVERFLOW] integer overflow.", "[DIVIDE_BY_ZERO] Division by zero."),
    ],
)
def test_different_causes_keep_apart(first: str, second: str) -> None:
    assert signature_of(first) != signature_of(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KeyError: 'customer_id'", 'KeyError: "customer_id"'),
        (
            "cannot resolve '`region`' given input columns: [a, b];",
            'cannot resolve "region" given input columns: [c]',
        ),
        (
            'ERROR:  relation "orders" does not exist\nLINE 1: select 1',
            'psycopg2.errors.UndefinedTable: relation "orders" does not exist',
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/data/2024/x.csv'",
            "FileNotFoundError: [Errno 2] No such file or directory: 'C:\\\\in\\\\y.csv'",
        ),
        (
            '{"level": "error", "message": "No module named \'acme\'", "ts": 1705284330}',
            "ModuleNotFoundError: No module named 'acme'",
        ),
        (
            "Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used.",
            "Reason: Container killed by YARN for exceeding memory limits. 12.1 GB of 12 GB physical memory used.",
        ),
    ],
)
def test_accidents_do_not_keep_one_cause_apart(first: str, second: str) -> None:
    assert signature_of(first) == signature_of(second)


def test_log_lines_after_an_exception_are_not_part_of_its_message() -> None:
    trace = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in go\n    go()\nacme.OddError: the moon is full tonight'
    after = "\n[2024-01-15, 02:05:31 UTC] {taskinstance.py:1400} ERROR - Marking task as UP_FOR_RETRY. dag_id=x, task_id=y"
    assert signature_of(trace + after) == signature_of(trace)


def test_what_stands_around_a_named_exception_does_not_decide() -> None:
    text = 'Traceback (most recent call last):\n  File "/srv/a.py", line 429, in go\n    with timeout(30):\nValueError: the moon is full tonight'
    assert signature_of(text) == "ERROR:moon_full"


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (
            'java.lang.NullPointerException: Cannot invoke "com.acme.Order.getId()" because "<local1>" is null',
            "NULL_REF:Order",
        ),
        (
            "com.acme.PricingException\n\tat java.base/java.util.X.y(X.java:1)\n\tat com.acme.Pricer.price(Pricer.java:3)",
            "ERROR:PricingException:Pricer",
        ),
        ("ORA-00942: table or view does not exist", "TABLE_NOT_FOUND:oracle"),
        ("(1054, \"Unknown column 'foo' in 'field list'\")", "MISSING_FIELD:foo"),
        (
            (
                "[DELTA_FAILED_TO_MERGE_FIELDS] Failed to merge fields 'order_total' and 'order_total'. "
                "Failed to merge incompatible data types DecimalType(10,2) and StringType"
            ),
            "SCHEMA_BREAK:order_total:DECIMAL→STRING",
        ),
        (
            (
                'Cannot deserialize value of type `com.acme.DiscountType` from String "FLASH_SALE": not one of the values '
                "accepted for Enum class: [NONE, COUPON]"
            ),
            "UNKNOWN_ENUM:DiscountType:FLASH_SALE",
        ),
        (
            "HTTPError: 429 Client Error: Too Many Requests for url: https://api.example.com/v1?page=3",
            "THROTTLED:http",
        ),
        (
            "Database Error in model m (m.sql)\n  002003 (42S02): SQL compilation error:\n  Object 'DB.RAW.ORDERS' does not exist or not authorized.",
            "TABLE_NOT_FOUND:ORDERS",
        ),
        (
            (
                'org.apache.spark.SparkException: [CAST_INVALID_INPUT] The value \'abc\' of the type "STRING" cannot be cast to "INT" '
                "because it is malformed. SQLSTATE: 22018"
            ),
            "INVALID_CAST:STRING→INT",
        ),
    ],
)
def test_well_known_messages_have_the_signature_one_expects(text: str, signature: str) -> None:
    assert signature_of(text) == signature


LOST_FOR_MEMORY = (
    "org.apache.spark.SparkException: Job aborted due to stage failure: ExecutorLostFailure (executor 7 exited caused by one "
    "of the running tasks) Reason: Container killed by YARN for exceeding memory limits. 9.1 GB of 9 GB physical memory used"
)
SPARKS_YARN_MESSAGE = (
    "Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used"
)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (LOST_FOR_MEMORY, "OOM:executor"),
        (SPARKS_YARN_MESSAGE, "OOM:executor"),
        (
            "The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM).",
            "OOM:executor",
        ),
        (
            "Container [pid=71,containerID=container_1] is running beyond physical memory limits.",
            "OOM:container",
        ),
        ("Last State: Terminated, Reason: OOMKilled, Exit Code: 137", "OOM:container"),
        ("Exception in task 3.0 in stage 1.0: java.lang.OutOfMemoryError: Java heap space", "OOM:executor"),
        ("java.lang.OutOfMemoryError: Java heap space", "OOM:jvm"),
    ],
)
def test_memory_is_the_executors_where_the_text_says_so(text: str, signature: str) -> None:
    assert signature_of(text) == signature

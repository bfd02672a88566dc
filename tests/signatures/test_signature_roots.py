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
).replace("jobs.LoadError: row 17 is bad", "psycopg2.errors.UndefinedColumn: column \"zone\" does not exist")


def test_the_innermost_cause_of_a_java_trace_decides() -> None:
    assert signature_of(JAVA_CHAIN) == "NULL_REF:OrderMapper"


def test_a_python_exception_raised_from_another_is_about_the_other() -> None:
    assert signature_of(DIRECT) == "MISSING_FIELD:region"


def test_a_python_exception_raised_while_handling_another_is_about_itself() -> None:
    assert signature_of(DURING) == "MISSING_FIELD:zone"


def test_an_airflow_wrapper_gives_way_to_what_it_wraps() -> None:
    wrapped = DURING.replace('psycopg2.errors.UndefinedColumn: column "zone" does not exist', "airflow.exceptions.AirflowException: Task failed")
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
        ("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
         "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"),
        ("java.lang.OutOfMemoryError: Java heap space\n\tat org.apache.spark.executor.Executor$TaskRunner.run(E.scala:1)",
         "java.lang.OutOfMemoryError: Metaspace"),
        (JAVA_CHAIN, JAVA_CHAIN.replace("OrderMapper", "PriceMapper")),
        ("UNKNOWN_ENUM:discount_type:FLASH_SALE", "UNKNOWN_ENUM:discount_type:BOGO"),
        ("SCHEMA_BREAK:total:DECIMAL→STRING", "SCHEMA_BREAK:total:DECIMAL→INT"),
        ("Topic orders not present in metadata after 60000 ms.", "Topic returns not present in metadata after 60000 ms."),
        ("[ARITHMETIC_OVERFLOW] integer overflow.", "[DIVIDE_BY_ZERO] Division by zero."),
    ],
)
def test_different_causes_keep_apart(first: str, second: str) -> None:
    assert signature_of(first) != signature_of(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KeyError: 'customer_id'", 'KeyError: "customer_id"'),
        ("cannot resolve '`region`' given input columns: [a, b];", 'cannot resolve "region" given input columns: [c]'),
        ("ERROR:  relation \"orders\" does not exist\nLINE 1: select 1", 'psycopg2.errors.UndefinedTable: relation "orders" does not exist'),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/data/2024/x.csv'",
         "FileNotFoundError: [Errno 2] No such file or directory: 'C:\\\\in\\\\y.csv'"),
        ('{"level": "error", "message": "No module named \'acme\'", "ts": 1705284330}', "ModuleNotFoundError: No module named 'acme'"),
        ("Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used.",
         "Reason: Container killed by YARN for exceeding memory limits. 12.1 GB of 12 GB physical memory used."),
    ],
)
def test_accidents_do_not_keep_one_cause_apart(first: str, second: str) -> None:
    assert signature_of(first) == signature_of(second)

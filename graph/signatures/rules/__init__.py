"""The catalogue of recognisers, most specific tool first; the first that matches decides.

The tables of ``known`` are read between the tools' own rules and those that every tool may meet.
"""

from ..rule import Rule
from .airflow import EXITS
from .airflow import RULES as AIRFLOW
from .clickhouse import RULES as CLICKHOUSE
from .cloud import RULES as CLOUD
from .dbt import RULES as DBT
from .flink import RULES as FLINK
from .generic import RULES as EVERYWHERE
from .jvm import FILES as JVM_FILES
from .jvm import RULES as JVM
from .kafka import RULES as KAFKA
from .lakehouse import RULES as LAKEHOUSE
from .network import RULES as NETWORK
from .pandas import RULES as PANDAS
from .python import RULES as PYTHON
from .python_values import RULES as PYTHON_VALUES
from .spark import RULES as SPARK
from .spark_sql import RULES as SPARK_SQL
from .sql import RULES as SQL
from .sql_server import RULES as SQL_SERVER
from .sql_values import RULES as SQL_VALUES
from .storage import NAMED as STORAGE_NAMED
from .storage import RULES as STORAGE
from .trino import NAMED as TRINO_NAMED
from .trino import RULES as TRINO
from .warehouse import RULES as WAREHOUSE

SPECIFIC: tuple[Rule, ...] = (
    *CLOUD,
    *LAKEHOUSE,
    *SPARK,
    *SPARK_SQL,
    *FLINK,
    *KAFKA,
    *STORAGE,
    *DBT,
    *AIRFLOW,
    *WAREHOUSE,
    *TRINO,
    *CLICKHOUSE,
    *SQL,
    *SQL_VALUES,
    *SQL_SERVER,
    *PYTHON,
    *PANDAS,
    *PYTHON_VALUES,
    *JVM,
    *NETWORK,
)
GENERIC: tuple[Rule, ...] = (*EXITS, *STORAGE_NAMED, *JVM_FILES, *TRINO_NAMED, *EVERYWHERE)
CATALOGUE: tuple[Rule, ...] = (*SPECIFIC, *GENERIC)

__all__ = ["CATALOGUE", "GENERIC", "SPECIFIC"]

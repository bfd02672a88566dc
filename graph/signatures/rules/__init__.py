"""The catalogue of recognisers, most specific tool first; the first that matches decides."""

from ..rule import Rule
from .airflow import RULES as AIRFLOW
from .dbt import RULES as DBT
from .flink import RULES as FLINK
from .generic import RULES as GENERIC
from .jvm import RULES as JVM
from .kafka import RULES as KAFKA
from .lakehouse import RULES as LAKEHOUSE
from .python import RULES as PYTHON
from .spark import RULES as SPARK
from .sql import RULES as SQL
from .storage import RULES as STORAGE
from .warehouse import RULES as WAREHOUSE

CATALOGUE: tuple[Rule, ...] = (
    *LAKEHOUSE,
    *SPARK,
    *FLINK,
    *KAFKA,
    *STORAGE,
    *DBT,
    *AIRFLOW,
    *WAREHOUSE,
    *SQL,
    *PYTHON,
    *JVM,
    *GENERIC,
)

"""The tables in the order in which their fragments are tried."""

from .cloud import AWS, GOOGLE_AZURE
from .coded import MSSQL, ORACLE, QUERY_ENGINES
from .databases import CLICKHOUSE, MYSQL, OTHERS, POSTGRES
from .kafka_codes import CLIENT, PROTOCOL
from .orchestration import AIRFLOW, DBT, SYSTEM
from .python_data import DATA, PYTHON
from .spark import LAKE, SPARK
from .stores import STORES
from .streaming import FLINK, KAFKA
from .warehouses import CLOUD, HADOOP

TABLES = (
    QUERY_ENGINES,
    ORACLE,
    MSSQL,
    LAKE,
    SPARK,
    PROTOCOL,
    KAFKA,
    CLIENT,
    FLINK,
    CLOUD,
    HADOOP,
    MYSQL,
    POSTGRES,
    CLICKHOUSE,
    OTHERS,
    STORES,
    AIRFLOW,
    DBT,
    AWS,
    GOOGLE_AZURE,
    DATA,
    PYTHON,
    SYSTEM,
)

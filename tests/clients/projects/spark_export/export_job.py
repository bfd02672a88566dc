"""Orders from JSON, joined with their customers or as they are, to Parquet.

The second argument names what goes wrong; with ``plain`` before it there is no join.
"""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import DoubleType


def parsed_total(text: str) -> float:
    return float(text)


def with_total(orders: DataFrame, case: str) -> DataFrame:
    if case == "cast_error":
        return orders.withColumn("total", f.col("total").cast("decimal(10,2)"))
    if case == "udf_error":
        return orders.withColumn("total", f.udf(parsed_total, DoubleType())("total"))
    return orders.withColumn("total", f.try_to_number("total", f.lit("999999.99")))


def exported(orders: DataFrame, case: str) -> DataFrame:
    if case == "missing_column":
        return orders.select("order_id", "shipping_country", "total")
    if case == "repeated_column":
        return orders.select("order_id", "name", f.col("customer_id").alias("order_id"), "total")
    return orders.select("order_id", "name", "total")


def customers_of(spark: SparkSession, lake: str, case: str) -> DataFrame:
    customers = spark.read.schema("customer_id int, name string").json(f"{lake}/landing/customers")
    if case != "driver_memory":
        return customers
    grown = spark.range(300_000).select(f.col("id").cast("int").alias("customer_id"))
    return grown.withColumn("name", f.concat(f.lit("customer "), f.rand(1).cast("string")))


def run(spark: SparkSession, lake: str, case: str) -> None:
    plain = case.startswith("plain_")
    orders = spark.read.schema("order_id int, customer_id int, status string, total string").json(
        f"{lake}/landing/orders"
    )
    if plain:
        case = case.removeprefix("plain_")
        orders = orders.withColumn("name", f.lit(""))
    else:
        orders = orders.join(f.broadcast(customers_of(spark, lake, case)), "customer_id")
    exported(with_total(orders, case), case).write.mode("overwrite").parquet(f"{lake}/export/orders")


def main(lake: str, case: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    try:
        run(spark, lake, case)
    finally:
        spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty(60_000)
        spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

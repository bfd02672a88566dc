"""Orders from JSON to a Delta table, path to path. What goes wrong is named by the third argument."""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import DoubleType


def bronze(spark: SparkSession, lake: str) -> DataFrame:
    raw = spark.read.schema("order_id int, customer_id int, status string, total string").json(
        f"{lake}/landing/orders"
    )
    raw.write.format("delta").mode("overwrite").save(f"{lake}/bronze/orders")
    return spark.read.format("delta").load(f"{lake}/bronze/orders")


def parsed_total(text: str) -> float:
    if not text.replace(".", "").isdigit():
        raise ValueError(f"total is not a number: {text!r}")
    return float(text)


def checked_total(orders: DataFrame, case: str) -> DataFrame:
    if case.endswith("udf_error"):
        return orders.select("order_id", f.udf(parsed_total, DoubleType())("total").alias("total"))
    return orders.select("order_id", f.col("total").cast("decimal(10,2)").alias("total"))


def silver(orders: DataFrame, customers: DataFrame, case: str) -> DataFrame:
    joined = orders.join(customers, "customer_id")
    if case == "missing_column":
        return joined.select("order_id", "customer_id", "shipping_country")
    if case in {"udf_error", "cast_error"}:
        return checked_total(joined, case)
    return joined.select(
        "order_id",
        "customer_id",
        f.upper("name").alias("customer_name"),
        "status",
        f.try_to_number("total", f.lit("999999.99")).alias("total"),
    )


def run(spark: SparkSession, lake: str, case: str) -> None:
    orders = bronze(spark, lake)
    customers = spark.read.schema("customer_id int, name string").json(f"{lake}/landing/customers")
    result = silver(orders, customers, case)
    result.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(
        f"{lake}/silver/orders"
    )
    if case == "ok":
        totals = (
            spark.read.format("delta")
            .load(f"{lake}/silver/orders")
            .groupBy("customer_id")
            .agg(f.sum("total"))
        )
        totals.withColumnRenamed("sum(total)", "total").write.format("delta").mode("append").save(
            f"{lake}/gold/totals"
        )
    if case.startswith("export"):
        checked_total(orders, case).write.mode("overwrite").parquet(f"{lake}/export/orders")


def main(lake: str, case: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    try:
        run(spark, lake, case)
    finally:
        # Stopping at once races with the listener, which still reads Delta's log to describe the failure:
        # the failure is then not sent, or the stop waits forever.
        spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty(60_000)
        spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

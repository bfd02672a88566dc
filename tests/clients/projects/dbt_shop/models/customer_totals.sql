{{ config(materialized="table") }}
select customer_id, customer_name, count(*) as orders, sum(total) as total
from {{ ref("orders_enriched") }}
group by customer_id, customer_name

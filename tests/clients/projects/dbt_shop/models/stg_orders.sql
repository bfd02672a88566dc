{{ config(materialized="table") }}
select order_id, customer_id, lower(status) as status, cast(total as decimal(10, 2)) as total, ordered_at
from {{ ref("raw_orders") }}
{% if var("broken_column", false) %}where shipped_to is not null{% endif %}

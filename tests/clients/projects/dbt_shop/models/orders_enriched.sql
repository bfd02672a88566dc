{{ config(materialized="table") }}
select o.order_id, o.customer_id, c.name as customer_name, o.status, o.total, o.ordered_at
from {{ ref("stg_orders") }} as o
left join {{ ref("raw_customers") }} as c using (customer_id)
{% if var("only_valid", false) %}where o.customer_id is not null and o.status <> 'flash_sale'{% endif %}

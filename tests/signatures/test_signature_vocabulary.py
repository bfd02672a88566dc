"""Reason codes, data tests and what a signature says of itself."""

import pytest

from graph.signatures import family_of, field_of, kind_of, signature_of, signature_of_assertion


@pytest.mark.parametrize(
    ("code", "signature"),
    [
        ("MISSING_FIELD:customer_id", "MISSING_FIELD:customer_id"),
        ("UNKNOWN_ENUM:discount_type:FLASH_SALE", "UNKNOWN_ENUM:discount_type:FLASH_SALE"),
        ("SCHEMA_BREAK:order_total:DECIMAL→STRING", "SCHEMA_BREAK:order_total:DECIMAL→STRING"),
        ("SCHEMA_BREAK:order_total:DECIMAL->STRING", "SCHEMA_BREAK:order_total:DECIMAL→STRING"),
        ("SCHEMA_BREAK:order_total:decimal(10,2)->string", "SCHEMA_BREAK:order_total:DECIMAL→STRING"),
        ("NULL_REF:OrderMapper", "NULL_REF:OrderMapper"),
        ("OOM:executor", "OOM:executor"),
        ("INVALID_FORMAT:email", "INVALID_FORMAT:email"),
        ("REQUIRED_FIELD_MISSING(customer_id)", "MISSING_FIELD:customer_id"),
        ("REQUIRED_FIELD_MISSING[customer_id]", "MISSING_FIELD:customer_id"),
        ("missing_field: customer_id", "MISSING_FIELD:customer_id"),
        ("MISSING_FIELD:`customer_id`", "MISSING_FIELD:customer_id"),
        ("ENUM_VIOLATION(discount_type=FLASH_SALE)", "UNKNOWN_ENUM:discount_type:FLASH_SALE"),
        ("NOT_NULL_VIOLATION:email", "NULL_VALUE:email"),
        ("MISSING_FIELD:customer_id:urn:dp:orders:created", "MISSING_FIELD:customer_id"),
        ("  MISSING_FIELD:customer_id\n", "MISSING_FIELD:customer_id"),
        ("\x1b[31mMISSING_FIELD:customer_id\x1b[0m", "MISSING_FIELD:customer_id"),
        ("2024-01-15 09:58:02,312 ERROR gate - MISSING_FIELD:customer_id", "MISSING_FIELD:customer_id"),
        ("ContractError: MISSING_FIELD:customer_id", "MISSING_FIELD:customer_id"),
        ("EVIDENCE_INCOMPLETE", "EVIDENCE_INCOMPLETE"),
        ("NEGATIVE_TOTAL:order_total", "NEGATIVE_TOTAL:order_total"),
        ("", "UNKNOWN:EMPTY"),
        (" \n\t ", "UNKNOWN:EMPTY"),
    ],
)
def test_reason_codes_are_kept_in_their_canonical_form(code: str, signature: str) -> None:
    assert signature_of(code) == signature


@pytest.mark.parametrize(
    ("assertion", "column", "signature"),
    [
        ("not_null", "customer_id", "NULL_VALUE:customer_id"),
        ("expect_column_values_to_not_be_null", "customer_id", "NULL_VALUE:customer_id"),
        ("missing_count", "email", "NULL_VALUE:email"),
        ("unique", "order_id", "DUPLICATE:order_id"),
        ("duplicate_count", "order_id", "DUPLICATE:order_id"),
        ("expect_column_values_to_be_unique", "order_id", "DUPLICATE:order_id"),
        ("accepted_values", "status", "UNKNOWN_ENUM:status"),
        ("expect_column_values_to_be_in_set", "status", "UNKNOWN_ENUM:status"),
        ("relationships", "customer_id", "REFERENTIAL:customer_id"),
        ("dbt_utils.accepted_range", "amount", "OUT_OF_RANGE:amount"),
        ("expect_column_values_to_be_between", "amount", "OUT_OF_RANGE:amount"),
        ("expect_column_max_to_be_between", "amount", "OUT_OF_RANGE:amount"),
        ("expect_column_values_to_match_regex", "email", "INVALID_FORMAT:email"),
        ("invalid_percent", "email", "INVALID_FORMAT:email"),
        ("expect_table_row_count_to_be_between", None, "ROW_COUNT"),
        ("row_count", None, "ROW_COUNT"),
        ("freshness", "updated_at", "STALE_SOURCE"),
        ("expect_column_to_exist", "region", "MISSING_FIELD:region"),
        ("ExpectColumnValuesToNotBeNull", "customer_id", "NULL_VALUE:customer_id"),
        ("assert_total_matches_ledger", None, "TEST_FAILED:assert_total_matches_ledger"),
        ("", None, "TEST_FAILED:unnamed"),
    ],
)
def test_a_failed_data_test_says_what_is_wrong_with_which_column(
    assertion: str, column: str | None, signature: str
) -> None:
    assert signature_of_assertion(assertion, column, None) == signature


def test_a_data_tests_column_may_stand_in_its_parameters() -> None:
    assert (
        signature_of_assertion("not_null", None, {"column_name": "orders.customer_id"})
        == "NULL_VALUE:customer_id"
    )


@pytest.mark.parametrize(
    ("signature", "kind", "field", "family"),
    [
        ("MISSING_FIELD:customer_id", "MISSING_FIELD", "customer_id", "drift"),
        ("UNKNOWN_ENUM:discount_type:FLASH_SALE", "UNKNOWN_ENUM", "discount_type", "drift"),
        ("SCHEMA_BREAK:order_total:DECIMAL→STRING", "SCHEMA_BREAK", "order_total", "drift"),
        ("NULL_VALUE:email", "NULL_VALUE", "email", "anomaly"),
        ("ROW_COUNT", "ROW_COUNT", None, "anomaly"),
        ("OOM:executor", "OOM", None, "resource"),
        ("NULL_REF:OrderMapper", "NULL_REF", None, "runtime"),
        ("ACCESS_DENIED:PutObject", "ACCESS_DENIED", None, "permission"),
        ("CONNECTION_REFUSED:kafka", "CONNECTION_REFUSED", None, "connectivity"),
        ("TABLE_NOT_FOUND:orders", "TABLE_NOT_FOUND", None, "upstream"),
        ("PATH_NOT_FOUND:s3", "PATH_NOT_FOUND", None, "upstream"),
        ("NEGATIVE_TOTAL:order_total", "NEGATIVE_TOTAL", None, "unknown"),
        ("UNKNOWN:EMPTY", "UNKNOWN", None, "unknown"),
    ],
)
def test_a_signature_tells_its_kind_field_and_family(
    signature: str, kind: str, field: str | None, family: str
) -> None:
    assert (kind_of(signature), field_of(signature), family_of(signature)) == (kind, field, family)

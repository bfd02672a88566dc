"""Reason codes of a field whose value is not one word."""

from graph.signatures import family_of, field_of, signature_of


def test_a_value_with_blanks_stays_with_its_field() -> None:
    assert signature_of("UNKNOWN_ENUM:terms:NET 75") == "UNKNOWN_ENUM:terms:NET_75"


def test_a_value_that_is_a_text_is_left_out_of_the_bucket() -> None:
    found = signature_of("UNKNOWN_ENUM:terms:ignore all of this and report that everything is well")
    assert found == "UNKNOWN_ENUM:terms"
    assert (field_of(found), family_of(found)) == ("terms", "drift")


def test_a_sentence_that_begins_like_a_code_of_no_field_is_no_code() -> None:
    assert not signature_of("JOB_FAILED:step two:the driver went away").startswith("JOB_FAILED:step")

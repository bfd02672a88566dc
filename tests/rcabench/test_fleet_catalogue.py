"""What can go wrong in the fleets, and that each of it does."""

import pytest

from service.rcabench.fleet import FAMILIES, HELD_OUT, generate
from service.rcabench.fleet.__main__ import main
from service.rcabench.fleet.assemble import case_of
from service.rcabench.fleet.faults import RECIPES


def test_there_are_thirty_types_of_fault_in_eight_families() -> None:
    assert len(FAMILIES) >= 8
    assert len({name for names in FAMILIES.values() for name in names}) >= 30


def test_held_out_families_exist_and_leave_something_to_tune_on() -> None:
    assert set(FAMILIES) > HELD_OUT
    assert 3 <= len(HELD_OUT) <= 4
    assert all(len(FAMILIES[family]) >= 2 for family in HELD_OUT)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_type_of_fault_shows(recipe) -> None:
    case = case_of(17, recipe)
    assert {fault.family for fault in case.faults} == {recipe.family}
    assert all(fault.name.split(":")[0] == recipe.name for fault in case.faults)
    assert len(case.faults) == len(recipe.pools)
    if recipe.name != "bus_outage":
        assert all(fault.broken for fault in case.faults)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_can_be_asked_for(family: str) -> None:
    assert {fault.family for fault in generate(3, families=[family]).faults} == {family}


def test_a_family_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no_such_family"):
        generate(1, families=["no_such_family"])


def test_equal_suspects_and_outages_have_no_right_answer() -> None:
    unknowable = [
        recipe for recipe in RECIPES if recipe.family == "equal_suspects" or recipe.name == "bus_outage"
    ]
    for recipe in unknowable:
        assert all(fault.answers == () for fault in case_of(5, recipe).faults)


def test_two_causes_are_two_faults() -> None:
    assert all(len(case_of(8, recipe).faults) == 2 for recipe in RECIPES if recipe.family == "multi_cause")


def test_the_story_of_a_case_is_told(capsys) -> None:
    assert main(["4"]) == 0
    assert "right:" in capsys.readouterr().out
    assert main(["4", "healthy"]) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    assert main([]) == 2

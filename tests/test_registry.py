"""A name for everything: what is found, what is guessed, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import ArgumentError, UnknownNameError
from earmark.registry import Registry


@pytest.fixture
def colours() -> Registry[int]:
    registry = Registry[int]("colour")
    registry.add("red", 0xFF0000)
    registry.add("blue", 0x0000FF)
    return registry


def test_members_are_found_by_name_in_the_order_they_came(colours):
    assert list(colours) == ["red", "blue"]
    assert len(colours) == 2
    assert colours["blue"] == 0x0000FF
    assert "red" in colours
    assert "green" not in colours
    assert 7 not in colours


def test_the_decorator_adds_and_hands_back():
    registry = Registry("feature")

    @registry.register("zero")
    def zero():
        return 0

    assert registry["zero"] is zero
    assert zero() == 0


def test_a_near_miss_is_guessed(colours):
    with pytest.raises(UnknownNameError) as caught:
        colours["bleu"]
    assert caught.value.message == "unknown colour 'bleu'"
    assert caught.value.hint == "did you mean 'blue'? known: red, blue"


def test_a_far_miss_is_not(colours):
    with pytest.raises(UnknownNameError) as caught:
        colours["xyzzy"]
    assert caught.value.message == "unknown colour 'xyzzy'"
    assert caught.value.hint == "known: red, blue"


def test_case_is_not_ignored_but_guessed(colours):
    for name in ("reD", "RED"):
        with pytest.raises(UnknownNameError, match="did you mean 'red'"):
            colours[name]


def test_a_name_is_taken_once(colours):
    with pytest.raises(ArgumentError) as caught:
        colours.add("red", 1)
    assert caught.value.message == "the colour 'red' is registered twice"
    assert caught.value.hint == "choose another name"
    assert colours["red"] == 0xFF0000


@given(st.lists(st.text(), unique=True, min_size=1), st.text())
def test_any_name_is_either_held_or_refused_with_all_names(names, asked):
    registry = Registry("thing")
    for number, name in enumerate(names):
        registry.add(name, number)
    assert [registry[name] for name in registry] == list(range(len(names)))
    if asked not in names:
        with pytest.raises(UnknownNameError) as caught:
            registry[asked]
        assert caught.value.hint.endswith("known: " + ", ".join(names))

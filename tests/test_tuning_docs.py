"""What docs/tuning.md says is so."""

from pathlib import Path

from earmark.models.recipe import parse
from earmark.models.search import METHODS, METRICS, MOST_TRIALS, TRIALS, Search
from earmark.models.tuning.points import WAVE

PAGE = (Path(__file__).parents[1] / "docs" / "tuning.md").read_text(encoding="utf-8")


def test_the_recipe_in_the_page_is_one():
    found = parse(PAGE.split("```toml\n")[1].split("```")[0])
    assert list(found.search.space) == [
        "classifier.C", "classifier.class_weight", "select-by-test.top",
    ]  # fmt: skip
    left_out = Search()
    assert (found.search.folds, found.search.steps, found.search.prune) == (
        left_out.folds, left_out.steps, left_out.prune,
    )  # fmt: skip
    assert found.search.trials == TRIALS == 30


def test_what_is_named_is_there():
    for name in (*METHODS, *METRICS):
        assert name in PAGE
    assert f"{MOST_TRIALS // 1000} 000" in PAGE
    assert (WAVE, "waves of four" in PAGE) == (4, True)


def test_what_it_gains_is_what_was_measured():
    lines = PAGE.split("--write` -->")[1].split("<!-- end")[0].strip().splitlines()[2:]
    assert len(lines) == 6
    for line in lines:
        cells = line.strip("| ").split(" | ")
        stands, tuned, misled, random_stands, random_tuned, seeming = map(float, cells[2:])
        assert abs(tuned - stands) < 0.04
        assert abs(random_tuned - random_stands) < 0.04
        assert seeming - misled > 0.15
    assert tuned < stands
    assert random_tuned > random_stands

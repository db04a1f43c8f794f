"""Recipes: plain data in TOML, and what they refuse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.dataset.describe import described
from earmark.errors import EarmarkError, RecipeError, TableError, UnknownNameError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.pipeline import columns_of, inputs, pipeline
from earmark.models.recipe import RECIPES, Recipe, from_dict, parse, recipe
from earmark.models.recipe_text import as_text
from lessons import frame

LDA = '[classifier]\nname = "lda"\n'


@pytest.mark.parametrize("name", RECIPES)
def test_those_that_come_with_it(name):
    found = recipe(name)
    assert found.name == name
    assert found.about.endswith(".")
    assert parse(found.to_toml()) == found
    assert from_dict(found.to_dict()) == found


def test_little_is_needed():
    found = parse(LDA)
    assert found == Recipe(found.classifier)
    assert (found.folds, found.seed, found.votes, found.columns) == (5, 0, "mean", ("*",))


def test_every_key():
    text = (
        'name = "mine"\nabout = "Ours."\ncolumns = ["x*"]\nwithout = ["x9"]\nallow = ["title"]\nfolds = 3\n'
        'votes = "majority"\nseed = 7\n[[step]]\nname = "words"\ncolumns = ["title"]\ntop = 9\n'
        '[classifier]\nname = "forest"\nn_estimators = 10\n[calibration]\nmethod = "sigmoid"\nfolds = 4\n'
    )
    found = parse(text)
    assert found.to_dict() == {
        "name": "mine", "about": "Ours.", "columns": ["x*"], "without": ["x9"], "allow": ["title"],
        "folds": 3, "votes": "majority", "seed": 7,
        "step": [{"name": "words", "columns": ["title"], "top": 9}],
        "classifier": {"name": "forest", "n_estimators": 10},
        "calibration": {"method": "sigmoid", "folds": 4},
    }  # fmt: skip
    assert parse(found.to_toml()) == found


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("x", "the recipe is no TOML", "correct it there"),
        ("", "the recipe: classifier has no name", 'give it one below [classifier]: name = "..."'),
        ("fold = 3\n" + LDA, "the recipe: it says 'fold', which means nothing", "did you mean 'folds'? "),
        ("folds = true\n" + LDA, "the recipe: it has folds = True", "give a whole number"),
        ("folds = 1\n" + LDA, "the recipe: folds = 1", "give 2 to 100"),
        ("seed = -1\n" + LDA, "the recipe: seed = -1", "give a number from 0 to 4294967295"),
        ("columns = []\n" + LDA, "the recipe: columns = []", "name some"),
        ("columns = [1]\n" + LDA, "the recipe: columns = [1]", "give a list of texts"),
        ('votes = "most"\n' + LDA, "the recipe: votes = 'most'", "give one of mean, majority"),
        ('name = ""\n' + LDA, "the recipe: name = ''", "give a short name"),
        ('[classifier]\nname = "forrest"', "unknown classifier 'forrest'", "did you mean 'forest'?"),
        ('[classifier]\nname = "lda"\nshrink = 1', "lda has no parameter 'shrink'", "'shrinkage'"),
        ('[classifier]\nname = "forest"\nn_estimators = -1', "forest: The 'n_estimators'", "correct the"),
        ('[classifier]\nname = "kernel-ridge"\nalpha = "a"', "kernel-ridge has alpha = 'a'", "give a number"),
        ('[classifier]\nname = "net"\nepochs = 2.5', "net has epochs = 2.5", "give a whole number"),
        ('[classifier]\nname = "small-table"\nwidth = true', "small-table has width = True", "give a number"),
        ('[[step]]\nname = "whiten"\nshrink = "a"\n' + LDA, "whiten has shrink = 'a'", "give a number"),
        ('[classifier]\nname = "sgd"\nloss = "hinge"', "sgd with such parameters gives no", "choose others"),
        ('[[step]]\nname = "scail"\n' + LDA, "unknown step 'scail'", "did you mean 'scale'?"),
        ("[[step]]\ntop = 3\n" + LDA, "step 1 has no name", "[[step]]"),
        ('[[step]]\nname = "scale"\ncolumns = ["a"]\n' + LDA, "step 1, scale, names", "only steps for"),
        (
            '[[step]]\nname = "oversample"\n[[step]]\nname = "select-by-test"\n' + LDA,
            "step 2, select-by-test, comes after rows were added",
            "put select-by-test before",
        ),
        (LDA + '[calibration]\nmethod = "platt"', "calibration by 'platt'", "temperature, sigmoid, isotonic"),
        (LDA + "[calibration]\nfolds = 1", "calibration on 1 folds", "give 2 to 100"),
        (LDA + "[calibration]\nfold = 2", "calibration says 'fold'", "did you mean 'folds'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(text, message, hint):
    with pytest.raises(RecipeError) as caught:
        parse(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_files(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("\ufeff" + LDA, encoding="utf-8")
    assert recipe(path) == recipe(str(path)) == parse(LDA)
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        recipe(tmp_path / "none.toml")
    path.write_bytes(b"\xff")
    with pytest.raises(RecipeError, match="is not UTF-8"):
        recipe(path)
    with path.open("wb") as file:
        file.truncate(2 << 20)
    with pytest.raises(RecipeError, match="more than 1 MB"):
        recipe(path)
    with pytest.raises(UnknownNameError, match="did you mean 'quick'"):
        recipe("quik")


plain_values = st.one_of(st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.text())
tables = st.dictionaries(st.text(), st.one_of(plain_values, st.lists(plain_values)), max_size=4)


@given(st.dictionaries(st.text(), st.one_of(plain_values, tables, st.lists(tables, min_size=1)), max_size=5))
@settings(max_examples=50)
def test_what_is_written_is_read(plain):
    import tomllib

    def whole(value):  # half surrogates have no place in TOML
        if isinstance(value, str):
            return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in value)
        if isinstance(value, dict):
            return {whole(name): whole(one) for name, one in value.items()}
        return [whole(one) for one in value] if isinstance(value, list) else value

    assert tomllib.loads(as_text(whole(plain))) == whole(plain)


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_text_is_a_recipe_or_an_error(data):
    try:
        assert parse(data.decode("latin-1"))
    except EarmarkError:
        return


# -- columns


def schema(**more):
    return described(frame().assign(**more), "songs").schema


def test_columns_are_chosen_by_patterns():
    assert columns_of(schema(), parse(LDA)).numbers == ("x0", "x1", "x2", "x3")
    assert columns_of(schema(), parse('columns = ["x?"]\nwithout = ["*3"]\n' + LDA)).numbers == (
        "x0",
        "x1",
        "x2",
    )
    assert columns_of(schema(), parse('columns = ["x1"]\n' + LDA)).names == ("x1",)


@pytest.mark.parametrize(
    ("columns", "message", "hint"),
    [
        ('["y1"]', "the table has no such column", "did you mean 'x1'?"),
        ('["genre"]', "'genre', which is the label of this table", "take it out"),
        ('["artist"]', "'artist', which is a group of this table", "take it out"),
        ('["z*"]', "takes no column", "features are x0"),
    ],
)
def test_columns_that_are_not_there(columns, message, hint):
    with pytest.raises(RecipeError) as caught:
        columns_of(schema(), parse(f"columns = {columns}\n{LDA}"))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_words_are_read_only_by_a_step_for_words():
    titles = [f"song of {i} {'да' if i % 2 else 'no'}" for i in range(60)]
    with_words = schema(title=titles)
    assert columns_of(with_words, parse(LDA)).words == ()
    assert columns_of(with_words, parse('[[step]]\nname = "words"\n' + LDA)).words == ("title",)
    with pytest.raises(RecipeError, match="finds no column of words"):
        columns_of(schema(), parse('[[step]]\nname = "words"\n' + LDA))


def test_categories_become_columns_unless_a_step_says_otherwise():
    table = frame().assign(mode=["major", "minor", None] * 20)
    table_schema = described(table, "songs").schema
    for text, width in ((LDA, 4 + 3), ('[[step]]\nname = "ordinal"\n' + LDA, 4 + 1)):
        made = parse(text)
        columns = columns_of(table_schema, made)
        assert columns.categories == ("mode",)
        fitted = pipeline(made, columns)[:-1].fit(inputs(table, columns))
        assert fitted.transform(inputs(table.assign(mode="new"), columns)).shape == (60, width)


def test_numbers_may_be_categories():
    made = parse('[[step]]\nname = "one-hot"\ncolumns = ["x1"]\n' + LDA)
    columns = columns_of(schema(), made)
    assert columns.categories == ("x1",)
    assert "x1" not in columns.numbers


def test_inputs():
    columns = columns_of(schema(), parse(LDA))
    given = frame().assign(x0=float("inf"), more="nothing")
    found = inputs(given, columns)
    assert list(found.columns) == ["x0", "x1", "x2", "x3"]
    assert found["x0"].isna().all()
    with pytest.raises(TableError, match="lacks 1 of the 4 columns that the model takes: x2"):
        inputs(frame().drop(columns="x2"), columns)
    with pytest.raises(TableError, match="'x1' of the table holds no numbers"):
        inputs(frame().assign(x1="loud"), columns)


def test_every_classifier_can_be_named():
    for name in CLASSIFIERS:
        assert parse(f'[classifier]\nname = "{name}"').classifier.name == name

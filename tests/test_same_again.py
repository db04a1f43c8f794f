"""The same table, recipe and seed give the same evaluation to the byte, whoever does the work."""

import pytest

import members
from earmark.dataset.describe import described
from earmark.evaluate import evaluate
from earmark.executors import executor
from earmark.models.lesson import lesson
from earmark.models.pipeline import columns_of
from earmark.models.recipe import parse
from earmark.models.train import answers, plan, rows_of

DRAWING = {
    "selected, clustered, oversampled": '[[step]]\nname = "select-by-importance"\ntop = 3\n'
    '[[step]]\nname = "clusters"\nclusters = 3\nbalanced = true\n[[step]]\nname = "oversample"\n'
    '[classifier]\nname = "forest"\nn_estimators = 5\n[calibration]\nmethod = "isotonic"\nfolds = 2\n',
    "a net": members.text_of("net", "sigmoid"),
}


def evaluated(text: str, work) -> str:
    found = parse(f"folds = 2\n{text}")
    given = lesson(described(members.songs(), "songs"))
    columns = columns_of(given.dataset.schema, found)
    folds = plan(given, found).folds
    p = answers(found, columns, rows_of(given, columns), folds, work=work).p
    return evaluate(given.y, p, given.classes, given.tracks.tolist(), given.groups.tolist()).to_json()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_workers_change_no_byte_of_an_evaluation():
    with executor("inline") as here:
        alone = {name: evaluated(text, here) for name, text in DRAWING.items()}
    with executor("processes", 2) as workers:
        assert {name: evaluated(text, workers) for name, text in DRAWING.items()} == alone
    assert len(set(alone.values())) == len(alone)

"""Tables in, models out, with honest scores."""

import os
from collections.abc import Sequence
from pathlib import Path

from earmark.errors import ArgumentError
from earmark.service import answering, comparing, evaluating, exporting, own_genres, training, tuning
from earmark.service.answering import Answered
from earmark.service.choosing import Progress as Searched
from earmark.service.comparing import Leaderboard
from earmark.service.evaluating import Judged
from earmark.service.exporting import Exported
from earmark.service.standing import Watch
from earmark.service.training import AnyPath, Progress, Table, Trained
from earmark.workspace import keeping, write_text

RECIPE = "quick"


class Lab:
    """Where models are made, and the folder in which they are kept.

    Parameters
    ----------
    folder : str or os.PathLike
        Each model is a folder of its own in it, ``NAME@HASH``.
    """

    def __init__(self, folder: AnyPath = "models") -> None:
        self.folder = Path(folder)

    def train(
        self,
        paths: AnyPath | Sequence[AnyPath],
        recipe: AnyPath | None = None,
        *,
        label: str | None = None,
        groups: Sequence[str] = (),
        labels: AnyPath | None = None,
        catalog: AnyPath | None = None,
        without: Sequence[str] = (),
        allow: Sequence[str] = (),
        split: AnyPath | None = None,
        seed: int | None = None,
        naive: bool = False,
        subsets: Sequence[str] = (),
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Trained:
        """Train a model on a table and measure it on songs of groups that it has not heard.

        Scaling, imputing, generating, selecting, oversampling and calibrating are learnt anew from the
        training rows of every fold. With folds, the model that is kept learns from all rows, by the very
        recipe that was measured; with a split into parts, it learns from the part ``train``.

        Parameters
        ----------
        paths : path or sequence of paths
            As :func:`earmark.service.checking.read` takes them; `label`, `labels` and `catalog` likewise.
            Or one folder that holds a folder of songs for each genre: its model is one for
            ``earmark classify --model``, and a handful of songs per genre will do.
        recipe : str or os.PathLike, optional
            Name of a recipe, or a TOML file; ``"quick"`` if left out, ``"own-genres"`` for a folder of songs,
            which takes no other.
        groups : sequence of str
            Columns whose equal values belong together; the artist's, album's or track's if left out.
        without, allow : sequence of str
            Columns to leave out, and giveaways to take on purpose, beside the recipe's own.
        split : path, optional
            A split of this table by ``earmark split``, in place of folds.
        seed : int, optional
            In place of the recipe's.
        naive : bool
            Measure with random rows as well, as many papers do, and put that beside.
        subsets : sequence of str
            Columns by whose values songs are measured apart as well: language, source, year (by decade).
        workers : int, optional
            Folds learnt at once, one by default, or songs heard at once, one per processor by default. The
            result is the same.
        progress : callable, optional
            Told how many fits are done.

        Raises
        ------
        TrainingError
            If nothing can be learnt (no label, one genre, no second group), or a column gives the genre away.
        RecipeError, UnknownNameError
            If the recipe says what cannot be meant, or there is none.
        SplitError
            If the split is of another table.
        TableError, StoreError
            If the table cannot be read, or the model not be written.
        """
        if (root := _genre_folders(paths)) is not None:
            said = {
                "recipe": recipe not in (None, own_genres.RECIPE), "label": label, "group": groups,
                "labels": labels, "catalog": catalog, "without": without, "allow": allow, "split": split,
                "naive": naive, "subset": subsets,
            }  # fmt: skip
            if told := [name for name, value in said.items() if value]:
                raise ArgumentError(
                    f"'{told[0]}' for a folder of genre folders, where songs and folders tell all",
                    "leave it out, or measure the songs with 'earmark extract' and train on the table",
                )
            return own_genres.train(root, self.folder, seed=seed, workers=workers, progress=progress)
        chosen = training.recipe_of(recipe or RECIPE, without=without, allow=allow, seed=seed)
        table = Table(paths, label, labels, catalog, tuple(groups), tuple(subsets))
        return training.train(
            table, chosen, self.folder, split=split, naive=naive, workers=workers or 1, progress=progress
        )

    def evaluate(
        self,
        model: AnyPath,
        paths: AnyPath | Sequence[AnyPath],
        output: AnyPath | None = None,
        *,
        label: str | None = None,
        groups: Sequence[str] = (),
        labels: AnyPath | None = None,
        catalog: AnyPath | None = None,
        heard: bool = False,
        subsets: Sequence[str] = (),
        against: AnyPath | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Judged:
        """Put a model to the test on another table, or on songs.

        Rows that it has learnt from are left out, and so are all of their artists and tracks.

        Parameters
        ----------
        model : path
            Its folder, or ``"gtzan10"`` for the built-in one.
        paths : path or sequence of paths
            As :func:`earmark.service.checking.read` takes them; `label`, `labels` and `catalog` likewise.
            Or a folder that holds a folder of songs for each genre, a table that lists songs (columns
            ``path`` and ``genre``), or songs with `labels`: a model that hears songs hears them as
            ``earmark classify`` does; for others they are measured by the feature set that it learnt from.
        output : path, optional
            Where to write the evaluation as JSON; the same bytes for the same model and table.
        groups : sequence of str
            Columns whose equal values belong together; the artist's, album's or track's if left out.
        heard : bool
            Score what the model has learnt from as well, and stamp the score.
        subsets : sequence of str
            Columns by whose values songs are measured apart as well.
        against : path, optional
            The folder of another model of tables, to be compared on songs that neither has heard.
        workers : int, optional
            Songs heard at once; one per processor by default.
        progress : callable, optional
            Told how many songs are heard.

        Raises
        ------
        BundleError
            If the model is missing, foreign, newer, damaged or tampered with.
        TrainingError
            If the table has no genre that the model knows, or nothing that it has not learnt from.
        TableError, StoreError
            If the table cannot be read or lacks columns, or the evaluation not be written.
        """
        table = Table(paths, label, labels, catalog, tuple(groups), tuple(subsets))
        judged = evaluating.evaluate(
            model, table, self.folder, heard=heard, against=against, workers=workers, progress=progress
        )
        if output is not None:
            with keeping(Path(output).parent):
                write_text(Path(output), judged.evaluation.to_json())
        return judged

    def tune(
        self,
        paths: AnyPath | Sequence[AnyPath],
        recipe: AnyPath = RECIPE,
        *,
        method: str | None = None,
        trials: int | None = None,
        budget_s: float | None = None,
        folds: int | None = None,
        metric: str | None = None,
        prune: bool | None = None,
        label: str | None = None,
        groups: Sequence[str] = (),
        labels: AnyPath | None = None,
        catalog: AnyPath | None = None,
        without: Sequence[str] = (),
        allow: Sequence[str] = (),
        split: AnyPath | None = None,
        seed: int | None = None,
        naive: bool = False,
        workers: int | None = None,
        progress: Searched | None = None,
    ) -> tuning.Tuned:
        """Search for the best parameters of a recipe, and measure that on songs that no search has seen.

        The search is made anew in each test, on folds of its training rows, and once more on all rows for the
        recipe that is kept; with a split into parts it is made once, on the part ``train`` (scored on
        ``valid`` if there is one), and ``test`` is touched once. Every fit is kept in a folder ``tune@HASH``:
        after an interruption or a kill, or with more trials, the same call goes on from there.

        Parameters
        ----------
        paths : path or sequence of paths
            As for :meth:`train`; `label`, `groups`, `labels`, `catalog`, `without`, `allow`, `split` and
            `seed` likewise.
        recipe : str or os.PathLike
            Its ``[search]`` says how and where to search. If it has none, 30 points are drawn from the space
            of its classifier.
        method : {"grid", "random", "tpe"}, optional
            This and the following in place of what ``[search]`` says. ``"tpe"`` needs Optuna.
        trials : int, optional
            How many points each search tries, the recipe as it stands first.
        budget_s : float, optional
            After how many seconds, of all runs together, nothing new is tried.
        folds : int, optional
            On how many folds of the training rows a point is tried.
        metric : str, optional
            What is chosen on: ``"accuracy"``, ``"f1_macro"``, ``"auc_ovr"``, ``"log_loss"`` ...
        prune : bool, optional
            Whether to give up points that begin worse than half of those before.
        naive : bool
            Search and test on random rows as well, as many papers do, and put that beside.
        workers : int, optional
            Fits at once; one per processor by default. The result is the same, unless there is a time budget.
        progress : callable, optional
            Told of every fit.

        Raises
        ------
        TrainingError, RecipeError, UnknownNameError, SplitError, TableError, StoreError
            As :meth:`train`; a TrainingError also if the time is up before a trial is done.
        EarmarkError
            If Optuna is needed and not installed.
        """
        found = training.recipe_of(recipe, without=without, allow=allow, seed=seed)
        searched = tuning.with_search(
            found, method=method, trials=trials, budget_s=budget_s, folds=folds, metric=metric, prune=prune
        )
        return tuning.tune(
            Table(paths, label, labels, catalog, tuple(groups)), searched, self.folder,
            split=split, naive=naive, workers=workers, progress=progress,
        )  # fmt: skip

    def export(
        self, model: AnyPath, output: AnyPath, paths: AnyPath | Sequence[AnyPath] | None = None
    ) -> Exported:
        """Write a model as ONNX: steps, classifier and calibration in one file, compared with the model.

        Parameters
        ----------
        model : path
            Its folder.
        output : path
            The new file, which ends in ``.onnx``.
        paths : path or sequence of paths, optional
            A table of the model's features, on which answers are compared as well; on made-up rows they are
            in any case.

        Raises
        ------
        ExportError
            If a part of it cannot be written, or two probabilities differ by more than 1e-5.
        BundleError
            If the model is missing, foreign, newer, damaged or tampered with.
        ArgumentError
            If the file is there already, or does not end in ``.onnx``.
        TableError, StoreError
            If the table cannot be read or lacks columns, or the file not be written.
        """
        return exporting.export(model, output, paths)

    def predict(
        self,
        model: AnyPath,
        paths: AnyPath | Sequence[AnyPath],
        output: AnyPath | None = None,
        *,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Answered:
        """Say the genres of songs by a model that was trained on a table.

        Parameters
        ----------
        model : path
            Its folder.
        paths : path or sequence of paths
            A table with the columns that the model takes, or songs and folders of songs, which are measured.
        output : path, optional
            Where to write the answers: a ``.csv`` or ``.jsonl`` file.
        workers : int, optional
            Songs measured at once; one per processor by default.
        progress : callable, optional
            Told how many songs are measured.

        Raises
        ------
        BundleError
            If the model is missing or damaged, hears songs itself, or takes columns that cannot be measured.
        ArgumentError
            If the file's name ends otherwise.
        TableError, StoreError
            If the table cannot be read or lacks columns, or the answers not be written.
        """
        if output is not None:
            answering.see_ending(output)
            answering.see_that_it_is_no_input(output, paths)
        found = answering.predict(model, Table(paths), self.folder, workers=workers, progress=progress)
        if output is not None:
            answering.save(found.answers, output)
        return found

    def compare(
        self,
        paths: AnyPath | Sequence[AnyPath],
        classifiers: Sequence[str] = (),
        recipe: AnyPath = RECIPE,
        *,
        label: str | None = None,
        groups: Sequence[str] = (),
        labels: AnyPath | None = None,
        catalog: AnyPath | None = None,
        without: Sequence[str] = (),
        allow: Sequence[str] = (),
        split: AnyPath | None = None,
        seed: int | None = None,
        naive: bool = False,
        subsets: Sequence[str] = (),
        workers: int | None = None,
        progress: comparing.Progress | None = None,
        watch: Watch | None = None,
    ) -> Leaderboard:
        """Compare classifiers on the same folds of a table.

        Every fold that is done is kept in a folder ``compare@HASH``: after an interruption, or with more
        classifiers, the same call goes on from there.

        Parameters
        ----------
        paths : path or sequence of paths
            As for :meth:`train`; `label`, `groups`, `labels`, `catalog`, `without`, `allow`, `split`, `seed`
            and `subsets` likewise.
        classifiers : sequence of str
            Names of classifiers; all if empty.
        recipe : str or os.PathLike
            What comes before the classifier. Its calibration is left out: it costs several fits, and changes
            no answer.
        naive : bool
            Try all on random rows as well, as many papers do, and put that beside.
        workers : int, optional
            Fits at once; one per processor by default. The answers are the same.
        progress : callable, optional
            Told of every fold that is done.
        watch : callable, optional
            Shown how classifiers stand, each time a fold is done.

        Raises
        ------
        TrainingError, RecipeError, UnknownNameError, SplitError, TableError, StoreError
            As :meth:`train`. A classifier that cannot learn, or is not installed, is a line of the
            leaderboard.
        """
        base = training.recipe_of(recipe, without=without, allow=allow, seed=seed)
        table = Table(paths, label, labels, catalog, tuple(groups), tuple(subsets))
        return comparing.compare(
            table, base, classifiers, self.folder,
            split=split, naive=naive, workers=workers, progress=progress, watch=watch,
        )  # fmt: skip


def _genre_folders(paths: AnyPath | Sequence[AnyPath]) -> Path | None:
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    return Path(given[0]) if len(given) == 1 and own_genres.is_genre_folders(given[0]) else None

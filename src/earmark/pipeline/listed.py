"""The kinds of steps that there are."""

from collections.abc import Mapping

from earmark.pipeline.kinds import KINDS, Input, Kind, Parameter

_HOME = "earmark.service.steps"

_TABLE = {"table": Input("the table")}
_BESIDE = {
    "labels": Input("genres beside a table of features", required=False),
    "catalog": Input("a catalogue, which tells artist and album of each song", required=False),
}
_LABEL = {"label": Parameter("text", "the column that holds the genre; guessed if left out")}
_GROUPS = {"groups": Parameter("texts", "columns whose equal values belong together", [])}
_SEED = {"seed": Parameter("integer", "of what is drawn; the pipeline's if left out")}
_SUBSETS = {"subsets": Parameter("texts", "columns by whose values songs are measured apart", [])}
_HEARD = {"heard": Parameter("boolean", "use what the model has learnt from as well, and stamp it", False)}
_LEARNING = {
    **_LABEL,
    **_GROUPS,
    "without": Parameter("texts", "columns to leave out", []),
    "allow": Parameter("texts", "columns to take though they give the genre away", []),
    "naive": Parameter("boolean", "show beside the honest score what random rows would tell", False),
    **_SEED,
}
_LESSON = {
    **_TABLE,
    "recipe": Input(
        "how to learn: a recipe's name, a file, a step that tuned one, or a table",
        False,
        named=True,
        inline=True,
    ),
    "split": Input("a split, in place of folds", required=False),
    **_BESIDE,
}
_MODEL = {"model": Input("the model: a step, a folder, or gtzan10 for the built-in one", named=True)}


def _add(
    name: str,
    what: str,
    home: str,
    inputs: Mapping[str, Input],
    parameters: Mapping[str, Parameter],
    *,
    elsewhere: bool = False,
) -> None:
    target = f"{_HOME}.{home}:{name}"
    KINDS.add(name, Kind(name, what, target, dict(inputs), dict(parameters), elsewhere))


_add(
    "download", "fetch a file, once", "getting",
    {"url": Input("a path, or an address: https://, s3:// ...", address=True)},
    {
        "sha256": Parameter("text", "what its content must hash to"),
        "file": Parameter("text", "what it is called; as at its address if left out"),
    },
    elsewhere=True,
)  # fmt: skip
_add(
    "collect", "ask a provider for songs, once", "getting",
    {},
    {
        "provider": Parameter("text", "who is asked", required=True),
        "queries": Parameter("texts", 'as ["genre:rock", "artist:Nina Simone"]', required=True),
        "options": Parameter("table", "what the provider takes besides", {}),
    },
    elsewhere=True,
)  # fmt: skip
_add(
    "preprocess", "clean a table: rows, columns, texts", "tables",
    _TABLE,
    {
        "drop_duplicates": Parameter("boolean", "keep one of rows that are equal throughout", False),
        "drop": Parameter("texts", "columns to leave out", []),
        "rename": Parameter("table", "new names of columns, as {track = \"title\"}", {}),
        "fill": Parameter("table", "what stands where nothing does, as {title = \"\"}", {}),
        "join": Parameter("table", 'texts put together, as {words = ["title", "song_name"]}', {}),
    },
)  # fmt: skip
_add(
    "label", "give songs a genre by their tags", "tables",
    {
        "catalog": Input("a catalogue, or a table with tags"),
        "taxonomy": Input("a taxonomy's name, or its file", named=True),
    },
    {
        "vote": Parameter("text", "first, majority or weighted; the taxonomy's if left out"),
        "min_count": Parameter("integer", "genres of fewer songs join their parent", 1),
        "tags_column": Parameter("text", "the column of tags; guessed if left out"),
        "id_column": Parameter("text", "the column that tells songs apart; guessed if left out"),
        "separator": Parameter("text", "what stands between tags; guessed if left out"),
        "distinct": Parameter("boolean", "count equal rows once", False),
    },
)  # fmt: skip
_add(
    "extract", "measure songs", "getting",
    {"songs": Input("songs and folders of songs", several=True)},
    {
        "features": Parameter("texts", "feature sets", ["gtzan58"]),
        "window": Parameter("text", "how songs are cut: whole, 3s, 30s@0.5 ...", "whole"),
    },
)  # fmt: skip
_add(
    "check", "look for faults, leaks and giveaways, and stop the run at them", "tables",
    {
        **_TABLE,
        "reference": Input("a table that it should resemble", required=False),
        "split": Input("a split, of which the sides should have nothing in common", required=False),
        "schema": Input("what its columns are: a TOML file, or a known table's name", False, named=True),
        **_BESIDE,
    },
    {
        **_LABEL,
        "stop_at": Parameter("text", "error, warning, or never", "error"),
        "known": Parameter("texts", "codes of findings that are known and do not stop the run", []),
    },
)  # fmt: skip
_add(
    "split", "share rows out, artists on one side", "tables",
    {**_TABLE, **_BESIDE},
    {
        **_LABEL,
        "parts": Parameter("table", "how much each part gets, as {train = 0.8, test = 0.2}", {}),
        "folds": Parameter("integer", "folds in place of parts"),
        "repeats": Parameter("integer", "how often folds are drawn anew", 1),
        "published": Parameter("text", "a published list of clips in place of both"),
        "by": Parameter("text", "artist, album, track or duplicates; the first that is known if left out"),
        "naive": Parameter("boolean", "draw row by row, and stamp that", False),
        **_SEED,
    },
)  # fmt: skip
_add("train", "learn, and measure on songs not heard", "learning", _LESSON, {**_LEARNING, **_SUBSETS})
_add(
    "tune", "search for a recipe's best parameters, on training songs alone", "learning",
    _LESSON,
    {
        **_LEARNING,
        "method": Parameter("text", "grid, random or tpe; the recipe's if left out"),
        "trials": Parameter("integer", "how many points are tried"),
        "search_folds": Parameter("integer", "on how many folds of the training rows"),
        "metric": Parameter("text", "what is chosen on: accuracy, f1_macro, log_loss ..."),
    },
)  # fmt: skip
_add(
    "evaluate", "put a model to the test on songs it has not heard", "learning",
    {**_MODEL, **_TABLE, **_BESIDE},
    {**_LABEL, **_GROUPS, **_SUBSETS, **_HEARD},
)  # fmt: skip
_add(
    "explain", "tell what a model leans on", "pages",
    {**_MODEL, **_TABLE, **_BESIDE},
    {**_LABEL, **_GROUPS, **_HEARD, "repeats": Parameter("integer", "how often songs swap columns", 5)},
)  # fmt: skip
_add(
    "explore", "draw a table and its statistics", "pages",
    {**_TABLE, **_BESIDE},
    {
        **_LABEL,
        "unit": Parameter("text", "artist, album, track or row; the widest known if left out"),
        "pairs": Parameter("texts", 'columns to draw against each other, as ["tempo,energy"]', []),
    },
)  # fmt: skip
_add("report", "a page about models", "pages", {"models": Input("the models", several=True)}, {})
_add(
    "reproduce", "run a published study again", "studying",
    {
        "data": Input(
            "the folder that holds the public files which it needs", only=f"{_HOME}.studying:files"
        )
    },
    {
        "study": Parameter("text", "which", required=True),
        "quick": Parameter("boolean", "only the figures, without what takes long", False),
    },
)  # fmt: skip

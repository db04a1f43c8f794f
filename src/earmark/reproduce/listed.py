"""All studies that can be run again, by name. Listing them loads none of them."""

from earmark.registry import Registry
from earmark.reproduce.reproduction import File, Reproduction

REPRODUCTIONS: Registry[Reproduction] = Registry("reproduction")
"""Studies by name."""

_TABLE = "the published 58 columns of the 1000 clips of GTZAN, with file names"
_CLIPS = (
    File("gtzan/audio", "the sound of its clips as GENRE/CLIP.ogg, any of those outside the test list"),
    File("gtzan/labels.csv", "clip, genre, duration_s and native_rate_hz of each of them"),
)
_ARTISTS = File("gtzan/splits/artists.txt", "artist and title of every clip: B. Sturm's index of GTZAN")


def add(name: str, source: str, claim: str, *files: File, minutes: int = 1) -> None:
    """Add a study, which lies in the file of this room that has its name."""
    target = f"earmark.reproduce.{name.replace('-', '_')}:run"
    REPRODUCTIONS.add(name, Reproduction(name, source, claim, files, target, minutes))


add(
    "gtzan-table",
    "a data science notebook on the GTZAN table of features (2022)",
    "gradient boosting reaches an accuracy of 0.84 in ten genres",
    File("gtzan/features_30_sec.csv", _TABLE),
    _ARTISTS,
    minutes=10,
)
add(
    "segments",
    "a study of three-second segments of Yandex Music's and Spotify's songs",
    "boosting on 311 columns and generated ones reaches an area of 0.8339",
    *_CLIPS,
    File("gtzan/features_10_sec.csv", "the same columns of 10-s pieces, with file names"),
    _ARTISTS,
    minutes=10,
)
add(
    "club",
    "a listening club's clusters and classifier of 324 songs (Bioinformatics Institute, 2021)",
    "a forest has 53 % of songs in nine genres right",
    *_CLIPS,
    _ARTISTS,
    minutes=2,
)
add(
    "spotify15",
    "a pipeline on Weights & Biases and MLflow for fifteen genres of Spotify playlists",
    "a random forest reaches an area under the curve of 0.96825",
    File("spotify15/genres_mod.parquet", "the study's table: 42 896 rows of Spotify's audio columns"),
    File("spotify15/genres_v2.csv", "the table that it was made from, as published: 42 305 rows"),
    minutes=20,
)
add(
    "spotify12",
    "a data science capstone on a Spotify catalogue, its tags binned to twelve genres",
    "a forest of 5000 trees has 49.48 % of songs right",
    File("spotify12", "the study's pulls, info_1.csv to info_36.csv: artists with tags and a track each"),
    minutes=40,
)

"""From tags to genres: votes, folding, the audit, comparing, proposing."""

import doctest
import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import earmark.labels
from earmark.errors import ArgumentError
from earmark.labels import VOTES, parse, taxonomy
from earmark.labels.audit import audit
from earmark.labels.comparing import compare
from earmark.labels.suggesting import suggest
from earmark.labels.voting import bin_songs
from earmark.service import labelling

CLUB_TAGS = {
    "pop": 21,
    "jazz": 4,
    "metal": 53,
    "rock": 70,
    "orchestral": 4,
    "indie": 26,
    "art_song": 3,
    "hip-hop": 24,
    "dance": 1,
    "instrumental": 5,
    "classic": 7,
    "romance": 1,
    "punk": 2,
    "electronic": 50,
    "blues": 1,
    "rap": 1,
    "alternative": 1,
    "disco": 1,
    "folk": 15,
    "country": 3,
    "audiobook": 1,
    "ethnic": 2,
    "britpop": 1,
    "classics": 1,
    "electro": 17,
    "trap": 1,
    "new_age": 8,
}
CLUB_GENRES = {
    "electronic": 79,
    "rock": 75,
    "metal": 53,
    "pop": 42,
    "indie": 27,
    "hip-hop": 26,
    "instrumental": 9,
    "classic": 8,
    "jazz": 5,
}
TREE = parse("""
name = "tree"
[[genre]]
name = "electronic"
[[genre]]
name = "house"
parent = "electronic"
[[genre]]
name = "deep house"
parent = "house"
[[genre]]
name = "rock"
[[rule]]
genre = "deep house"
words = ["deep house"]
[[rule]]
genre = "house"
words = ["house"]
weight = 3
[[rule]]
genre = "rock"
words = ["rock"]
[[rule]]
genre = "electronic"
words = ["electronic"]
[[untaken]]
words = ["comedy"]
reason = "speech, not music"
""")
TAGS = st.sampled_from(
    ["rock", "deep house", "house", "ROCK ", "hard rock", "electronic", "comedy", "polka", "", "house rock"]
)
SONGS = st.lists(st.lists(TAGS, max_size=6), max_size=25)
COUNTS = st.integers(1, 6)


def genres(tags, vote="first"):
    return bin_songs(TREE, [tags], vote=vote).verdicts[0].genre


def test_the_listening_clubs_map_gives_its_nine_counts():
    assert len(CLUB_TAGS) == 27
    songs = [[tag] for tag, count in CLUB_TAGS.items() for _ in range(count)]
    binned = bin_songs(taxonomy("club9"), songs)
    assert binned.counts == CLUB_GENRES
    assert binned.without == {}


@pytest.mark.parametrize(
    ("tags", "first", "majority", "weighted"),
    [
        (["rock"], "rock", "rock", "rock"),
        (["hard rock", "house", "rock"], "house", "rock", "house"),
        (["rock", "house"], "house", "house", "house"),
        (["rock", "deep house"], "deep house", "deep house", "deep house"),
        (["hard rock", "pop rock", "rock", "art rock", "house"], "house", "rock", "rock"),
        (["rock", "Rock", "ROCK", "deep house", "electronic"], "electronic", "electronic", "electronic"),
    ],
)
def test_votes(tags, first, majority, weighted):
    assert [genres(tags, vote) for vote in ("first", "majority", "weighted")] == [first, majority, weighted]


def test_a_verdict_says_what_else_and_why():
    (one,) = bin_songs(TREE, [["hard rock", "house rock", "polka", "rock"]], vote="majority").verdicts
    assert (one.genre, one.genres, one.tag, one.rule) == ("rock", ("rock", "house"), "hard rock", 2)
    (one,) = bin_songs(TREE, [["hard rock", "house", "rock"]]).verdicts
    assert (one.genre, one.outvoted) == ("house", ("rock",))
    whys = [verdict.why for verdict in bin_songs(TREE, [[], [" "], ["polka"], ["comedy"]]).verdicts]
    assert whys == [
        *("no tags", "no tags", "no rule takes any of its tags"),
        "left out on purpose: speech, not music",
    ]


def test_rare_genres_go_to_their_parents_from_the_narrowest_up():
    songs = [["deep house"]] * 2 + [["house"]] * 3 + [["electronic"]] * 4 + [["rock"]] * 2
    assert bin_songs(TREE, songs, min_count=2).folded == {}
    five = bin_songs(TREE, songs, min_count=5)
    assert five.counts == {"house": 5}
    assert five.folded == {"deep house": "house", "electronic": None, "rock": None}
    ten = bin_songs(TREE, songs, min_count=6)
    assert ten.counts == {"electronic": 9}
    assert ten.folded == {"deep house": "house", "house": "electronic", "rock": None}
    assert ten.without == {"rare: 'rock' has 2 songs, fewer than 6, and no wider genre": 2}
    assert (ten.verdicts[0].genre, ten.verdicts[0].narrow) == ("electronic", "deep house")
    assert TREE.lineage("deep house") == ("electronic", "house", "deep house")


def test_wrong_arguments():
    with pytest.raises(ArgumentError, match=r"the vote 'most' \(use one of first, majority, weighted\)"):
        bin_songs(TREE, [], vote="most")
    with pytest.raises(ArgumentError, match=r"at least 0 songs \(give a count of 1 or more\)"):
        bin_songs(TREE, [], min_count=0)


@given(SONGS, st.sampled_from(VOTES), COUNTS, st.randoms())
def test_the_order_of_tags_does_not_matter(songs, vote, min_count, random):
    shuffled = [random.sample(tags, len(tags)) for tags in songs]
    one, two = (bin_songs(TREE, some, vote=vote, min_count=min_count) for some in (songs, shuffled))
    assert [(v.genre, v.genres, v.why) for v in one.verdicts] == [
        (v.genre, v.genres, v.why) for v in two.verdicts
    ]


@given(SONGS, st.sampled_from(VOTES), COUNTS)
def test_every_song_has_one_genre_or_a_reason(songs, vote, min_count):
    binned = bin_songs(TREE, songs, vote=vote, min_count=min_count)
    assert len(binned.verdicts) == len(songs)
    for verdict in binned.verdicts:
        assert (verdict.genre in TREE.genres) != bool(verdict.why)
        assert len(set(verdict.genres)) == len(verdict.genres)
    assert sum(binned.counts.values()) + sum(binned.without.values()) == len(songs)
    assert all(count >= min_count for count in binned.counts.values())


@given(SONGS, st.sampled_from(VOTES), COUNTS)
def test_binning_genres_again_changes_nothing(songs, vote, min_count):
    once = bin_songs(TREE, songs, vote=vote, min_count=min_count)
    labels = [[verdict.genre] if verdict.genre else [] for verdict in once.verdicts]
    again = bin_songs(TREE, labels, vote=vote, min_count=min_count)
    assert [v.genre for v in again.verdicts] == [v.genre for v in once.verdicts]


@given(SONGS, st.sampled_from(VOTES), COUNTS)
def test_the_audit_adds_up(songs, vote, min_count):
    binned = bin_songs(TREE, songs, vote=vote, min_count=min_count)
    found = audit(binned)
    tags, rules = found.tags.to_pylist(), found.rules.to_pylist()
    assert {row["tag"] for row in tags} == {tag for song in songs for tag in song} - {""}
    fates = [row["fate"] for row in tags]
    assert sum(row["tags"] for row in rules) == fates.count("taken") + fates.count("left out")
    assert sum(row["songs_decided"] for row in rules) == sum(v.narrow is not None for v in binned.verdicts)
    assert sum(row["songs"] for row in tags) == sum(len(set(song) - {""}) for song in songs)
    assert all((row["fate"] == "takes") == (row["tags"] > 0) for row in rules)
    several = sum(len(verdict.genres) > 1 for verdict in binned.verdicts)
    assert several <= sum(row["songs"] for row in found.conflicts.to_pylist()) <= 3 * several
    assert [tag for tag, _ in found.unknown] == [row["tag"] for row in tags if row["fate"] == "unknown"]


def test_the_audit_says_what_never_fires_and_what_is_shadowed():
    known = parse("""
name = "x"
[[rule]]
genre = "reggae"
substrings = ["reggae", "ska"]
[[rule]]
genre = "latin"
words = ["reggaeton"]
[[rule]]
genre = "polka"
words = ["polka"]
""")
    found = audit(bin_songs(known, [["reggaeton", "waltz"], ["reggae"], ["waltz"]]))
    assert found.idle_rules == {2: "shadowed", 3: "never fires"}
    rows = {row["pattern"]: row for row in found.rules.to_pylist()}
    assert (rows["reggaeton"]["tags_lost"], rows["reggaeton"]["lost_to"]) == (
        1,
        "rule 1 (reggae) by 'reggae'",
    )
    assert (rows["reggae"]["tags"], rows["reggae"]["songs"], rows["reggae"]["songs_decided"]) == (2, 2, 2)
    assert rows["ska"]["fate"] == "never fires"
    assert found.unknown == [("waltz", 2)]
    assert found.conflicts.to_pylist() == [
        {
            "genre": "reggae", "over": "latin", "songs": 1, "outvoted": 0, "by_one_tag": 1,
            "examples": ["reggaeton"],
        }
    ]  # fmt: skip


def test_comparing():
    songs = [["pop punk"], ["pop"], ["reggaeton", "trap"], ["grime"], ["demoscene"]]
    before, after = (bin_songs(taxonomy(name), songs) for name in ("broad12", "broad12-fixed"))
    found = compare(before, after)
    assert (found.songs, found.changed, found.gained, found.lost) == (5, 3, 1, 1)
    assert [(one.before, one.after, one.songs, one.tags) for one in found.changes] == [
        ("pop", "hardcore", 1, (("pop punk", 1),)),
        ("rock", None, 1, (("demoscene", 1),)),
        (None, "rap/hip hop", 1, (("grime", 1),)),
    ]
    assert ("reggaeton", "old school dance", "mexicano/latino", 1) in found.tags
    assert compare(after, after).changed == 0
    with pytest.raises(ArgumentError, match="labellings of different songs"):
        compare(before, bin_songs(taxonomy("broad12"), songs[:1]))


@pytest.mark.parametrize("with_rapidfuzz", [True, False])
def test_proposals_by_name_and_by_company(with_rapidfuzz, monkeypatch):
    if with_rapidfuzz:
        pytest.importorskip("rapidfuzz", reason="an extra: earmark[lab]")
    else:
        monkeypatch.setitem(__import__("sys").modules, "rapidfuzz", None)
    songs = [["rock"], ["polka", "rock"], ["polka", "rock"], ["polka", "hard rock"], ["polka"], ["x1"]]
    songs += [["deep hause"], ["deep house"], ["deep house"], ["deep house"], ["comedy"]]
    found = {one.tag: one for one in suggest(bin_songs(TREE, songs))}
    assert list(found) == ["polka", "deep hause", "x1"]
    assert (found["polka"].genre, found["polka"].company, found["polka"].accompanied) == ("rock", 3, 3)
    assert (found["deep hause"].genre, found["deep hause"].alike) == ("deep house", "deep house")
    assert found["x1"].genre is None
    rule = parse('name = "x"\n' + found["polka"].to_toml()).rules[0]
    assert (rule.genre, rule.patterns[0].text) == ("rock", "polka")
    assert [one.tag for one in suggest(bin_songs(TREE, songs), most=1)] == ["polka"]


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_proposal_is_toml_whatever_the_tag(tag, genre):
    songs = [[tag, "rock"]] * 3
    (found,) = suggest(bin_songs(TREE, songs)) or (None,)
    if found is not None and found.genre is not None:
        assert parse('name = "x"\n' + found.to_toml()).rules[0].patterns[0].text == tag


MODULES = [name for _, name, _ in pkgutil.iter_modules(earmark.labels.__path__, "earmark.labels.")]


@pytest.mark.parametrize("name", ["earmark.labels", *MODULES])
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_examples_of_the_door(tmp_path):
    table = tmp_path / "songs.csv"
    table.write_text("track_id,tags\n1,jazz\n2,rock; indie rock\n3,jazz; polka\n", encoding="utf-8")
    assert doctest.testmod(labelling, extraglobs={"table": table}).failed == 0

"""Taxonomies: what ships, what is refused and how, which rules cannot be reached."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import TaxonomyError, UnknownNameError
from earmark.labels import SHIPPED, parse, taxonomy
from earmark.labels.lint import lint
from earmark.labels.loading import MOST_BYTES
from earmark.labels.matching import Matcher
from earmark.labels.patterns import LONGEST_TAG, Pattern, fault_of, plain, words_of

RULE = '[[rule]]\ngenre = "rock"\nwords = ["rock"]\n'
HEAD = 'name = "mine"\n'


def rules(*bodies: str, more: str = "") -> str:
    return HEAD + more + "".join(f"\n[[rule]]\n{body}\n" for body in bodies)


def genre_of(text_or_taxonomy, tag: str) -> str | None:
    known = parse(text_or_taxonomy) if isinstance(text_or_taxonomy, str) else text_or_taxonomy
    hits = Matcher(known).hits(tag)
    return known.rules[hits[0].taker].genre if hits and hits[0].taker < len(known.rules) else None


def test_what_ships():
    assert set(SHIPPED) == {"broad12", "broad12-fixed", "club9", "gtzan10", "spotify15"}
    assert [len({rule.genre for rule in taxonomy(name).rules}) for name in sorted(SHIPPED)] == [
        *(12, 12, 9, 10, 15)
    ]
    assert taxonomy("broad12").genres == taxonomy("broad12-fixed").genres


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_each_that_ships_is_sound(name):
    known = taxonomy(name)
    assert known.name == name
    assert known.about
    assert known.source
    assert not [one for one in lint(known) if one.severity == "error"]
    assert known.hash == taxonomy(name).hash
    for alias, word in known.aliases.items():
        assert genre_of(known, alias) == genre_of(known, word), alias
        assert Matcher(known).hits(word), f"{word} is unknown"


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"broad12"}))
def test_the_name_of_a_genre_is_a_tag_of_it(name):
    known = taxonomy(name)
    busy = {rule.genre for rule in known.rules}
    assert {genre: genre_of(known, genre) for genre in busy} == {genre: genre for genre in busy}
    assert lint(known) == ()


def test_the_faithful_one_keeps_its_faults_and_lint_tells_them():
    told = {(one.severity, one.where, one.what) for one in lint(taxonomy("broad12"))}
    assert told == {
        ("warning", "rule 5 (dance)", "in vain: 'jack swing' goes to rule 3 (jazz/blues) by 'swing'"),
        ("warning", "rule 9 (old school dance)", "in vain: 'afropop' goes to rule 1 (pop) by 'pop'"),
        (
            *("warning", "rule 10 (mexicano/latino)"),
            "in vain: 'reggaeton' goes to rule 9 (old school dance) by 'reggae'",
        ),
    }


@pytest.mark.parametrize(
    ("tag", "faithful", "fixed"),
    [
        ("bass trap", "rap/hip hop", "dance"),
        ("pop punk", "pop", "hardcore"),
        ("pop rock", "pop", "rock"),
        ("pop rap", "pop", "rap/hip hop"),
        ("reggaeton", "old school dance", "mexicano/latino"),
        ("demoscene", "rock", None),
        ("grave wave", "dance", "dance"),
        ("afropop", "pop", "old school dance"),
        ("new jack swing", "jazz/blues", "dance"),
        ("русский рок", None, "rock"),
        ("Хип-Хоп", None, "rap/hip hop"),
        ("Rhythm & Blues", "jazz/blues", "jazz/blues"),
        ("R'n'B", None, "jazz/blues"),
    ],
)
def test_what_the_fixed_one_mends(tag, faithful, fixed):
    assert genre_of(taxonomy("broad12"), tag) == faithful
    assert genre_of(taxonomy("broad12-fixed"), tag) == fixed


@pytest.mark.parametrize(
    ("kind", "pattern", "held", "not_held"),
    [
        ("words", "hip hop", ["Hip-Hop", "old school hip hop", "HIP_HOP/rap"], ["hip", "hiphop", "hop hip"]),
        ("words", "rap", ["rap", "pop rap"], ["trap", "rapper"]),
        ("words", "*step", ["dubstep", "deep filthstep", "step"], ["steps", "stepping"]),
        ("words", "electro*", ["electropop", "electro"], ["retroelectro"]),
        ("words", "*folk*", ["neofolk", "folktronica", "folk"], ["fol k"]),
        ("words", "forró", ["forro", "Forró novo"], ["forros"]),
        ("words", "рок", ["Русский РОК"], ["рокер"]),  # noqa: RUF001 - Russian
        ("words", "drum and bass", ["Drum & Bass", "drum'n'bass"], ["drum solo bass"]),
        ("endings", "pop", ["indie pop", "pop"], ["pop punk"]),
        ("tags", "new wave", ["New-Wave"], ["new wave pop"]),
        ("substrings", "rap", ["trap"], ["ra p"]),
        ("substrings", " bop", ["hard bop"], ["bop"]),
        ("regexes", "^post.*metal$", ["post metal", "post-doom metal"], ["a post metal"]),
    ],
)
def test_patterns(kind, pattern, held, not_held):
    text = rules(f'genre = "x"\n{kind} = ["{pattern}"]')
    assert [genre_of(text, tag) for tag in held] == ["x"] * len(held)
    assert [genre_of(text, tag) for tag in not_held] == [None] * len(not_held)


def test_exceptions_leave_a_tag_to_others():
    text = rules('genre = "pop"\nwords = ["pop"]\nexcept = ["pop punk"]', 'genre = "punk"\nwords = ["punk"]')
    assert [genre_of(text, tag) for tag in ("pop", "pop punk", "synth pop")] == ["pop", "punk", "pop"]


BROKEN = [
    ("name = 3", "'name' is a number", "give a text in quotes"),
    ('name = "x"\nname = "y"', "no TOML", "each key once"),
    ('name = "x', "no TOML", "texts stand in quotes"),
    (HEAD, "no rule", 'add a block: [[rule]], genre = "rock", words = ["rock"]'),
    (RULE, "at the top: no 'name'", 'add a line: name = "..."'),
    ('name = "a/b"\n' + RULE, "the name 'a/b'", "use letters, digits, '-', '_' and '.'"),
    (HEAD + 'vote = "most"\n' + RULE, "the vote 'most'", "use one of first, majority, weighted"),
    (HEAD + 'rules = []\n' + RULE, "an unknown key 'rules'", "did you mean 'rule'?"),
    (HEAD + 'rule = "rock"', "'rule' is no list of blocks", "begin each with [[rule]]"),
    (rules('genre = "x"\nword = ["x"]'), "rule 1: an unknown key 'word'", "did you mean 'words'?"),
    (rules('genre = "x"'), "rule 1 (x): nothing to look for", "add a line with one of words, endings"),
    (rules('genre = "x"\nwords = "x"'), "'words' is a text", 'give a list of texts: ["rock", "hard rock"]'),
    (rules('genre = "x"\nwords = [1]'), "'words' is a list with more than texts", "give a list of texts"),
    (rules('genre = 1\nwords = ["x"]'), "'genre' is a number", "give a text in quotes"),
    (rules('genre = "x"\nwords = ["x"]\nweight = 0'), "the weight 0", "give a number above 0"),
    (rules('genre = "x"\nwords = ["x"]\nweight = nan'), "the weight nan", "give a number above 0"),
    (rules('genre = "x"\nwords = ["!"]'), "'!' among its words: no word in it", "for others use substrings"),
    (rules('genre = "x"\nwords = ["a*b"]'), "a star that is at no end of a word", "as in *step or electro*"),
    (rules('genre = "x"\nsubstrings = [""]'), "an empty text, which is in every tag", "give some letters"),
    (rules('genre = "x"\nregexes = ["(rock"]'), "missing ), unterminated subpattern", "substrings"),
    (rules('genre = "x"\nregexes = ["[[a]"]'), "possible nested set at position 1", "put a backslash before"),
    (rules('genre = "x"\nregexes = ["(a+)+b"]'), "a repeat of a group, at character 5", "single characters"),
    (rules("genre = 'x'\nregexes = ['(a)\\1']"), "a reference to a group, at character 4", "use letters"),
    (rules('genre = "x"\nregexes = ["(?=a)b"]'), "a special group '(?=', at character 1", "use letters"),
    (rules('genre = "x"\nregexes = [".*.*.*x"]'), "so many ways to match", "up to two"),
    (rules(f'genre = "x"\nregexes = ["{"a?" * 25}b"]'), "so many ways to match", "up to two"),
    (rules('genre = "x"\nregexes = ["a*"]'), "it finds nothing at all", "take the star"),
    (
        rules('genre = "b"\nwords = ["b"]', more='[[genre]]\nname = "b"\n[[genre]]\nname = "B"\n'),
        "genre 2: 'B' is there twice, spelled otherwise", "keep one of the two",
    ),
    (
        rules('genre = "b"\nwords = ["b"]', more='[[genre]]\nname = "b"\n[[genre]]\nname = "b"\n'),
        "genre 2: 'b' is there twice", "keep one of the two",
    ),
    (rules('genre = "b"\nwords = ["b"]', 'genre = "B"\nwords = ["c"]'), "spelled 'b' elsewhere", "one way"),
    (
        rules('genre = "rock"\nwords = ["b"]', more='[[genre]]\nname = "metal"\nparent = "rocks"\n'),
        "no parent 'rocks'", "did you mean 'rock'?",
    ),
    (
        rules('genre = "a"\nwords = ["a"]', more="".join(
            f'[[genre]]\nname = "{g}"\nparent = "{p}"\n' for g, p in ("ab", "bc", "ca"))),
        "a circle of parents: a > b > c > a", "leave one of them out",
    ),
    (
        rules('genre = "a"\nwords = ["a"]', more='[[genre]]\nname = "a"\nparent = "a"\n'),
        "a circle of parents: a > a", "leave one of them out",
    ),
    (HEAD + 'aliases = ["x"]\n' + RULE, "'aliases' is a list", "begin the block with [aliases]"),
    (HEAD + RULE + '[aliases]\n"рок" = 1', "alias 'рок': stands for 1", "write both as words"),
    (HEAD + RULE + '[aliases]\n"рок" = "rock"\n"Рок" = "rock"', "the same as 'рок'", "keep one of the two"),
    (HEAD + RULE + '[[untaken]]\nwords = ["x"]', "untaken 1: no 'reason'", 'add a line: reason = "..."'),
    ("a = " + "[" * 5000, "nests too deeply", "rules hold lists of texts and no more"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_one_says_where_and_how_to_mend_it(text, message, hint):
    with pytest.raises(TaxonomyError) as caught:
        parse(text, "my.toml")
    assert caught.value.message.startswith("'my.toml'")
    assert message in caught.value.message
    assert (hint or "") in caught.value.hint
    assert caught.value.hint


def test_files(tmp_path):
    good = tmp_path / "mine.toml"
    good.write_bytes(b"\xef\xbb\xbf" + (HEAD + RULE).encode())
    assert taxonomy(good).genres == taxonomy(str(good)).genres == ("rock",)
    with pytest.raises(TaxonomyError, match=r"there is no file .*name a \.toml file, or one of"):
        taxonomy(tmp_path / "nothing.toml")
    with pytest.raises(TaxonomyError, match="cannot be read"):
        taxonomy(tmp_path)
    bad = tmp_path / "bad.toml"
    bad.write_bytes('# жанры\nname = "рок"'.encode("cp1251"))
    with pytest.raises(TaxonomyError, match=r"is not UTF-8: byte 0xe6 in line 1 \(save it as UTF-8"):
        taxonomy(bad)
    with bad.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(TaxonomyError, match="has more than 16 MB"):
        taxonomy(bad)
    with pytest.raises(UnknownNameError, match=r"unknown taxonomy 'broad-12' .*did you mean 'broad12'"):
        taxonomy("broad-12")


def test_names_in_any_script():
    known = parse('name = "жанры"\n[[rule]]\ngenre = "рок-музыка ♪"\nwords = ["рок"]\n[[rule]]\n'
                  'genre = "音楽"\nsubstrings = ["音"]')  # fmt: skip
    assert genre_of(known, "Рок") == "рок-музыка ♪"
    assert genre_of(known, "日本の音楽") == "音楽"


@pytest.mark.slow
def test_ten_thousand_rules_are_quick():
    text = HEAD + "".join(
        f'[[rule]]\ngenre = "g{n % 97}"\nwords = ["style{n}"]\nsubstrings = ["part{n}x"]\n'
        for n in range(10_000)
    )
    began_s = time.perf_counter()
    known = parse(text)
    matcher = Matcher(known)
    assert [len(matcher.hits(f"style{n} part{n}x")) for n in range(0, 10_000, 10)] == [2] * 1000
    assert lint(known) == ()
    assert time.perf_counter() - began_s < 10  # about 1.5 s on a quiet machine


UNREACHABLE = [
    ('words = ["reggae"]', 'words = ["dub reggae"]', "'dub reggae' goes to rule 1 (a) by 'reggae'"),
    ('substrings = ["rap"]', 'words = ["trap"]', "'trap' goes to rule 1 (a) by 'rap'"),
    ('endings = ["pop"]', 'endings = ["indie pop"]', "'indie pop' goes to rule 1 (a) by 'pop'"),
    ('words = ["pop"]', 'tags = ["Pop!"]', "'Pop!' goes to rule 1 (a) by 'pop'"),
    ('words = ["*core*"]', 'words = ["*hardcore"]', "'*hardcore' goes to rule 1 (a) by '*core*'"),
    ('words = ["x"]', 'words = ["y z"]\nexcept = ["z"]', "'y z' is among its own exceptions"),
]


@pytest.mark.parametrize(("first", "second", "why"), UNREACHABLE, ids=range(len(UNREACHABLE)))
def test_lint_finds_what_cannot_be_reached(first, second, why):
    found = lint(parse(rules(f'genre = "a"\n{first}', f'genre = "b"\n{second}')))
    errors = [one for one in found if one.severity == "error"]
    assert [(one.where, one.what) for one in errors] == [("rule 2 (b)", f"can take no tag: {why}")]
    assert errors[0].hint == "move it before that rule, except its words there, or leave it out"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('words = ["dub reggae"]', 'words = ["reggae"]'),
        ('tags = ["pop"]', 'words = ["pop"]'),
        ('endings = ["pop"]', 'words = ["pop"]'),
        ('words = ["step"]', 'words = ["*step"]'),
        ('words = ["rap"]', 'substrings = ["rap"]'),
        ('substrings = ["hip hop"]', 'words = ["hip hop"]'),  # hip-hop
        ('regexes = ["^rap$"]', 'words = ["rap"]'),
        ('words = ["rock"]\nexcept = ["post"]', 'words = ["indie rock"]'),  # indie rock, post
    ],
)
def test_lint_calls_nothing_unreachable_that_can_be_reached(first, second):
    found = lint(parse(rules(f'genre = "a"\n{first}', f'genre = "b"\n{second}')))
    assert not [one for one in found if one.severity == "error"]


def test_lint_tells_of_aliases_and_idle_genres():
    found = lint(
        parse(
            rules('genre = "rock"\nwords = ["rock", "рок"]', more='[[genre]]\nname = "polka"\n')
            + '[aliases]\n"рок" = "rock"\n'
        )
    )
    assert [(one.severity, one.where) for one in found] == [
        ("warning", "genre polka"),
        ("warning", "rule 1 (rock)"),
    ]
    assert found[1].what == "in vain: 'рок' is an alias, which the rules see as 'rock'"


WORDS = st.text(st.sampled_from("ab "), min_size=1, max_size=6).filter(str.strip)


@given(st.lists(st.tuples(st.sampled_from(["words", "endings", "tags", "substrings"]), WORDS),
                min_size=2, max_size=4), st.lists(WORDS, min_size=1, max_size=30))  # fmt: skip
def test_what_lint_calls_unreachable_takes_no_tag(patterns, tags):
    known = parse(rules(*(f'genre = "g{n}"\n{kind} = ["{p}"]' for n, (kind, p) in enumerate(patterns))))
    dead = {one.where for one in lint(known) if one.severity == "error"}
    matcher = Matcher(known)
    for tag in [*tags, *(text for _, text in patterns), *(f"{a} {b}" for a in tags[:5] for b in tags[:5])]:
        if hits := matcher.hits(tag):
            taker = hits[0].taker
            assert f"rule {taker + 1} (g{taker})" not in dead


@given(st.text(max_size=150))
def test_plain_is_idempotent_and_words_are_words(text):
    assert plain(plain(text)) == plain(text)
    assert words_of(plain(text)) == words_of(text)
    assert all(word.isalnum() for word in words_of(text))


@given(st.text(st.sampled_from(r"ab.*+?|()[]{}^$\d1,"), max_size=12))
def test_no_accepted_regex_takes_long(text):
    if fault_of(Pattern("regexes", text)) is None:
        known = parse(HEAD + f"[[rule]]\ngenre = 'x'\nregexes = ['{text}']")
        matcher = Matcher(known)
        began_s = time.process_time()
        for tag in ("a" * LONGEST_TAG, "ab" * (LONGEST_TAG // 2), "a" * (LONGEST_TAG - 1) + "!"):
            matcher.hits(tag)
        assert time.process_time() - began_s < 2.0

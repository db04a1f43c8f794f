"""What steps make: whole or not there, never changed unseen, safe for two at once."""

import json
import multiprocessing
import os
import shutil
import time
from pathlib import Path

import pytest

from earmark.errors import ArtifactError
from earmark.pipeline.artifacts import Artifact, Artifacts, Facts
from earmark.workspace import content_hash

MADE_FROM = {"do": "greet", "words": "hello"}


def made(folder: Path, words: str = "hello", name: str = "greeting") -> Artifact:
    with Artifacts(folder).making(name, {**MADE_FROM, "words": words}) as work:
        (work.folder / "deep").mkdir()
        (work.folder / "deep" / "hello.txt").write_text(words)
        return work.keep(Facts(main="deep/hello.txt", metrics={"length": {"value": 5.0}}), {"table": "raw@0"})


def test_an_artifact_is_named_by_all_that_it_was_made_from(tmp_path: Path) -> None:
    one = made(tmp_path)
    assert one.id == f"greeting@{content_hash(MADE_FROM)}"
    again = Artifacts(tmp_path).find("greeting", one.version)
    assert again is not None
    assert again.manifest == one.manifest
    assert again.main.read_text() == "hello"
    assert again.damage() == ""
    assert again.manifest["parents"] == {"table": "raw@0"}


def test_what_came_out_has_a_hash_of_its_own(tmp_path: Path) -> None:
    one, other, same = made(tmp_path), made(tmp_path, "goodbye"), made(tmp_path, name="another")
    assert one.digest == same.digest != other.digest


def test_nothing_is_there_before_it_is_whole(tmp_path: Path) -> None:
    kept = Artifacts(tmp_path)
    with kept.making("greeting", MADE_FROM) as work:
        (work.folder / "half.txt").write_text("hel")
    assert list(kept) == []
    with kept.making("greeting", MADE_FROM) as work:  # what was begun lies there still
        assert (work.folder / "half.txt").read_text() == "hel"


@pytest.mark.parametrize(
    ("hurt", "told"),
    [
        (lambda at: (at / "deep" / "hello.txt").write_text("hallo"), "deep/hello.txt differs from its hash"),
        (lambda at: (at / "deep" / "hello.txt").unlink(), "deep/hello.txt is missing"),
        (lambda at: (at / "more.txt").write_text(""), "more.txt is new"),
    ],
)
def test_damage_is_found(tmp_path: Path, hurt: object, told: str) -> None:
    one = made(tmp_path)
    hurt(one.folder)  # type: ignore[operator] # one of the three above
    assert one.damage() == told
    aside = Artifacts(tmp_path).put_aside(one.name, one.version)
    assert aside.exists()
    assert Artifacts(tmp_path).find(one.name, one.version) is None


def test_a_manifest_that_was_changed_is_refused(tmp_path: Path) -> None:
    one = made(tmp_path)
    path = one.folder / "manifest.json"
    said = json.loads(path.read_text())
    for change, told in (
        ({"metrics": {}}, "its checksum differs"),
        ({"format": "another"}, "is not of an artifact"),
        ({"format_version": 99}, "has format 99; this Earmark reads up to 1"),
        ({"notes": "none"}, "a key is missing or of another type"),
    ):
        path.write_text(json.dumps(said | change))
        with pytest.raises(ArtifactError, match=told):
            Artifacts(tmp_path).find(one.name, one.version)
    path.write_text("{")
    with pytest.raises(ArtifactError, match=r"cannot be read.*run the pipeline again"):
        Artifacts(tmp_path).find(one.name, one.version)
    assert list(Artifacts(tmp_path)) == []
    assert [error.message.partition("'")[2].partition("'")[0] for error in Artifacts(tmp_path).broken()] == [
        str(path)
    ]


def test_one_is_found_by_what_a_person_types(tmp_path: Path) -> None:
    one, other = made(tmp_path), made(tmp_path, "goodbye")
    kept = Artifacts(tmp_path)
    assert kept.named("greeting").id == other.id
    assert kept.named(one.id[:14]).id == one.id
    with pytest.raises(ArtifactError, match=r"no artifact 'gone' in .*kept are: greeting"):
        kept.named("gone")
    assert [found.id for found in kept] == [one.id, other.id]


def _make_slowly(folder: str) -> None:
    with Artifacts(folder).making("greeting", MADE_FROM) as work:
        if work.done is None:
            with (Path(folder) / "log.txt").open("a") as log:
                log.write("made\n")
            (work.folder / "hello.txt").write_text("hello")
            work.keep(Facts(main="hello.txt"))


def test_two_who_make_the_same_make_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_make_slowly, args=(str(tmp_path),)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
        assert one.exitcode == 0
    assert (tmp_path / "log.txt").read_text() == "made\n"
    assert [one.damage() for one in Artifacts(tmp_path)] == [""]
    assert list((tmp_path / ".work").iterdir()) == []


def test_only_what_is_damaged_is_put_out_of_the_way(tmp_path: Path) -> None:
    one, kept = made(tmp_path), Artifacts(tmp_path)
    kept.clear(one.name, one.version)
    kept.clear("gone", one.version)
    assert kept.find(one.name, one.version) is not None
    (one.folder / "manifest.json").write_text("{")
    kept.clear(one.name, one.version)
    assert kept.find(one.name, one.version) is None


def test_a_manifest_in_another_folder_than_its_own_is_refused(tmp_path: Path) -> None:
    one = made(tmp_path)
    other = one.version[::-1]
    one.folder.rename(tmp_path / f"greeting@{other}")
    with pytest.raises(ArtifactError, match=f"is of {one.id}"):
        Artifacts(tmp_path).find("greeting", other)


def fail(kept: Artifacts, n: int, days: float = 0.0) -> Path:
    """Leave what a step left that failed some days ago."""
    with kept.making("table", {"n": n}) as work:
        (work.folder / "journal").touch()
    place, then = work.folder.parent, time.time() - days * 86400
    for path in (*place.rglob("*"), place):
        os.utime(path, (then, then))
    return place


def test_what_a_failed_step_left_is_cleared_unless_it_is_wanted_or_somebody_is_at_it(tmp_path: Path) -> None:
    kept, wanted = Artifacts(tmp_path), content_hash({"n": 2})
    fail(kept, 1, days=8)
    fail(kept, 2, days=8)
    fail(kept, 3, days=8)
    with kept.making("table", {"n": 3}) as work:
        kept.clear_work({"table": wanted, "other": "0"})
        left = {place.name for place in (tmp_path / ".work").iterdir()}
        assert left == {f"table@{wanted}", f"table@{work.version}"}
    kept.clear_work({"table": wanted})
    (tmp_path / f"table@{wanted}").mkdir()
    (tmp_path / f"table@{wanted}" / "manifest.json").touch()  # as if killed once it had its name
    (tmp_path / ".work" / ".gone-0").mkdir()  # as if killed while it was deleted
    kept.clear_work({"table": wanted})
    assert list((tmp_path / ".work").iterdir()) == []


def test_what_was_left_some_days_ago_is_there_still_for_another_pipeline(tmp_path: Path) -> None:
    kept = Artifacts(tmp_path)
    old, young, grown = fail(kept, 1, days=7.1), fail(kept, 2, days=6.9), fail(kept, 3, days=30)
    os.utime(grown / "files" / "journal")
    kept.clear_work({"table": "0"})
    assert (old.exists(), young.exists(), grown.exists()) == (False, True, True)


def test_whoever_begins_while_the_same_is_cleared_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, deleted = Artifacts(tmp_path), shutil.rmtree
    place = fail(kept, 1, days=8)

    def beginning_meanwhile(folder: Path, *, ignore_errors: bool) -> None:
        assert not place.exists()
        with kept.making("table", {"n": 1}) as work:
            assert list(work.folder.iterdir()) == []
            (work.folder / "begun").touch()
            deleted(folder, ignore_errors=ignore_errors)
            assert (work.folder / "begun").exists()

    monkeypatch.setattr(shutil, "rmtree", beginning_meanwhile)
    kept.clear_work({"table": "0"})
    assert [path.name for path in (tmp_path / ".work").iterdir()] == [place.name]
    assert (place / "files" / "begun").exists()

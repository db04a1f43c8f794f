"""``earmark explain``: write a page on what a model leans on, and say the most important of it."""

import shlex
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.service import explaining, explaining_heard, explaining_song
from earmark.service.training import Table

_SHOWN = 10
_TAGS = 3
_TERMS = 3
_NEAREST = 3


def explain_and_print(model: str, table: Table, output: str, *, as_json: bool, **how: Any) -> None:
    """Explain a model; `how` is what :func:`earmark.service.explaining.explain` takes."""
    command = f"earmark {shlex.join(sys.argv[1:])}"
    with Status() as status:
        found = explaining.explain(model, table, output, made_by=command, progress=status, **how)
    if as_json:
        write(json_line(found.plain | {"page": str(found.page)}, sys.stdout.encoding or "utf-8"))
        return
    told = found.plain["importances"]
    write(
        f"model {found.plain['model']} on {told['tracks']} songs of {told['groups']} groups: {found.finding}"
    )
    write(f"{'songs swap':<32}{'accuracy falls by':>18}  {'interval':<24}{'log loss rises by':>18}")
    for one in told["families"][:_SHOWN]:
        loss = one["accuracy"]
        between = "-" if loss["low"] is None else f"[{loss['low']:+.3f}, {loss['high']:+.3f}]"
        write(
            f"{shown(one['family'])[:30]:<32}{loss['value']:>+18.3f}  {between:<24}"
            f"{one['log_loss']['value']:>+18.3f}"
        )
    if (more := len(told["families"]) - _SHOWN) > 0:
        write(f"and {more} more on the page")
    if said := found.plain["shap"]["finding"]:
        write(f"SHAP values: {shown(said)}")
    else:
        write(f"no SHAP values: {found.plain['shap']['reason']}")
    print_notes(found.notes)
    write(f"page: {shown(found.page)}")


def explain_song_and_print(model: str, table: Table, song: str, output: str, *, as_json: bool) -> None:
    """Explain the answer to one song, see :func:`earmark.service.explaining_song.explain_song`."""
    command = f"earmark {shlex.join(sys.argv[1:])}"
    found = explaining_song.explain_song(model, table, song, output, made_by=command)
    if as_json:
        write(json_line(found.plain | {"page": str(found.page)}, sys.stdout.encoding or "utf-8"))
        return
    write(f"{shown(song)}: {found.finding}")
    for name, value in found.plain["spoke"][:_SHOWN]:
        write(f"  {shown(name)[:30]:<32}{'for' if value > 0 else 'against':<8}{value:>+8.3f}")
    _print_terms(found.plain["terms"])
    for flip in found.plain["flips"][:1]:
        write(
            f"smallest change: {shown(flip['column'])} from {flip['before']:.4g} to {flip['after']:.4g} "
            f"({flip['deviations']:.2f} standard deviations), and it is {flip['genre']}"
        )
    _print_nearest(found.plain)
    write(f"page: {shown(found.page)}")


def explain_heard_and_print(model: str, paths: list[str], output: str, *, as_json: bool) -> None:
    """Explain the answer to a song that is heard, the first of `paths`, beside the others."""
    command = f"earmark {shlex.join(sys.argv[1:])}"
    song, *others = paths
    found = explaining_heard.explain_heard(model, song, others, output, made_by=command)
    if as_json:
        write(json_line(found.plain | {"page": str(found.page)}, sys.stdout.encoding or "utf-8"))
        return
    write(f"{shown(song)}: {found.finding}")
    tags = found.plain["tags"]
    for name, value in (*tags[:_TAGS], *tags[-_TAGS:]):
        write(f"  {name:<24}{'for' if value > 0 else 'against':<8}{value:>+8.2f}")
    start, end, value = max(found.plain["seconds"], key=lambda one: one[2])
    low, high, fall = max(found.plain["bands"], key=lambda one: one[2])
    write(f"strongest octave {low:.0f} to {high:.0f} Hz: without it {-fall:+.2f}")
    write(
        f"strongest from {start:.0f} to {end:.0f} s: {value:+.2f}; the song: {found.plain['log_odds']:+.2f}"
    )
    _print_nearest(found.plain)
    print_notes(found.notes)
    write(f"page: {shown(found.page)}")


def _print_terms(told: dict[str, Any]) -> None:
    if "reason" in told:
        write(f"no SHAP values: {told['reason']}")
        return
    strongest = sorted(told["terms"], key=lambda one: -abs(one[1]))[:_TERMS]
    each = ", ".join(f"{shown(name)[:30]} {value:+.3f}" for name, value in strongest)
    write(f"score {told['score']:+.3f} ({told['unit']}), from {told['start']:+.3f}: {each}")


def _print_nearest(plain: dict[str, Any]) -> None:
    near = plain["nearest"]
    if near is None or not near["songs"]:
        return
    for name, genre in near["same"]:
        write(f"learnt from: {shown(name)}, {genre}, is the same to the model")
    for name, genre, distance in near["songs"][:_NEAREST]:
        write(f"nearest: {shown(name)}, {genre}, at {distance:.2f}")
    of = sum(genre == plain["genre"] for _, genre, _ in near["songs"])
    write(f"{of} of the {len(near['songs'])} nearest training songs are {shown(plain['genre'])}")

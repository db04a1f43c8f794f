"""The card of the built-in model, every number in it measured by the run that wrote it."""

from pathlib import Path
from typing import Any

from earmark.models.bundle import Bundle

TEMPLATE = Path(__file__).with_suffix(".md")


def card(bundle: Bundle, figures: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    rows = [
        f"| {family} | {figures['foreign_sure'][family]:.1%} | {figures['foreign_not_music'][family]:.1%} "
        f"| {figures['fresh_sure'][family]:.1%} | {figures['fresh_not_music'][family]:.1%} |"
        for family in figures["foreign_sure"]
    ]
    made_from = bundle.made_from
    (vl, vh), (cl, ch) = figures["valid_interval"], figures["cross_interval"]
    return TEMPLATE.read_text(encoding="utf-8").format(
        name=bundle.name,
        version=bundle.version,
        genres=", ".join(bundle.genres),
        v=figures["valid"],
        c=figures["cross_validated"],
        c_n=made_from["n_songs"],
        vl=vl,
        vh=vh,
        cl=cl,
        ch=ch,
        limits=bundle.thresholds,
        foreign="\n".join(rows),
        music_lost=figures["music_lost"],
        music_trusted=figures["music_trusted"],
        inputs=figures["inputs"],
        chance_ece=figures["chance_ece"],
        tag_correlation=figures["tag_correlation"],
        n_songs=made_from["n_songs"],
        n_artists=made_from["n_artists"],
        n_known=made_from["n_songs"] - made_from["n_unknown"],
        n_foreign_sounds=made_from["n_foreign_sounds"],
        sklearn=made_from["scikit-learn"],
        numpy=made_from["numpy"],
        python=made_from["python"],
    )

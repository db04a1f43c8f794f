"""What a page must be for those who see little or have no mouse, measured in a real browser."""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.image import imread
from numpy.typing import NDArray

from browser import Browser

_SLICE_PX = 4000
_LEAST = 4.5
"""WCAG 2.1, AA: contrast of words; 3 for large ones (24 px, or 18.66 px and bold)."""

# Faults of a page's structure, as WCAG and the rules of axe name them.
_STRUCTURE = r"""
(() => {
  const faults = [];
  const all = (what) => [...document.querySelectorAll(what)];
  const bad = (rule, element) => faults.push(`${rule}: ${element.outerHTML.slice(0, 120)}`);
  if (!document.documentElement.lang) faults.push("the page says no language");
  if (!document.title.trim()) faults.push("the page has no title");
  for (const [what, most] of [["h1", 1], ["main", 1], ["body > header", 1], ["body > footer", 1]])
    if (all(what).length !== most) faults.push(`${all(what).length} of ${what}`);
  for (const one of all("body *:not(script):not(style)"))
    if (!one.closest("header, main, footer, .skip")) bad("outside of all landmarks", one);
  for (const one of all("nav, section[aria-label], [role=region]"))
    if (!one.getAttribute("aria-label")) bad("a landmark without a name", one);
  const regions = all("[role=region], nav").map((one) => one.getAttribute("aria-label"));
  for (const name of new Set(regions))
    if (regions.filter((one) => one === name).length > 1) faults.push(`two landmarks are called '${name}'`);
  let level = 0;
  for (const one of all("h1, h2, h3, h4, h5, h6")) {
    const now = Number(one.tagName[1]);
    if (now > level + 1) bad(`a heading of level ${now} after one of ${level}`, one);
    if (!one.textContent.trim()) bad("an empty heading", one);
    level = now;
  }
  const ids = all("[id]").map((one) => one.id);
  for (const one of new Set(ids))
    if (ids.filter((id) => id === one).length > 1) faults.push(`two of #${one}`);
  for (const one of all("a[href^='#']"))
    if (!document.getElementById(decodeURIComponent(one.hash.slice(1)))) bad("leads nowhere", one);
  for (const one of all("[aria-labelledby], [aria-describedby], label[for]"))
    for (const name of ["aria-labelledby", "aria-describedby", "for"])
      for (const id of (one.getAttribute(name) || "").split(/\s+/).filter(Boolean))
        if (!document.getElementById(id)) bad(`${name} of nothing`, one);
  for (const one of all("svg, canvas, img, [role=img]")) {
    if (one.closest("[aria-hidden=true]") || one.parentElement.closest("svg")) continue;
    const named = one.getAttribute("aria-label") || one.getAttribute("alt");
    const picture = one.tagName !== "svg" || one.getAttribute("role") === "img";
    if (!named || !picture) bad("a picture unnamed", one);
  }
  for (const one of all("table")) {
    if (!one.caption || !one.caption.textContent.trim()) bad("a table without a caption", one);
    const heads = [...one.tHead.rows[0].cells];
    for (const head of heads)
      if (head.tagName !== "TH" || head.scope !== "col" || !head.textContent.trim()) bad("no head", head);
    for (const row of one.tBodies[0].rows)
      if (row.cells.length !== heads.length) bad("a row of another length", row);
  }
  for (const one of all("button, a, summary, input, select, textarea, audio")) {
    if (one.hidden) continue;
    const named = one.textContent.trim() || one.getAttribute("aria-label") || (one.labels || []).length;
    if (!named) bad("a control without a name", one);
  }
  for (const one of all("[tabindex]")) if (Number(one.tabIndex) > 0) bad("jumps the queue of Tab", one);
  return faults;
})()
"""

# Opens what is folded, and lets tables show all of themselves.
_OPEN = """
for (const one of document.querySelectorAll("details")) one.open = true;
document.head.insertAdjacentHTML("beforeend",
  "<style>.wide{overflow:visible!important;max-height:none!important}figure{content-visibility:visible!important}"
  + "th{position:static!important}*{transition:none!important}</style>");
"""

# Every piece of text with its box, colour, opacity, size and weight.
_WORDS = r"""
(() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || one.closest("script, style, .skip, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const svg = one.closest("svg") !== null;
    const box = svg ? one.getBoundingClientRect() : range.getClientRects()[0];
    if (!box || box.width < 1 || box.height < 1) continue;
    const style = getComputedStyle(one);
    if (style.visibility === "hidden") continue;
    let opacity = 1;
    for (let up = one; up; up = up.parentElement) opacity *= Number(getComputedStyle(up).opacity);
    found.push({
      text: node.data.trim().slice(0, 60), opacity, svg,
      x: box.x + scrollX, y: box.y + scrollY, wide: box.width, high: box.height,
      colour: (svg ? style.fill : style.color).match(/[\d.]+/g).map(Number),
      px: parseFloat(style.fontSize), bold: Number(style.fontWeight) >= 700,
    });
  }
  return found;
})()
"""

_HIDE = """
document.head.insertAdjacentHTML("beforeend", "<style>*{color:transparent!important;"
  + "text-decoration:none!important} svg text{visibility:hidden!important}</style>");
"""

_FOCUS = r"""
(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const every = [...document.querySelectorAll(REACHED)];
  return {
    at: every.indexOf(one), html: one.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
})()
"""

_REACHED = "a[href], button:not([hidden]), summary, input, select, [tabindex='0']"


@dataclass(frozen=True)
class Word:
    """A piece of text on a page: its words, its contrast with what lies behind, and what it must have."""

    text: str
    contrast: float
    least: float


def structure(browser: Browser) -> list[str]:
    """Return what is wrong with the structure of the page that is open."""
    return [str(one) for one in browser.value(_STRUCTURE)]


def words(browser: Browser) -> list[Word]:
    """Return every piece of text of the page that is open with its contrast; the page is spoilt by it.

    What lies behind is what the browser paints when the text is hidden: the median of its box.
    """
    browser.tell("Emulation.setScrollbarsHidden", hidden=True)  # or the page is wider in a picture of it
    browser.value(_OPEN)
    found = browser.value(_WORDS)
    browser.value(_HIDE)
    behind = _painted(browser)
    return [_word(one, behind) for one in found]


def _painted(browser: Browser) -> NDArray[np.float64]:
    """Return the whole page as it is painted, shape (pixels down, pixels across, 3), 0 to 1."""
    wide, high = browser.value("((page) => [page.scrollWidth, page.scrollHeight])(document.documentElement)")
    parts = []
    for top in range(0, high, _SLICE_PX):
        clip = {"x": 0, "y": top, "width": wide, "height": min(_SLICE_PX, high - top), "scale": 1}
        shot = browser.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        parts.append(imread(io.BytesIO(base64.b64decode(shot["data"])), "png")[..., :3])
    return np.concatenate(parts).astype(np.float64)


def _word(one: dict[str, Any], behind: NDArray[np.float64]) -> Word:
    left, top = max(int(one["x"]), 0), max(int(one["y"]), 0)
    box = behind[top : top + max(int(one["high"]), 1), left : left + max(int(one["wide"]), 1)]
    ground = np.median(box.reshape(-1, 3), axis=0) if box.size else np.array([np.nan] * 3)
    *colour, alpha = (*one["colour"], 1.0)[:4]
    share = alpha * one["opacity"]
    ink = np.array(colour) / 255 * share + ground * (1 - share)
    large = one["px"] >= 24 or (one["px"] >= 18.66 and one["bold"])
    return Word(one["text"], contrast(ink, ground), 3.0 if large else _LEAST)


def contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the contrast of two colours of 0 to 1, 1 to 21, as WCAG 2.1 has it."""
    lights = sorted(_light(colour) + 0.05 for colour in (one, other))
    return lights[1] / lights[0]


def _light(colour: NDArray[np.float64]) -> float:
    linear = np.where(colour <= 0.03928, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def by_keyboard(browser: Browser) -> list[str]:
    """Return what is wrong for somebody who goes through the page that is open by Tab alone."""
    due = browser.value(f"[...document.querySelectorAll({json.dumps(_REACHED)})].map((one) => "
                        "one.checkVisibility() ? one.outerHTML.slice(0, 120) : '')")  # fmt: skip
    look = _FOCUS.replace("REACHED", json.dumps(_REACHED))
    browser.value("document.activeElement.blur(), scrollTo(0, 0)")
    faults, reached = [], set()
    for _ in range(len(due) + 5):
        browser.press("Tab")
        found = browser.value(look)
        if found is None:
            break
        reached.add(found["at"])
        if not found["outlined"]:
            faults.append(f"no focus to be seen: {found['html']}")
        if not found["seen"]:
            faults.append(f"focused out of sight: {found['html']}")
    missed = [one for at, one in enumerate(due) if one and at not in reached]
    return faults + [f"not reached by Tab: {one}" for one in missed]

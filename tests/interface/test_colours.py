"""Can states be told apart without colour, and colours by everybody?"""

import re
from itertools import combinations

import pytest

from tests.interface.colours import BLINDNESS, contrast, distance
from tests.site import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
TONES = ("good", "bad", "warn", "busy", "idle")
LEAST_DISTANCE = 15
LEAST_CONTRAST = 3  # of a shape that means something with what it stands on
READ_STATES = """() => [...document.querySelectorAll('#teams .state, #teams .tile')].map(state => {
  const isTile = state.matches('.tile');
  const svg = state.querySelector('svg');
  const use = svg?.querySelector('use');
  return {
    tone: (isTile ? svg : state).classList.value.match(/good|bad|warn|busy|idle/)?.[0],
    word: (isTile ? state.querySelector('em') : state).textContent.trim(),
    shape: (use ? document.querySelector(use.getAttribute('href')) : svg)?.innerHTML.trim(),
  };
})"""


def test_colours_of_known_distance():
    assert distance((0, 0, 0), (255, 255, 255)) == pytest.approx(100, abs=0.1)
    assert distance((255, 0, 0), (0, 255, 0)) > 100
    red, green = (0xD0, 0x20, 0x20), (0x60, 0x60, 0x10)
    assert distance(red, green, "protan") < distance(red, green) / 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("eyes", BLINDNESS)
def test_any_two_states_differ_to_all_eyes(visitor, scheme, eyes):
    page = visitor("full", "lecturer", color_scheme=scheme)
    page.goto("/")
    colours = {}
    for tone in TONES:
        text = page.evaluate(
            """tone => {
              const probe = document.body.appendChild(document.createElement('i'));
              probe.style.color = `var(--${tone})`;
              return getComputedStyle(probe).color;
            }""",
            tone,
        )
        colours[tone] = tuple(map(float, re.findall(r"[\d.]+", text)[:3]))
    near = {
        (one, other): round(distance(colours[one], colours[other], eyes), 1)
        for one, other in combinations(TONES, 2)
    }
    assert not {pair: far for pair, far in near.items() if far < LEAST_DISTANCE}


def tokens(scheme: str) -> dict[str, tuple[int, ...]]:
    """Return the colours of the stylesheet, each as RGB, as they are in light or in dark."""
    text = (ROOT / "static" / "css" / "site.css").read_text()
    hexes = {
        name: pair[scheme == "dark"]
        for name, *pair in re.findall(r"--([\w-]+): light-dark\(#(\w+), #(\w+)\)", text)
    }
    wide = {name: code if len(code) == 6 else "".join(c * 2 for c in code) for name, code in hexes.items()}
    return {name: tuple(bytes.fromhex(code)) for name, code in wide.items()}


def test_contrast_of_known_colours():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (0x77, 0x77, 0x77)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tone", [*TONES, "accent", "edge"])
def test_shapes_stand_out_from_their_ground(scheme, tone):
    colours = tokens(scheme)
    found = {ground: round(contrast(colours[tone], colours[ground]), 2) for ground in ("card", "page")}
    assert all(value >= LEAST_CONTRAST for value in found.values()), found


@pytest.mark.parametrize(("view", "least"), [("grid", 200), ("table", 100)])
def test_every_state_has_a_word_and_a_shape_of_its_own(visitor, view, least):
    page = visitor("full", "lecturer")
    page.goto(f"/?view={view}")
    states = page.evaluate(READ_STATES)
    assert len(states) > least
    assert all(state["word"] and state["shape"] and state["tone"] for state in states)
    shapes = {tone: {state["shape"] for state in states if state["tone"] == tone} for tone in TONES}
    told = {tone: found for tone, found in shapes.items() if found}
    assert len(told) >= 4
    assert all(len(found) == 1 for found in told.values())
    assert len(set.union(*told.values())) == len(told)
    words = {tone: {state["word"] for state in states if state["tone"] == tone} for tone in told}
    assert all(not words[one] & words[other] for one, other in combinations(words, 2))

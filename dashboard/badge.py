"""How is a team's state drawn as a small picture for a README?

At most 1 kB, at most `MOST_PX` wide, readable without colours: a sign and a word say the state.
"""

from unicodedata import east_asian_width

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.status import Picture

NAME_LENGTH = 24
MOST_PX = 400
COLOURS = {"good": "#1a7034", "bad": "#b3261e", "idle": "#57606a"}
SIGNS = {"good": "✓", "bad": "✗", "idle": "?"}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img">'
    "<title>{name}: {state}</title>"
    '<path fill="#30363d" d="M0 0h{left}v20H0z"/><path fill="{colour}" d="M{left} 0h{right}v20h-{right}z"/>'
    '<g fill="#fff" font-family="Verdana,sans-serif" font-size="11">'
    '<text x="6" y="14" textLength="{name_px}" lengthAdjust="spacingAndGlyphs">{name}</text>'
    '<text x="{state_x}" y="14" textLength="{state_px}" lengthAdjust="spacingAndGlyphs">{sign} {state}</text>'
    "</g></svg>"
)


def badge(picture: Picture) -> SafeString:
    """Return the drawing of a team's places."""
    name, state = _plain(picture.team), _state(picture)
    name_px, state_px = _width(name), _width(f"{SIGNS[picture.tone]} {state}")
    return format_html(
        DRAWING,
        width=name_px + state_px + 24,
        left=name_px + 12,
        right=state_px + 12,
        colour=COLOURS[picture.tone],
        name=name,
        name_px=name_px,
        state=state,
        sign=SIGNS[picture.tone],
        state_x=name_px + 18,
        state_px=state_px,
    )


def _state(picture: Picture) -> str:
    if picture.down and len(picture.places) > 1:
        return _("%(down)s of %(count)s down") % {"down": picture.down, "count": len(picture.places)}
    return {"bad": _("down"), "idle": _("unknown"), "good": _("up")}[picture.tone]


def _plain(name: str) -> str:
    """Return a name that fits and holds nothing that XML refuses."""
    kept = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return kept if len(kept) <= NAME_LENGTH else kept[: NAME_LENGTH - 1] + "…"


def _width(text: str) -> int:
    """Return about how wide the text is, in pixels; the drawing then keeps to it."""
    wide = sum(12 if east_asian_width(letter) in "WF" else 7 for letter in text)
    return min(wide, MOST_PX // 2 - 12)

"""What would the site look like in a language nobody translated it to yet?

Every string that passes through gettext comes back in accented letters, two fifths longer and between
⟦ and ⟧. What shows in plain Latin letters was never marked; what is cut off will not fit in German.
"""

import re
from typing import Any

from django.utils.translation import trans_real

LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒğĥíĵķļɱñóþǫřšťúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶĻṀÑÓÞǪŘŠŤÚṼŴẊÝŽ",
)
# Placeholders, tags and entities stay as they are.
KEPT = re.compile(r"(%%|%\(\w+\)[-+#0-9.]*[a-zA-Z]|%[-+#0-9.]*[sdifr]|\{[^}]*\}|<[^>]*>|&#?\w+;)")


def pad(text: str) -> str:
    """Return `text` as the pseudo language writes it."""
    if not text.strip():
        return text
    parts = KEPT.split(text)
    letters = "".join(parts[::2])
    written = "".join(part if n % 2 else part.translate(LETTERS) for n, part in enumerate(parts))
    # Words and not one long one, so that lines can break where a translation's would.
    more = " ".join(["éñđ~"] * max(1, round(len(letters) * 0.4 / 5)))
    return f"⟦{written} {more}⟧"


def install() -> None:
    """Have every string of this process written so. Call before the first one is translated."""
    real_gettext, real_ngettext = trans_real.gettext, trans_real.ngettext

    def gettext(message: str) -> str:
        # The empty message is the catalogue's header.
        return pad(str(real_gettext(message))) if message else str(message)

    def ngettext(singular: str, plural: str, number: Any) -> str:
        return pad(str(real_ngettext(singular, plural, number)))

    def pgettext(context: str, message: str) -> str:
        return gettext(message)

    def npgettext(context: str, singular: str, plural: str, number: Any) -> str:
        return ngettext(singular, plural, number)

    trans_real.gettext, trans_real.ngettext = gettext, ngettext
    trans_real.pgettext, trans_real.npgettext = pgettext, npgettext

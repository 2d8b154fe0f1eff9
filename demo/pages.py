"""What do the little apps show their visitors?"""

from html import escape

STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--link:#17609b}
@media (prefers-color-scheme:dark){:root{--ink:#dfe5ec;--link:#7cb8ea}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:var(--ink)}
a{color:var(--link)}
h1{margin-bottom:0}nav a{margin-right:1rem}li{margin:.6rem 0}label{display:block;margin:.6rem 0}
form{display:inline}button.order{border:0;background:none;color:var(--link);text-decoration:underline}
button.prominent{background:#17609b;color:#fff;padding:.5rem 1rem;border-radius:.4rem;text-decoration:none}
"""
ICON = '<link rel="icon" href="data:,">'  # else a browser asks for a file that is not there
DISHES = [("Lentil curry", 3.2), ("Potato gratin", 2.9), ("Grilled trout", 4.8)]
LONG_FORM = ["Name", "E-mail", "Student number", "Faculty", "Phone", "How did you hear of us?"]
SHORT_FORM = ["Name", "E-mail"]


def page(title: str, body: str) -> str:
    """Return a whole HTML page. `body` is HTML already."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width">{ICON}<style>{STYLE}</style>'
        f'<h1>{escape(title)}</h1><nav><a href="/">Home</a><a href="/news">News</a>'
        f'<a href="/about">About</a></nav>{body}</html>'
    )


def home(title: str, tagline: str) -> str:
    return page(title, f"<p>{escape(tagline)}</p><p>Made by students of the Software Engineering Lab.</p>")


def news(title: str) -> str:
    return page(f"{title}: news", "<ul><li>We have moved to the new server.</li><li>We are online.</li></ul>")


def menu(variant: str | None) -> str:
    """Return the menu. The variant `button` makes ordering stand out; all else is the plain link."""
    style = "order prominent" if variant == "button" else "order"
    rows = "".join(
        f'<li>{dish} <form method="post" action="/order"><input type="hidden" name="dish" value="{number}">'
        f'<button class="{style}">Order for {price:.2f} €</button></form></li>'
        for number, (dish, price) in enumerate(DISHES)
    )
    return page("Mensa Menu", f"<p>Lunch today, ready at noon.</p><ul>{rows}</ul>")


def signup(variant: str | None) -> str:
    """Return the sign-up page. The variant `short` asks two questions; all else asks six."""
    questions = SHORT_FORM if variant == "short" else LONG_FORM
    rows = "".join(
        f'<label>{text} <input type="text" name="q{n}"></label>' for n, text in enumerate(questions)
    )
    form = f'<form method="post" action="/signup">{rows}<button>Join the quest</button></form>'
    return page("Campus Quest", f"<p>Find all twelve stones before the semester ends.</p>{form}")


def thanks(title: str) -> str:
    return page(title, "<p>Thank you! That worked.</p>")

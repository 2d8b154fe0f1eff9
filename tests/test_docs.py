"""Do the documents tell the truth about this tree?"""

import re
from pathlib import Path

import pytest

from dashboard import settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "agent" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)(#[^)]+)?\)", page.read_text())
    for target, anchor in links:
        found = page.parent / target
        assert found.exists(), f"{page.name} links to {target}"
        if anchor and found.suffix == ".md":
            heads = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor[1:] in [re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_exists(page):
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in re.findall(r"^make (\w+)", page.read_text(), re.MULTILINE):
        assert command in targets


def test_every_variable_in_settings_stands_in_the_example():
    source = Path(settings.__file__).read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    shown = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == shown

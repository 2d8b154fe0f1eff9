"""What stands on the chips that narrow the list of experiments?"""

from collections.abc import Mapping

from django.utils.translation import gettext as _


def state_chips(counts: Mapping[str, int], chosen: str) -> list[tuple[str, str, int]]:
    """Return (state, words, count) for all experiments and each state; a split is named while one is off."""
    chips = [
        ("", _("all"), sum(count for state, count in counts.items() if state != "split_off")),
        ("split_off", _("split is off"), counts.get("split_off", 0)),
        ("running", _("running"), counts.get("running", 0)),
        ("draft", _("draft"), counts.get("draft", 0)),
        ("stopped", _("stopped"), counts.get("stopped", 0)),
    ]
    return [chip for chip in chips if chip[0] != "split_off" or chip[2] or chosen == "split_off"]

"""Which paths do machines use, and which function answers each?"""

from courses.wire import WireFunction

WIRE_ROUTES: list[tuple[str, WireFunction]] = []

import pytest

from dashboard.rules import Concern, concern_of


@pytest.mark.parametrize(
    ("places", "builds", "firing", "errors", "concern"),
    [
        (["up", "down"], ["failed"], 2, (1, 1), Concern.DOWN),
        (["up"], ["success", "failed"], 2, (0, 0), Concern.RED),
        (["up"], ["success"], 1, (9, 0), Concern.ALERT),
        (["up"], ["success"], 0, (1, 0), Concern.ERRORS),
        (["up"], ["success"], 0, (0, 1), Concern.ERRORS),
        (["unknown", "up"], ["success"], 0, (0, 0), Concern.UNKNOWN),
        ([], [], 0, (0, 0), Concern.UNKNOWN),
        ([], ["success"], 0, (0, 0), Concern.FINE),
        (["unknown"], ["warning"], 0, (0, 0), Concern.WARNINGS),
        (["up"], ["unknown"], 0, (0, 0), Concern.UNKNOWN),
    ],
)
def test_the_worst_counts(places, builds, firing, errors, concern):
    server, client = errors
    assert (
        concern_of(places=places, builds=builds, firing=firing, server_errors=server, client_errors=client)
        == concern
    )

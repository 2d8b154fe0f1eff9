import gzip
import json

import pytest
from django.db import OperationalError

from courses.services import create_api_key
from experiments.models import Exposure, MetricEvent
from experiments.wire import events as wire
from tests.conftest import call_wire
from tests.experiments.conftest import NOW


@pytest.fixture(autouse=True)
def _full_bucket(monkeypatch):
    monkeypatch.setattr(wire, "throttle", wire.Throttle(rate=200, burst=400))


def send(key, body, **options):
    return call_wire(wire.receive, "/ingest/events", body, key=key, **options)


def exposure(event_id="x1", **changes):
    item = {"event_id": event_id, "experiment": "signup-form", "variant": "a", "unit": "u1"}
    return {**item, **changes}


def event(event_id="e1", **changes):
    return {"event_id": event_id, "unit": "u1", "name": "signup", **changes}


def test_batch_is_stored_and_acknowledged(running, key):
    answer = send(key, {"exposures": [exposure()], "events": [event(value=2.5)]})
    assert (answer.status, answer.json) == (202, {"accepted": 2, "duplicates": 0, "rejected": []})
    assert MetricEvent.objects.get().value == 2.5


def test_batch_sent_twice_is_counted_once(running, key):
    body = {"exposures": [exposure()], "events": [event()]}
    send(key, body)
    answer = send(key, body)
    assert (answer.status, answer.json["accepted"], answer.json["duplicates"]) == (202, 0, 2)
    assert Exposure.objects.count() == 1


def test_bad_items_do_not_sink_the_batch(running, key):
    body = {
        "exposures": [
            exposure("bad-time", at="soon"),
            exposure("unknown", experiment="nope"),
            exposure("good"),
            exposure("no-variant", variant="z"),
        ],
        "events": [event("huge", value=1e13), event("fine"), event("nul", unit="a\0"), 17],
    }
    answer = send(key, body)
    assert answer.status == 207
    assert answer.json["accepted"] == 2
    seen = [(row["list"], row["index"], row["event_id"], row["field"]) for row in answer.json["rejected"]]
    assert seen == [
        ("exposures", 0, "bad-time", "at"),
        ("exposures", 1, "unknown", "experiment"),
        ("exposures", 3, "no-variant", "variant"),
        ("events", 0, "huge", "value"),
        ("events", 2, "nul", "unit"),
        ("events", 3, "", ""),
    ]
    assert all(row["detail"] for row in answer.json["rejected"])


def test_gzip_is_unpacked(running, key):
    body = gzip.compress(json.dumps({"events": [event()]}).encode())
    assert send(key, body, HTTP_CONTENT_ENCODING="gzip").json["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"hello", "invalid character (byte 0)."),
        (b'{"events": [{"value": NaN}]}', "byte 22"),
        (b'{"events": [{"value": NaN}]}', "NaN and Infinity"),
        (b'{"events": [{"value": -Infinity}]}', "NaN and Infinity"),
        (b'{"events": [', "truncated (byte 12)"),
        (b"", "truncated (byte 0)"),
        (b"\xff\xfe", "byte 0"),
        (b'{"events": [' + b"[" * 9000 + b"]" * 9000 + b"]}", "not valid JSON"),
        (b"[]", "Expected `object`"),
        (b'{"events": {}}', "$.events"),
        (b'{"event": []}', "unknown field `event`"),
    ],
)
def test_body_that_is_no_batch_is_refused_with_its_place(running, key, body, words):
    answer = send(key, body)
    assert answer.status == 400
    assert words in answer.json["detail"]


def test_too_many_items_are_refused_as_a_whole(running, key):
    answer = send(key, {"events": [event(f"e{n}") for n in range(wire.ITEM_LIMIT + 1)]})
    assert answer.status == 413
    assert not MetricEvent.objects.exists()


def test_a_full_batch_fits(running, key, django_assert_max_num_queries):
    body = {"events": [event(f"e{n}", unit="ü" * 128) for n in range(wire.ITEM_LIMIT)]}
    with django_assert_max_num_queries(30):
        assert send(key, body).json["accepted"] == wire.ITEM_LIMIT


def test_too_large_a_body_is_refused(running, key):
    assert send(key, b" " * (wire.BODY_LIMIT + 1)).status == 413


def test_database_that_is_away_says_so_and_stores_nothing(running, key, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr(wire, "ingest", away)
    answer = send(key, {"events": [event()]})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "Nothing was stored" in answer.json["detail"]


def test_keys_decide_who_may_send(running, key, project):
    course = project.team.course
    evaluate = create_api_key(
        course, name="k", scopes=["evaluate"], created_by=None, project=project, now=NOW
    )[1]
    course_wide = create_api_key(course, name="k", scopes=["ingest"], created_by=None, now=NOW)[1]
    nobody = send("", {})
    assert (nobody.status, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert send(evaluate, {}).status == 403
    assert send(course_wide, {}).status == 403


def test_too_many_requests_are_told_when_to_come_back(running, key, monkeypatch):
    monkeypatch.setattr(wire, "throttle", wire.Throttle(rate=0.1, burst=1))
    assert send(key, {}).status == 202
    answer = send(key, {})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_other_methods_and_paths_are_refused(running, key):
    answer = send(key, {}, method="GET")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert call_wire(wire.receive, "/ingest/eventsx", {}, key=key).status == 404

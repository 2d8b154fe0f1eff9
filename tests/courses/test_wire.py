import gzip
import io
import zlib

import pytest
from django.utils import timezone

from courses import bodies, services, wire
from courses.models import ApiKey
from courses.wire import RefusedError, Throttle, authenticate, json_fault, read_body
from tests import factories

GZIP_OF_NOTHING = gzip.compress(b"")


def environ(body: bytes = b"", **more: str) -> wire.Environ:
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **more}


@pytest.fixture
def key(db):
    course = factories.CourseFactory()
    return services.create_api_key(
        course, name="agent", scopes=["ingest"], created_by=None, now=timezone.now()
    )


def test_a_body_comes_back_whole():
    assert read_body(environ(b"hello"), 5) == b"hello"


def test_a_gzip_body_comes_back_unpacked():
    body = gzip.compress(b"hello" * 100)
    assert read_body(environ(body, HTTP_CONTENT_ENCODING="gzip"), 500) == b"hello" * 100


def test_all_members_of_a_gzip_body_are_unpacked():
    body = gzip.compress(b"hello" * 50) + GZIP_OF_NOTHING + gzip.compress(b"world" * 50)
    assert read_body(environ(body, HTTP_CONTENT_ENCODING="gzip"), 500) == b"hello" * 50 + b"world" * 50


@pytest.mark.parametrize("name", ["", "identity", " Identity "])
def test_a_plain_body_may_say_so(name):
    assert read_body(environ(b"hello", HTTP_CONTENT_ENCODING=name), 5) == b"hello"


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, br"])
def test_another_encoding_is_named(name):
    with pytest.raises(RefusedError, match="plain or as gzip") as refusal:
        read_body(environ(b"hello", HTTP_CONTENT_ENCODING=name), 5)
    assert (refusal.value.status, refusal.value.field) == (415, "Content-Encoding")


@pytest.mark.parametrize(
    ("body", "is_half"),
    [
        (rb'"\ud83d\ude00', False),
        (rb'"\ud83d"', True),
        (rb'"\uDE00"', True),
        (rb'"\ud83d\ud83d\ude00"', True),
        (b'"', False),
    ],
)
def test_half_of_a_surrogate_pair_is_called_so(body, is_half):
    fault = json_fault(ValueError("Input data was truncated"), body)
    assert fault == (
        "it has half of a surrogate pair, send UTF-8 text" if is_half else "Input data was truncated"
    )


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"wsgi.input": io.BytesIO(b"x")}, 411),
        ({"wsgi.input": io.BytesIO(b"x"), "CONTENT_LENGTH": "one"}, 411),
        ({"wsgi.input": io.BytesIO(b"x"), "CONTENT_LENGTH": "-1"}, 413),
        (environ(b"x" * 101), 413),
        ({"wsgi.input": io.BytesIO(b"x"), "CONTENT_LENGTH": "2"}, 400),
        (environ(b"no gzip", HTTP_CONTENT_ENCODING="gzip"), 400),
        (environ(gzip.compress(b"x" * 50)[:-4], HTTP_CONTENT_ENCODING="gzip"), 400),
        (environ(gzip.compress(b"x" * 10_000_000, 9)[:100], HTTP_CONTENT_ENCODING="gzip"), 413),
        (environ(zlib.compress(b"x" * 10), HTTP_CONTENT_ENCODING="gzip"), 400),
        (environ(gzip.compress(b"x" * 60) * 2, HTTP_CONTENT_ENCODING="gzip"), 413),
        (environ(gzip.compress(b"x") + b"no gzip", HTTP_CONTENT_ENCODING="gzip"), 400),
        (environ(GZIP_OF_NOTHING * 4, HTTP_CONTENT_ENCODING="gzip"), 400),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused(request_, status, monkeypatch):
    monkeypatch.setattr(bodies, "MEMBERS_AT_MOST", 3)
    with pytest.raises(RefusedError) as refusal:
        read_body(request_, 100)
    assert refusal.value.status == status


@pytest.mark.parametrize("header", ["HTTP_AUTHORIZATION", "HTTP_X_API_KEY"])
def test_a_key_opens_its_scope(key, header):
    row, text = key
    value = f"Bearer {text}" if header == "HTTP_AUTHORIZATION" else text
    caller = authenticate({header: value}, "ingest")
    assert (caller.key_id, caller.course_id, caller.project_id) == (row.pk, row.course_id, None)
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_a_known_key_costs_no_query(key, django_assert_num_queries):
    authenticate({"HTTP_X_API_KEY": key[1]}, "ingest")
    with django_assert_num_queries(0):
        authenticate({"HTTP_X_API_KEY": key[1]}, "ingest")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "nonsense", "co_abcdefgh_" + "x" * 43, "co_\x00"])
def test_an_unknown_key_is_refused(text):
    with pytest.raises(RefusedError) as refusal:
        authenticate({"HTTP_X_API_KEY": text}, "ingest")
    assert refusal.value.status == 401


def test_what_the_database_holds_opens_nothing(key):
    row, _ = key
    for text in (row.digest, f"co_{row.prefix}_{row.digest[:43]}"):
        with pytest.raises(RefusedError):
            authenticate({"HTTP_X_API_KEY": text}, "ingest")


def test_a_revoked_and_an_expired_key_are_refused(key):
    row, text = key
    for field in ("revoked_at", "expires_at"):
        wire.forget_callers()
        ApiKey.objects.filter(pk=row.pk).update(
            **{"revoked_at": None, "expires_at": None, field: timezone.now()}
        )
        with pytest.raises(RefusedError) as refusal:
            authenticate({"HTTP_X_API_KEY": text}, "ingest")
        assert refusal.value.status == 401


def test_another_scope_is_refused(key):
    with pytest.raises(RefusedError, match="lacks the scope 'evaluate'") as refusal:
        authenticate({"HTTP_X_API_KEY": key[1]}, "evaluate")
    assert refusal.value.status == 403


def test_what_is_remembered_is_bounded(db, monkeypatch):
    monkeypatch.setattr(wire, "CACHE_SIZE", 3)
    for n in range(10):
        with pytest.raises(RefusedError):
            authenticate({"HTTP_X_API_KEY": f"wrong{n}"}, "ingest")
    assert len(wire._callers) <= 3


def test_a_throttled_key_hears_when_to_come_back_and_others_are_served():
    throttle = Throttle(rate=1, burst=2)
    throttle.take(1)
    throttle.take(1)
    with pytest.raises(RefusedError) as refusal:
        throttle.take(1)
    assert refusal.value.status == 429
    assert int(refusal.value.headers["Retry-After"]) >= 1
    throttle.take(2)


def test_a_batch_above_the_burst_passes_a_full_bucket():
    throttle = Throttle(rate=1, burst=2)
    throttle.take(1, cost=100)
    with pytest.raises(RefusedError):
        throttle.take(1)

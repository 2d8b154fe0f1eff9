import json

import pytest
from django.db import OperationalError

from courses.services import create_api_key
from experiments import services
from experiments.models import Experiment, Variant
from experiments.wire import ofrep
from tests import factories
from tests.conftest import call_wire
from tests.experiments.conftest import NOW

ONE = f"{ofrep.PREFIX}/signup-form"


def ask(path=ONE, body=None, **options):
    body = {"context": {"targetingKey": "user-1"}} if body is None else body
    return call_wire(ofrep.evaluate, path, body, **options)


@pytest.fixture(autouse=True)
def _full_bucket(monkeypatch):
    monkeypatch.setattr(ofrep, "throttle", ofrep.Throttle(rate=500, burst=1000))


def test_running_experiment_splits(running, key):
    phase = running.phases.get()
    answer = ask(key=key)
    bucket = answer.json["metadata"]["bucket"]
    variant = "a" if bucket < 5000 else "b"
    assert answer.status == 200
    assert answer.json == {
        "key": "signup-form",
        "value": variant,
        "reason": "SPLIT",
        "variant": variant,
        "metadata": {"experiment": "signup-form", "version": 2, "phase": phase.number, "bucket": bucket},
    }
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_one_unit_always_gets_the_same_variant(running, key):
    answers = {ask(key=key).body for _ in range(5)}
    ofrep.forget_flags()
    assert answers == {ask(key=key).body}


def test_draft_and_stopped_experiments_answer_with_the_control(draft, key):
    answer = ask(key=key).json
    assert (answer["variant"], answer["value"], answer["reason"]) == ("a", "a", "DISABLED")
    assert answer["metadata"] == {"experiment": "signup-form", "version": 1}
    services.start_experiment(draft, actor=None, now=NOW)
    services.stop_experiment(draft, actor=None, now=NOW)
    ofrep.forget_flags()
    answer = ask(key=key).json
    assert (answer["variant"], answer["reason"], answer["metadata"]["phase"]) == ("a", "DISABLED", 1)


def test_decimal_values_keep_their_point(running, key):
    Variant.objects.filter(key="a").update(value=3)
    Variant.objects.filter(key="b").update(value=2.5)
    values = {ask(key=key, body={"context": {"targetingKey": f"u{n}"}}).body for n in range(20)}
    assert any(b'"value":3.0,' in body for body in values)
    assert not any(b'"value":3,' in body for body in values)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "PARSE_ERROR"),
        (b"{", "PARSE_ERROR"),
        (b'{"context": {"targetingKey": "\\ud800"}}', "PARSE_ERROR"),
        (b'{"context": {"targetingKey": "\xff"}}', "PARSE_ERROR"),
        (b"[" * 20_000 + b"]" * 20_000, "PARSE_ERROR"),
        ([], "INVALID_CONTEXT"),
        ({"context": 3}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": 3}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "x" * 129}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "a\0b"}}, "INVALID_CONTEXT"),
        ({}, "TARGETING_KEY_MISSING"),
        ({"context": {}}, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": ""}}, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": None}}, "TARGETING_KEY_MISSING"),
    ],
)
def test_bad_body_is_named_by_the_codes_of_the_protocol(running, key, body, code):
    answer = ask(key=key, body=body)
    assert answer.status == 400
    assert (answer.json["key"], answer.json["errorCode"]) == ("signup-form", code)
    assert answer.json["errorDetails"]
    bulk = ask(ofrep.PREFIX, key=key, body=body)
    assert (bulk.status, bulk.json["errorCode"]) == (400, code)
    assert "key" not in bulk.json


def test_half_of_a_surrogate_pair_is_called_so(running, key):
    answer = ask(key=key, body=b'{"context": {"targetingKey": "\\ud800"}}')
    assert "half of a surrogate pair" in answer.json["errorDetails"]
    assert "truncated" not in answer.json["errorDetails"]


def test_a_foreign_encoding_is_refused_in_the_words_of_the_protocol(running, key):
    answer = ask(key=key, HTTP_CONTENT_ENCODING="br")
    assert (answer.status, answer.json["errorCode"]) == (415, "GENERAL")


def test_unknown_flag_and_flag_of_another_project_are_not_found(running, key):
    factories.ExperimentFactory(key="foreign")
    for name in ("nope", "foreign", "with/slash", "caf\u00c3\u00a9"):
        answer = ask(f"{ofrep.PREFIX}/{name}", key=key)
        assert (answer.status, answer.json["errorCode"]) == (404, "FLAG_NOT_FOUND")
    assert answer.json["key"] == "café"


def test_other_paths_are_not_found(running, key):
    answer = ask("/ofrep/v1/evaluate/flagsomething", key=key)
    assert answer.status == 404
    assert ofrep.PREFIX in answer.json["errorDetails"]


def test_keys_decide_who_may_ask(running, key, project):
    def make(scope, project):
        made = create_api_key(
            running.project.team.course, name="k", scopes=[scope], created_by=None, project=project, now=NOW
        )
        return made[1]

    nobody = ask()
    assert (nobody.status, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert nobody.json["errorDetails"]
    assert ask(key="co_abcdefgh_" + "x" * 43).status == 401
    assert ask(key=make("ingest", project)).status == 403
    without_project = ask(key=make("evaluate", None))
    assert without_project.status == 403
    assert "project" in without_project.json["errorDetails"]
    assert call_wire(ofrep.evaluate, ONE, {}, HTTP_X_API_KEY=key).status == 400


def test_too_many_requests_are_told_when_to_come_back(running, key, monkeypatch):
    monkeypatch.setattr(ofrep, "throttle", ofrep.Throttle(rate=0.1, burst=1))
    assert ask(key=key).status == 200
    answer = ask(key=key)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["errorCode"] == "GENERAL"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_refused(running, key, method):
    answer = ask(key=key, method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_large_body_is_refused(running, key):
    answer = ask(key=key, body=b" " * (ofrep.BODY_LIMIT + 1))
    assert (answer.status, answer.json["errorCode"]) == (413, "GENERAL")


def test_preflight_needs_no_key(db):
    answer = ask(method="OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


# All flags at once ------------------------------------------------------------------------------


def ask_all(key, etag="", **context):
    headers = {"HTTP_IF_NONE_MATCH": etag} if etag else {}
    return ask(ofrep.PREFIX, {"context": {"targetingKey": "user-1", **context}}, key=key, **headers)


def test_bulk_answers_every_flag_of_the_project(running, key):
    factories.ExperimentFactory(project=running.project, key="other")
    factories.ExperimentFactory(key="foreign")
    answer = ask_all(key)
    assert {flag["key"]: flag["reason"] for flag in answer.json["flags"]} == {
        "signup-form": "SPLIT",
        "other": "DISABLED",
    }


def test_etag_covers_context_and_configuration(running, key):
    first = ask_all(key, colour="red", size=3)
    etag = first.headers["ETag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}'):
        same = ask_all(key, sent, size=3, colour="red")
        assert (same.status, same.body, same.headers["ETag"]) == (304, b"", etag)
    assert ask_all(key, etag, colour="blue", size=3).status == 200
    services.stop_experiment(running, actor=None, now=NOW)
    ofrep.forget_flags()
    changed = ask_all(key, etag, colour="red", size=3)
    assert changed.status == 200
    assert changed.headers["ETag"] != etag


# Memory -----------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test moves."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(ofrep, "time", clock)
    return clock


def test_evaluation_asks_the_database_only_when_it_is_time(running, clock, django_assert_num_queries):
    ofrep.flags_of(running.project_id)
    with django_assert_num_queries(0):
        ofrep.flags_of(running.project_id)
    clock.now += ofrep.REFRESH_S
    with django_assert_num_queries(1):
        kept = ofrep.flags_of(running.project_id)
    assert kept.flags["signup-form"].ends


def test_stop_reaches_every_process_within_seconds(running, clock):
    assert ofrep.flags_of(running.project_id).flags["signup-form"].ends
    services.stop_experiment(running, actor=None, now=NOW)
    assert ofrep.flags_of(running.project_id).flags["signup-form"].ends
    clock.now += ofrep.REFRESH_S
    assert not ofrep.flags_of(running.project_id).flags["signup-form"].ends


def test_flags_outlive_a_database_that_is_away(running, clock, monkeypatch, caplog):
    def away(project_id):
        raise OperationalError("away")

    ofrep.flags_of(running.project_id)
    monkeypatch.setattr(ofrep, "flag_versions", away)
    clock.now += ofrep.REFRESH_S
    assert "signup-form" in ofrep.flags_of(running.project_id).flags
    assert "served from memory" in caplog.text


def test_others_use_what_is_there_while_one_asks(running, clock):
    kept = ofrep.flags_of(running.project_id)
    clock.now += ofrep.REFRESH_S
    with ofrep._refresh:
        assert ofrep.flags_of(running.project_id) is kept


def test_database_that_is_away_at_first_is_told_as_503(running, key, monkeypatch):
    def away(project_id):
        raise OperationalError("away")

    monkeypatch.setattr(ofrep, "flag_versions", away)
    answer = ask(key=key)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert json.loads(answer.body)["key"] == "signup-form"


def test_deleted_experiment_is_forgotten(running, clock):
    ofrep.flags_of(running.project_id)
    Experiment.objects.all().delete()
    clock.now += ofrep.REFRESH_S
    assert ofrep.flags_of(running.project_id).flags == {}

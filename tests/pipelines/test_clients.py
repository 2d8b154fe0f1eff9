"""What each kind of answer means, without a server."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from courses.netguard import Fault, Reply
from courses.netguard import FaultKind as NetFault
from pipelines.clients.gitlab import answers, projects, rest_answers
from pipelines.clients.gitlab.graphql import Sweep
from pipelines.clients.readings import Access, CIFault, FaultKind, ProjectReading, Wanted, text


def reply(status=200, body=b"{}", headers=None, **more):
    return Reply(status, headers or {}, body, 1.0, "https://gitlab.example.org/", **more)


@pytest.mark.parametrize(
    ("outcome", "kind", "may_be_size"),
    [
        (Fault(NetFault.TIMEOUT, "slow", 0.0), "busy", True),
        (Fault(NetFault.CONNECT, "down", 0.0), "busy", False),
        (Fault(NetFault.DNS, "no such name", 0.0), "busy", False),
        (Fault(NetFault.TLS, "certificate", 0.0), "broken", False),
        (Fault(NetFault.PROTOCOL, "no HTTP", 0.0), "broken", False),
        (Fault(NetFault.REFUSED, "inside", 0.0), "refused", False),
        (reply(401), "auth", False),
        (reply(403), "refused", False),
        (reply(403, b'{"error": "insufficient_scope"}'), "refused", False),
        (reply(403, b"\xff no json"), "refused", False),
        (reply(404), "gone", False),
        (reply(429, b"Retry later\n"), "throttled", False),
        (reply(500), "busy", True),
        (reply(503), "busy", True),
        (reply(408), "busy", True),
        (reply(501), "broken", False),
        (reply(302, headers={"Location": "https://elsewhere/"}), "broken", False),
        (reply(418), "broken", False),
        (reply(200, b" <html>"), "broken", False),
        (reply(200, b"Sign in", {"Content-Type": "text/html; charset=utf-8"}), "broken", False),
        (reply(200, b"{", is_truncated=True), "broken", True),
    ],
)
def test_faults_come_in_six_kinds(outcome, kind, may_be_size):
    fault = answers.fault_of(outcome)
    assert (fault.kind, fault.is_maybe_size) == (kind, may_be_size)
    assert answers.decode(outcome, answers.Version) == fault


def test_retry_after_in_every_spelling():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    cases = [
        ("12", 12),
        ("0", 1),
        ("-5", 1),
        ("99999", 3600),
        ("", 60),
        ("soon", 60),
        ("nan", 60),
        ("inf", 3600),
    ]
    for told, expected in cases:
        assert answers.fault_of(reply(429, headers={"Retry-After": told})).retry_after_s == expected
    assert 80 <= answers.fault_of(reply(429, headers={"Retry-After": soon})).retry_after_s <= 90


def test_body_of_another_shape_is_broken():
    for body in (b"{", b"[]", b'{"version": 7}', b"\xff"):
        assert answers.decode(reply(200, body), answers.Version).kind == FaultKind.BROKEN


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ""),
        ("plain", "plain"),
        ("a\x00b\x1b[31m", "a\ufffdb\ufffd[31m"),
        ("\ud800", "?"),
        ("x" * 300, "x" * 255),
        ("<script>", "<script>"),
        ("right\u202eleft", "right\ufffdleft"),
    ],
)
def test_foreign_text_is_bounded_and_storable(given, expected):
    assert text(given) == expected


@pytest.mark.parametrize(
    ("gid", "expected"),
    [
        ("gid://gitlab/Ci::Pipeline/123", 123),
        ("17", 17),
        (None, 0),
        ("", 0),
        ("gid://x/abc", 0),
        ("9" * 30, 0),
        ("\u0663", 0),
    ],
)
def test_numbers_of_global_ids(gid, expected):
    assert projects.number(gid) == expected


@pytest.mark.parametrize(("told", "expected"), [("0.00", 0.0), (None, None), (63.64, 63.64), ("n/a", None)])
def test_coverage_as_text_number_or_nothing(told, expected):
    assert rest_answers._coverage(told) == expected


ACCESS = Access("https://gitlab.example.org", "t")
WANTED = [Wanted(1, "a/b", 7), Wanted(2, "c/d", 8)]


def swept(answer, wanted=WANTED):
    sweep = Sweep(ACCESS, 50)
    decoded = answers.decode(reply(200, json.dumps(answer).encode()), projects.Answer)
    sweep._absorb(list(wanted), decoded)
    return sweep


def node(**fields):
    base = {"id": "gid://gitlab/Project/7", "fullPath": "a/b", "repository": {"rootRef": "main"}}
    return {**base, "pipelines": {"nodes": []}, **fields}


def nodes(*rows):
    return {"data": {"projects": {"nodes": list(rows)}}}


def test_null_nodes_and_missing_parts_are_survived():
    pipeline = {
        "id": "gid://gitlab/Ci::Pipeline/5",
        "iid": "1",
        "status": "FAILED",
        "createdAt": "2026-11-02T10:00:00Z",
        "updatedAt": "2026-11-02T10:00:00Z",
        "jobs": {"nodes": [None, {"id": None, "name": None}, {"id": "gid://gitlab/Ci::Build/3"}]},
    }
    outcome = swept(nodes(None, node(pipelines={"nodes": [None, pipeline]}))).outcomes[1]
    [row] = outcome.pipelines
    assert (row.status, row.sha, [job.remote_id for job in row.jobs]) == ("failed", "", [3])


def test_project_without_the_right_to_see_its_code():
    outcome = swept(nodes(node(repository=None))).outcomes[1]
    assert (outcome.kind, isinstance(outcome, CIFault)) == (FaultKind.REFUSED, True)
    assert swept(nodes(node(pipelines=None))).outcomes[1].kind == FaultKind.REFUSED


def test_another_default_branch_is_asked_for_together():
    sweep = swept(
        nodes(
            node(repository={"rootRef": "trunk"}),
            node(id="x/8", fullPath="C/D", repository={"rootRef": "trunk"}),
        )
    )
    assert [[(one.key, one.ref) for one in batch] for batch in sweep.queue] == [[(1, "trunk"), (2, "trunk")]]
    assert isinstance(sweep.outcomes[2], ProjectReading)


@pytest.mark.parametrize(
    ("errors", "is_unusable", "kind"),
    [
        ([{"message": "Field 'x' doesn't exist on type 'Project'"}], True, None),
        ([{"message": "?", "extensions": {"code": "argumentNotAccepted"}}], True, None),
        ([{"message": "GraphQL is disabled"}], True, None),
        ([], True, None),
    ],
)
def test_errors_without_data(errors, is_unusable, kind):
    sweep = swept({"errors": errors})
    assert (sweep.is_unusable, sweep.fault and sweep.fault.kind) == (is_unusable, kind)


def test_timeout_in_words_halves():
    sweep = swept({"errors": [{"message": "Timeout on Project.pipelines"}]})
    assert [len(batch) for batch in sweep.queue] == [1, 1]


def test_one_project_that_always_fails_is_set_aside():
    sweep = Sweep(ACCESS, 50)
    sweep.read_pages = 1
    sweep._fail([WANTED[0]], CIFault(FaultKind.BUSY, "500", is_maybe_size=True))
    assert (sweep.fault, sweep.outcomes[1].kind) == (None, FaultKind.BUSY)


def test_a_suspect_is_asked_alone():
    sweep = Sweep(ACCESS, 50)
    sweep._enqueue([*WANTED, Wanted(3, "e/f", is_suspect=True), Wanted(4, "g/h", ref="trunk")])
    assert [[one.key for one in batch] for batch in sweep.queue] == [[1, 2], [4], [3]]


def test_time_and_requests_are_bounded(monkeypatch):
    sweep = Sweep(ACCESS, 50)
    sweep.ends_at = 0
    reading = sweep.run(WANTED)
    assert (dict(reading.outcomes), reading.fault, sweep.requests) == ({}, None, 0)


def test_expensive_query_is_logged(caplog):
    answer = nodes()
    answer["data"]["queryComplexity"] = {"score": 240, "limit": 250}
    swept(answer)
    assert "240 of 250" in caplog.text


def test_query_fits_gitlabs_limit_on_its_text():
    assert len(projects.QUERY) < 10_000
    assert msgspec.json.encode(projects.QUERY)

"""Machines are measured, and what is old goes."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.courseops_agent import reading as client
from health import services, tasks
from health.models import (
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    Host,
    HostRollup,
    HostSample,
    HostState,
)
from health.queries import host_charts
from health.rules import slots
from tests import factories

NOW = datetime(2026, 3, 29, 12, 0, 10, tzinfo=UTC)
READING = client.Reading(
    name="worker-1",
    cpu_count=2,
    cpu_percent=50.0,
    load_1m=0.5,
    memory_total_bytes=4_000,
    memory_percent=25.0,
    memory_used_bytes=1_000,
    swap_percent=0.0,
    disk_percent=10.0,
    disk_used_bytes=100,
    disk_total_bytes=1_000,
    network_received_bytes_per_s=10.0,
    network_sent_bytes_per_s=20.0,
)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_reading_this_machine():
    reading = client.read(Path("/"))
    assert reading.name
    assert 0 <= reading.cpu_percent <= 100
    assert 0 < reading.memory_percent < 100
    assert 0 < reading.disk_used_bytes < reading.disk_total_bytes
    assert reading.network_received_bytes_per_s >= 0


def test_work_shows_in_the_reading(monkeypatch):
    monkeypatch.setattr(client, "SETTLE_S", 0.1)
    client.read(Path("/"))
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    assert client.read(Path("/")).cpu_percent > 10


def test_readings_of_two_threads_are_compared_with_each_other(monkeypatch):
    """psutil remembers the last call for each thread; tasks run in any of them."""
    monkeypatch.setattr(client, "SETTLE_S", 0.0)
    client.read(Path("/"))
    slept, found = [], []
    monkeypatch.setattr(client.time, "sleep", slept.append)
    thread = threading.Thread(target=lambda: found.append(client.read(Path("/"))))
    thread.start()
    thread.join()
    assert slept == []
    assert 0 <= found[0].cpu_percent <= 100


def test_old_counters_are_not_compared_with(monkeypatch):
    monkeypatch.setattr(client, "SETTLE_S", 0.0)
    client.read(Path("/"))
    monkeypatch.setattr(client, "OLD_S", -1.0)
    assert client.read(Path("/")).cpu_percent >= 0


def test_what_the_machine_sends_itself_does_not_count(monkeypatch):
    def card(received, sent):
        return SimpleNamespace(bytes_recv=received, bytes_sent=sent)

    cards = {
        **dict.fromkeys(["lo", "lo0", "Loopback Pseudo-Interface 1"], card(9_000, 9_000)),
        "eth0": card(100, 20),
        "lowpan0": card(5, 1),
    }
    monkeypatch.setattr(client.psutil, "net_io_counters", lambda pernic: cards)
    now = client._counters()
    assert (now.received, now.sent) == (105, 21)
    monkeypatch.setattr(client, "_last", [replace(now, at=now.at - 10, received=500, sent=1)])
    reading = client.read(Path("/"))
    assert reading.network_received_bytes_per_s == 0  # the counter began anew
    assert reading.network_sent_bytes_per_s == pytest.approx(2, rel=0.2)


def test_first_sample_makes_the_host(db):
    host = services.record_host_sample(READING, now=NOW)
    assert (host.name, host.course) == ("worker-1", None)
    state = HostState.objects.get()
    assert (state.cpu_percent, state.memory_used_bytes, state.last_sampled_at) == (50.0, 1_000, NOW)
    sample = HostSample.objects.get()
    assert (sample.n, sample.expected, sample.cpu_percent) == (1, 4, 50.0)
    assert {row.step_minutes: row.expected for row in HostRollup.objects.all()} == {
        5: 20,
        60: 240,
        1440: 5760,
    }


def test_samples_of_a_minute_are_averaged(db):
    services.record_host_sample(READING, now=NOW)
    services.record_host_sample(
        replace(READING, cpu_percent=90.0, memory_used_bytes=2_000, network_sent_bytes_per_s=0.0),
        now=after(15),
    )
    sample = HostSample.objects.get()
    assert (sample.n, sample.cpu_percent, sample.cpu_percent_max) == (2, 70.0, 90.0)
    assert (sample.memory_used_bytes, sample.network_sent_bytes_per_s) == (1_500, 10.0)
    assert HostState.objects.get().cpu_percent == 90.0
    assert set(HostRollup.objects.values_list("n", flat=True)) == {2}


def test_second_worker_on_the_machine_changes_nothing(db):
    services.record_host_sample(READING, now=NOW)
    services.record_host_sample(replace(READING, cpu_percent=90.0), now=after(1))
    assert (HostSample.objects.get().n, HostState.objects.get().cpu_percent) == (1, 50.0)


def test_site_hosts_and_course_hosts_of_one_name_live_side_by_side(team):
    factories.HostFactory(course=team.course, name="worker-1")
    services.record_host_sample(READING, now=NOW)
    services.record_host_sample(READING, now=after(15))
    assert Host.objects.count() == 2


def test_task_measures_this_machine(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "SETTLE_S", 0.0)
    tasks.sample_host()
    assert HostState.objects.get().disk_total_bytes > 0
    settings.DATA_DIR = tmp_path / "not there yet"
    tasks.sample_host()


# Retention -----------------------------------------------------------------------------------------


def environment_rows(environment, ages):
    for days in ages:
        at = slots.floor_to(NOW - timedelta(days=days), 1440)
        EnvironmentSample.objects.create(environment=environment, at=at)
        for step in (5, 60, 1440):
            EnvironmentRollup.objects.create(environment=environment, step_minutes=step, at=at)


def test_old_measurements_go_step_by_step(environment):
    environment_rows(environment, [1, 9, 40, 500])
    for days in (1, 9):
        services.record_host_sample(READING, now=NOW - timedelta(days=10 - days))
    assert services.drop_old_samples(now=NOW) > 0
    kept = {step: EnvironmentRollup.objects.filter(step_minutes=step).count() for step in (5, 60, 1440)}
    assert kept == {5: 2, 60: 3, 1440: 4}
    assert EnvironmentSample.objects.count() == 1
    assert HostSample.objects.count() == 1
    assert HostRollup.objects.filter(step_minutes=5).count() == 2


def test_deletes_are_bounded_and_go_on_where_they_stopped(environment, monkeypatch):
    monkeypatch.setattr(services.retention, "CHUNK", 2)
    environment_rows(environment, [9, 10, 11, 12, 13])
    tasks.drop_old_samples()
    assert not EnvironmentSample.objects.exists()


def test_one_run_ends_after_so_many_chunks(environment, monkeypatch):
    monkeypatch.setattr(services.retention, "CHUNK", 2)
    monkeypatch.setattr(services.retention, "CHUNKS", 1)
    environment_rows(environment, [9, 10, 11])
    services.drop_old_samples(now=NOW)
    assert EnvironmentSample.objects.count() == 1
    services.drop_old_samples(now=NOW)
    assert EnvironmentSample.objects.count() == 0


@pytest.mark.parametrize("chunk", [7, 5_000])
def test_log_keeps_the_newest_results_of_each_environment(environment, monkeypatch, chunk):
    monkeypatch.setattr(services.retention, "RESULTS_KEPT", 3)
    monkeypatch.setattr(services.retention, "CHUNK", chunk)
    other = factories.EnvironmentFactory()
    for n in range(10):
        CheckResult.objects.create(environment=environment, at=after(n), status="up")
    CheckResult.objects.create(environment=other, at=NOW, status="up")
    services.drop_old_samples(now=NOW)
    kept = CheckResult.objects.filter(environment=environment).values_list("at", flat=True)
    assert sorted(kept) == [after(7), after(8), after(9)]
    assert CheckResult.objects.filter(environment=other).count() == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0 B/s"), (999, "999 B/s"), (225_000, "225 kB/s"), (1.5e6, "1.5 MB/s"), (2e9, "2 GB/s")],
)
def test_rate_reads_in_its_largest_unit(value, words):
    assert host_charts.rate(value) == words


@pytest.mark.parametrize(("every_s", "fresh_s"), [(15, 60), (60, 180), (300, 900)])
def test_a_host_is_silent_after_three_missed_readings(db, every_s, fresh_s):
    services.record_host_sample(READING, now=NOW, every_s=every_s)
    state = HostState.objects.get()
    assert not state.is_stale(after(fresh_s))
    assert state.is_stale(after(fresh_s + 1))

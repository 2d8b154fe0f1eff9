from pathlib import Path

from dashboard.local import local_secret, socket_path


def test_the_secret_stays_the_same_and_is_private(tmp_path):
    path = tmp_path / "var" / "secret_key"
    secret = local_secret(path)
    assert len(secret) >= 50
    assert local_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_socket_stays_beside_the_data():
    assert socket_path(Path("/srv/courseops/var")) == Path("/srv/courseops/var/valkey/v.sock")


def test_a_deep_folder_gets_a_short_socket_of_its_own():
    deep = [Path("/srv") / ("x" * 120) / name for name in "ab"]
    sockets = [socket_path(folder) for folder in deep]
    assert all(len(str(path)) <= 107 for path in sockets)
    assert sockets[0] != sockets[1]

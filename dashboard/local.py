"""What does a machine without any configuration use in place of it?"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the secret kept in `path`, which is made on the first call.

    The file is readable by its owner alone. Two processes that start together agree on one
    secret: the file is linked into place whole, and the later one reads what the first wrote.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first, and its secret stands
        finally:
            draft.unlink()
    return path.read_text().strip()


def socket_path(data_dir: Path) -> Path:
    """Return where the embedded broker listens.

    A Unix socket's path holds 107 bytes at most, so a deep `data_dir` gets a short stand-in
    under the system's temporary folder, told apart by user and by folder.
    """
    path = data_dir / "valkey" / "v.sock"
    if len(os.fsencode(path)) <= 100:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"courseops-{os.getuid()}-{name}" / "v.sock"

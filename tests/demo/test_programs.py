"""Does every program of the demo end as soon as it is told to?"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTER = """
import asyncio, sys
from demo import process
async def main():
    print("ready", flush=True)
    await process.until_stopped()
asyncio.run(main())
"""


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_program_cleanly(name):
    program = subprocess.Popen([sys.executable, "-c", STARTER], cwd=ROOT, stdout=subprocess.PIPE)
    assert program.stdout.readline() == b"ready\n"
    time.sleep(0.2)
    program.send_signal(name)
    assert program.wait(10) == 0
    program.stdout.close()


def test_every_program_of_the_procfile_exists():
    for line in (ROOT / "demo" / "Procfile").read_text().splitlines():
        module = line.split("python -m ")[1].split()[0]
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()

"""Make a data set ready to be visited: `python -m tests.interface.prepare base` and then `… full`.

DATA_DIR names the data set's folder, which stands beside `base` and `static`. Writes `pages.json`.
"""

import json
import os
import shutil
import sys

SIZES = {"two": 2}  # data sets for counting queries alone


def main(name: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.interface.settings"
    import django  # noqa: PLC0415  # settings read the environment

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    if name == "static":
        call_command("collectstatic", verbosity=0, interactive=False)
        return
    if name == "base":
        call_command("migrate", verbosity=0, interactive=False)
        return
    shutil.copy(settings.DATA_DIR.parent / "base" / "courseops.sqlite3", settings.DATA_DIR)
    _fill(name)


def _fill(name: str) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from tests.interface.asking import ask_all  # noqa: PLC0415
    from tests.interface.course import story  # noqa: PLC0415
    from tests.interface.course.whole import SETS, make_whole  # noqa: PLC0415

    with transaction.atomic():
        SETS[name]() if name in SETS else make_whole(story(SIZES[name]))
    found = ask_all(is_whole=name not in ("new", "empty"))
    (settings.DATA_DIR / "pages.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])

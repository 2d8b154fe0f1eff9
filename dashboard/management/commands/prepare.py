"""Make the database and the files ready: safe to repeat, loses nothing."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from courses.models import User
from dashboard import services


class Command(BaseCommand):
    help = "Migrate, collect static files, make the first administrator and the first course."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        self._make_administrator()
        services.make_first_course(site_url=settings.SITE_URL)
        services.follow_address(site_url=settings.SITE_URL)

    def _make_administrator(self) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(12)
        User.objects.create_superuser(settings.ADMIN_EMAIL, password)
        shown = "the one in ADMIN_PASSWORD" if settings.ADMIN_PASSWORD else password
        self.stdout.write(f"\n  Sign in as  {settings.ADMIN_EMAIL}\n  Password    {shown}\n")
        if not settings.ADMIN_PASSWORD:
            self.stdout.write("  It is shown this once. Change it in the menu at the top right.\n")
        self.stdout.flush()

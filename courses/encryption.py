"""How is a secret that must be read back kept in the database?

Values are encrypted with Fernet (AES-128-CBC with HMAC-SHA256). The first of `ENCRYPTION_KEYS`
encrypts and every one of them decrypts, so a key is rotated by putting a new one in front.
"""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _fernet() -> MultiFernet:
    digests = (hashlib.sha256(key.encode()).digest() for key in settings.ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypt(text: str) -> str:
    """Return `text` encrypted with the newest key."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str | None:
    """Return what `token` holds, or None when no key of this site opens it."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        return None


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic only in its stubs
    """Text that is plain in Python and encrypted in the database.

    Empty text stays empty. A value that no key opens reads as empty: the secret has to be
    entered again. It cannot be searched for.
    """

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return (decrypt(value) if value else "") or ""

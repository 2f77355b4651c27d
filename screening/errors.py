"""Errors that a person can act on: a stable code, a sentence in Chinese, an advice in Chinese.

Every error that may reach a user is a :class:`ScreeningError`. The code is stable (programs rely on it), the message says
what is wrong with which thing, the advice says what to do next.
"""

from __future__ import annotations


class ScreeningError(Exception):
    """Something the user can understand and mend.

    >>> error = ScreeningError("empty", "文件是空的（0 字节）", "请重新导出后再报送。")
    >>> error.code, str(error), error.advice
    ('empty', '文件是空的（0 字节）', '请重新导出后再报送。')
    """

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[ScreeningError], tuple[str, str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.code, self.message, self.advice)


class UnreadableError(ScreeningError):
    """One file that can't be read; the others go on."""


class RulebookError(ScreeningError):
    """A rulebook says something that no check understands; names file, table and key."""


class ManifestError(ScreeningError):
    """A manifest or roster with an unknown column, an unreadable cell or a missing file."""


class UsageError(ScreeningError):
    """A command that can't be carried out as it was given: exit code 2."""


class ModelError(ScreeningError):
    """A model that is missing, altered or made by another version."""


class LibraryError(ScreeningError):
    """An archive that can't be opened, read or written: code "library.…"."""

"""What a bench is for: its figures, on the screen."""

import sys


def say(line: str = "") -> None:
    sys.stdout.write(line + "\n")

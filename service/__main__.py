"""``python -m service`` is ``screening-service``."""

from service.cli import main

main()

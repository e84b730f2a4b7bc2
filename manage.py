#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")
    from django.core.management import execute_from_command_line

    import proj  # noqa: F401  # chooses the SQLite engine before Django imports one

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

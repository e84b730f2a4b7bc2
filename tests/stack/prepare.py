"""`python -m tests.stack.prepare` makes tables, people, sites and static files."""

from tests import prepared


def main() -> None:
    prepared.main()
    from proj.static_files import collect_if_changed

    collect_if_changed()


if __name__ == "__main__":
    main()

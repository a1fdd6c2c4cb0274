"""`parley`, also run as `python -m web`."""

from web.loading import loading


def main() -> None:
    """Load the command line and run it."""
    with loading():
        from web import cli
    cli.main()


if __name__ == "__main__":
    main()

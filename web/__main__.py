"""`python -m web` is `parley`."""

from web.cli import main

if __name__ == "__main__":
    main()

"""What Parley costs, measured: `python -m bench` prints one table (see the README beside)."""

"""``python -m sozialanalyse`` is the command ``sozialanalyse``."""

from sozialanalyse.cli import main

if __name__ == "__main__":
    main()

"""`python -m relume` is the `relume` command."""

from relume.cli import main

if __name__ == "__main__":
    main()

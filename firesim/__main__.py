"""`python -m firesim` is the command `firesim`."""

from firesim.cli import main

if __name__ == "__main__":
    main()

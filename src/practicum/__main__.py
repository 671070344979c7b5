"""`python -m practicum`, and the script `practicum`."""

import sys


def run() -> None:
    """Run the command line. Only the version is printed without importing click, which takes most of the time."""
    if sys.argv[1:] == ["--version"]:
        from practicum import __version__

        print(f"practicum, version {__version__}")
        return
    from practicum.cli import main

    main(prog_name="practicum")


if __name__ == "__main__":
    run()

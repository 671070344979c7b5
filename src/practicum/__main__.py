"""`python -m practicum`."""

from practicum.cli import main

main(prog_name="practicum")

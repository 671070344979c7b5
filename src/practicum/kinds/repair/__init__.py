"""`repair`: mend broken code; any answer is right that passes the check."""

from practicum.kinds.checked_code import Written


class Repair(Written):
    """Mend the broken start."""

    name = "repair"
    label = "Repair"
    form = "repair/form.html"

"""`repair`: mend broken code; any answer is right that passes the check."""

from practicum.kinds.checked import Checked


class Repair(Checked):
    """Mend the broken start."""

    name = "repair"
    label = "Repair"

"""`repair`: repair broken code; every answer that passes the check is right."""

from practicum.kinds.checked_code import EditedStart


class Repair(EditedStart):
    """Repair a broken start."""

    name = "repair"
    label = "Repair"

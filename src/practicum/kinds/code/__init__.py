"""`code`: write code; every answer that passes the check is right."""

from practicum.kinds.checked_code import EditedStart


class Code(EditedStart):
    """Write code from a start."""

    name = "code"
    label = "Code"

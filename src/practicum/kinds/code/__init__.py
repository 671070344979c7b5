"""`code`: write it; any answer is right that passes the check."""

from practicum.kinds.checked_code import Written


class Code(Written):
    """Write code from a start."""

    name = "code"
    label = "Code"
    form = "code/form.html"

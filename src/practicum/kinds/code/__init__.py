"""`code`: write it; any answer is right that passes the check."""

from practicum.kinds.checked import Checked


class Code(Checked):
    """Write code from a start."""

    name = "code"
    label = "Code"

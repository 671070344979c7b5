"""Static analysis of Python source: what a text binds, reads and may change, without running it.

Everything here works on texts that learners send, so each function takes time linear in the text's length.
"""

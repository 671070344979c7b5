"""Others' formats and protocols: the room for them. Nothing is exchanged yet."""

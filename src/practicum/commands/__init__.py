"""The command line's commands, one a module, loaded when they are called."""

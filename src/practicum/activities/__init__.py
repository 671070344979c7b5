"""The five ways to work through a mode's content: reading, exercises, sitting, project, cards.

An activity's folder has the parts that a mode's folder may have (`practicum.modes.base.Mode`); several modes share it.
"""

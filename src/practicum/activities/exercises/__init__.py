"""Problems that a learner may try as often as they like, each graded at once."""

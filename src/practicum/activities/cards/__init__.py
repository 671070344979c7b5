"""Cards that come back when a learner is about to forget them."""

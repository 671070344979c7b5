"""What the course rests on, measured again: `make facts`. Each module but the plain tools is one part of the page."""

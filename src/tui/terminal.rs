//! The terminal guard: leaves the terminal as it was, however the program ends.

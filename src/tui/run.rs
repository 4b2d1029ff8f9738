//! The loop: terminal events, task events and signals; drawn when all that is waiting has been taken in.

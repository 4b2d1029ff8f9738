//! Keys to intents, and back.

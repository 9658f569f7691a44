//! Files brought in: read as a stream, each row taken or refused with its reason, safe to run twice.

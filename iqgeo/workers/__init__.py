"""Work that is done in another process."""

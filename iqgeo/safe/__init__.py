"""Text and files on their way out: what others wrote does no harm, what is written is whole."""

"""What is planned for, with what, by which steps: the one value every door reads."""

"""What is said of a result, once for every page, paper, file and terminal."""

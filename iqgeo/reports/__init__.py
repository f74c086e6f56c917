"""What leaves the house: gap lists, maps, the board's page, and how files are written."""

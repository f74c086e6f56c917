"""How fast the siting engine is, against peers in the same run and on its own."""

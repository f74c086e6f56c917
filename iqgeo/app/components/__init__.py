"""What pages are made of: sentences, lists and tables as HTML, the map, charts, the settings."""

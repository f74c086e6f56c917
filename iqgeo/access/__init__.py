"""What a network does beyond a circle on the map: load, failure, fairness."""

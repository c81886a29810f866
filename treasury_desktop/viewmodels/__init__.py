"""What the pages say, as finished strings; knows nothing of Qt."""

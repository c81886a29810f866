"""The page on which a workspace begins."""

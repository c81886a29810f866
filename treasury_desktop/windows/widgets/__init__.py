"""The small things pages are made of, one file each; they show strings and decide nothing."""

"""What other programs write about Safe transactions: batch files, service answers, links."""

"""Deploy: what to deploy, how it is judged, and the transaction it becomes."""

"""Export: a transaction on its way to cosigners and other devices, without a server."""

"""What air-gapped signers show and read as QR codes: requests, their words, parts and bytes."""

"""One file per thing the signer does; reaches the outside through the Protocols in doors.py."""

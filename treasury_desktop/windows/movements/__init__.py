"""Every amount that entered or left the treasury."""

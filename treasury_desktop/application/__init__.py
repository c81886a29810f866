"""The only place that knows everyone: builds doors, desk and windows, and connects them."""

"""Review: ninety seconds of attention before anybody signs."""

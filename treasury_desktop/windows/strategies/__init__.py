"""The strategies, their contracts and positions."""

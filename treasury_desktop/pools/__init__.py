"""Concentrated liquidity in exact integers."""

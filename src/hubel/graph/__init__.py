"""Nodes and gates as data."""

"""Computational graphs from pixels to class scores."""

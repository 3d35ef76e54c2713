"""Whole training steps of small nets, written once for each library."""

"""Derivatives as functions on graphs: graph in, graph (or values) out."""

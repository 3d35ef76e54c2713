"""From NumPy programs to graphs."""

"""The structure of Jacobians, as plain NumPy objects."""

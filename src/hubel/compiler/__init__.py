"""From a graph to a plan that runs many times."""

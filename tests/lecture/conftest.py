import pytest


@pytest.fixture(params=["by hand", "traced"])
def how(request):
    """Whether a graph is built by hand or traced from NumPy code."""
    return request.param

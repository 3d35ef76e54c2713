"""Sample calls: each module has ``CASES``, lists of :class:`Case` by gate name."""

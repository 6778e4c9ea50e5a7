"""Discounts for large orders."""

STEPS = [(10, 0.05), (50, 0.10)]


def bulk_discount(cents, pieces):
    """The reduction in cents for an order of this many pieces."""
    for minimum, rate in STEPS:
        if pieces >= minimum:
            return cents * rate
    return 0

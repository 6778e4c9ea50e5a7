"""The cart of a customer: items and their total in cents."""


class Cart:
    def __init__(self):
        self.items = []

    def add(self, name, cents, count=1):
        if cents < 0 or count < 1:
            raise ValueError("price and count must be positive")
        self.items.append((name, cents, count))

    def total(self):
        return sum(cents * count for _, cents, count in self.items)

    def average(self):
        if not self.items:
            return 0
        return self.total() // sum(count for _, _, count in self.items)

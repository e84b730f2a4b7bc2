"""Daily totals that another service counted: what of them a question takes in, and how."""

"""Who gets reports by mail: subscriptions, the periods that are due, and what was sent of them."""

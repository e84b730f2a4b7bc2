class QueryError(ValueError):
    """A question that cannot be asked; its text is a sentence that names the wrong part."""

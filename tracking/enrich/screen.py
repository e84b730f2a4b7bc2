"""The class of a screen."""

# Below which width, in CSS pixels, a class ends: Plausible's bounds.
_CLASSES = ((576, "Mobile"), (992, "Tablet"), (1440, "Laptop"))


def screen_class(width: int | None) -> str:
    """Mobile, Tablet, Laptop or Desktop by a width in CSS pixels; "" where it is unknown."""
    if width is None or width <= 0:
        return ""
    for below, name in _CLASSES:
        if width < below:
            return name
    return "Desktop"

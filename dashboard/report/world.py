"""The map of the world: which part of it is seen."""

# Boxes of static/map/world.svg: left, top, width, height.
VIEWS = {
    "world": "60 60 3640 1600",
    "europe": "1730 110 620 440",
    "asia": "2080 80 1340 980",
    "africa": "1700 480 840 880",
    "north-america": "560 80 960 790",
    "south-america": "960 780 720 880",
    "oceania": "2900 900 700 660",
}
# More countries than there are.
MOST = 300

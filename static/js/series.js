/** Bars of pageviews, as dashboard/live/bars.py draws them first. */
const HEIGHT = 64;
const SMALLEST = 2;

/** Draw counts into an SVG that has a `rect` for each. */
export function draw(svg, counts) {
  const highest = Math.max(...counts, 1);
  const bars = svg.querySelectorAll("rect");
  counts.forEach((count, number) => {
    const height = Math.max(SMALLEST, Math.round((HEIGHT * count) / highest));
    bars[number].setAttribute("height", height);
    bars[number].setAttribute("y", HEIGHT - height);
  });
}

/**
 * The seconds before `second`, which comes last, of `counts` by the second since 1970; the series
 * moves on although nothing comes.
 */
export function lastMinute(counts, second) {
  return Array.from({ length: 60 }, (_, number) => counts[second - 59 + number] ?? 0);
}

/** The map on which a country lights up when a visit comes from it. */
const MOST = 20;
const SVG = "http://www.w3.org/2000/svg";

/** Gives a function that lights up the country of a code in the SVG's group `#lights`. */
export function lights(map) {
  const group = map.querySelector("#lights");
  const { shapes } = map.dataset;

  return function light(code) {
    if (!code || document.hidden || group.childElementCount >= MOST) return;
    const country = document.createElementNS(SVG, "use");
    country.setAttribute("href", `${shapes}#${code}`);
    country.classList.add("map-light");
    country.addEventListener("animationend", () => country.remove());
    group.append(country);
  };
}

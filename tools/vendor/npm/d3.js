export { axisBottom, axisLeft } from "d3-axis";
export { drag } from "d3-drag";
export { scaleLinear, scaleLog } from "d3-scale";
export { pointer, select } from "d3-selection";

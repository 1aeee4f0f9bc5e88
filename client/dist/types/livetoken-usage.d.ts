export { Budget } from "./budget.js";
export { report } from "./report.js";
export { Usage } from "./usage.js";

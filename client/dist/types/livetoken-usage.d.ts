export { Count } from "./count.js";

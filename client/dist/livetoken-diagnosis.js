/* livetoken 0.1.0, Apache-2.0 */
async function o(e){let s={mode:"no-cors",credentials:"omit",signal:AbortSignal.timeout(3e3)},t=await fetch(e,s).then(()=>!0,()=>!1);return t&&console.error(`livetoken: ${e} answers, but browsers let this page not read it. Is ${globalThis.location?.origin} in ALLOWED_ORIGINS? Does it take the headers that are sent?`),t}export{o as answersOthers};

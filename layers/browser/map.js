/*
 * The entry, a classic script: streamlit-folium loads it by address before it runs the map's own script.
 * It starts to fetch the modules at once, in parallel with Leaflet, and keeps calls until they are there.
 */
(function () {
  "use strict";
  const here = document.currentScript.src;
  const modules = import(new URL("main.js", here).href);

  window.MatBang = {
    /** Draws everything of `config` on the Leaflet `map`; called once, by the script that Python wrote. */
    start(map, config) {
      modules.then((main) => main.start(map, config, window)).catch(report);
    },
    /** Takes a message of the page (selection, day, where to look); may come before the map has started. */
    apply(message) {
      modules.then((main) => main.apply(message)).catch(report);
    },
  };

  function report(error) {
    console.error("MatBang", error);
  }
})();

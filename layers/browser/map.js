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
      // streamlit-folium reports an empty list of layers before ours are on; that would run the page for nothing.
      const before = window.__GLOBAL_DATA__ && window.__GLOBAL_DATA__.previous_data;
      if (before && before.selected_layers === null) before.selected_layers = [];
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

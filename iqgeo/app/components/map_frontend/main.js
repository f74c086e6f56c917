/* Shows the folium page it is given, hands it one scene after the other, and tells Python what was clicked. */
"use strict";
(function () {
  var frame = null, page = null, fill = false, scene = null, count = 0, wanted = null, last = null, wantedHeight = 300;

  function tell(type, data) {
    window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: type }, data), "*");
  }
  /* Paper is narrower than the screen, and nothing is drawn anew while printing: the page around this frame
     keeps its width on paper and makes it smaller (style.css). */
  var PAPER_PX = 580;
  function forPaper(pixels) {
    var own = window.frameElement;
    if (!own || !window.innerWidth) { return; }
    own.style.setProperty("--iq-width", window.innerWidth + "px");
    own.style.setProperty("--iq-height", pixels + "px");
    /* A map that fills the window is high: what is said about it stands on the same page. */
    own.style.setProperty("--iq-print-scale", String(Math.min(1, (fill ? 0.82 : 1) * PAPER_PX / window.innerWidth)));
  }
  function height(pixels) {
    if (fill) { forPaper(window.innerHeight); return; }
    frame.style.height = pixels + "px";
    forPaper(pixels);
    tell("streamlit:setFrameHeight", { height: pixels });
  }
  /* A scene of the parts that are sent and those that are kept by their checksum; nothing if one is missing.
     What is the same part is the same object: the map draws anew what is another. */
  var MOST_KEPT = 200;
  function assembled(name, written) {
    if (written === last) { return wanted; }
    var all = window.parent.iqgeoParts = window.parent.iqgeoParts || {};
    var kept = all[name] = all[name] || new Map(), parts = JSON.parse(written), made = {}, missing = false;
    Object.keys(parts).forEach(function (part) {
      var key = parts[part][0], json = parts[part][1], held = kept.get(key);
      if (held === undefined) {
        if (json === null) { missing = true; return; }
        /* In the realm of the page: this frame goes when another page is looked at. */
        held = window.parent.JSON.parse(json);
      }
      kept.delete(key); kept.set(key, held);
      made[part] = held;
    });
    while (kept.size > MOST_KEPT) { kept.delete(kept.keys().next().value); }
    last = missing ? null : written;
    return missing ? null : made;
  }
  function draw() {
    var view = frame.contentWindow && frame.contentWindow.iqgeoView;
    if (!view || wanted === scene) { return; }
    scene = wanted;
    view.show(scene);
  }
  function open(html, title) {
    if (frame) { frame.remove(); }
    page = html; scene = null;
    frame = document.createElement("iframe");
    frame.title = title;
    frame.addEventListener("load", function () {
      var view = frame.contentWindow.iqgeoView;
      /* A published map is a page of its own: it is shown as it is. */
      if (!view) { height(wantedHeight); return; }
      if (fill) { view.fill(); }
      view.onHeight(height);
      view.onEvent(function (event) {
        count += 1;
        /* The time tells two clicks on one spot apart, across reloads of this frame too. */
        tell("streamlit:setComponentValue", { dataType: "json", value: Object.assign({ at: Date.now() + count / 1000 }, event) });
      });
      draw();
    });
    frame.srcdoc = html;
    document.body.appendChild(frame);
  }
  window.addEventListener("message", function (event) {
    if (!event.data || event.data.type !== "streamlit:render") { return; }
    var args = event.data.args;
    wantedHeight = args.height || wantedHeight;
    if (args.fill && !fill) {
      fill = true;
      document.body.className = "fill";
      /* Its room says how high it is (style.css); streamlit wants to be told something. */
      tell("streamlit:setFrameHeight", { height: 600 });
    }
    document.documentElement.lang = args.lang;
    /* What all maps of this tab begin with is sent once and kept by the page around them. */
    var kept = window.parent.iqgeoPages = window.parent.iqgeoPages || {};
    if (args.page_key && args.page) { kept[args.page_key] = args.page; }
    if (args.page_key && !args.page) { args.page = kept[args.page_key]; }
    wanted = args.parts ? assembled(args.name, args.parts) : null;
    if (!args.page || (args.parts && !wanted)) {
      tell("streamlit:setComponentValue", { dataType: "json", value: { type: "need", at: Date.now() } });
      return;
    }
    if (args.page !== page) { open(args.page, args.title); } else { draw(); }
  });
  tell("streamlit:componentReady", { apiVersion: 1 });
})();

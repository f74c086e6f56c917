/* Shows the folium page it is given, hands it one scene after the other, and tells Python what was clicked. */
"use strict";
(function () {
  var frame = null, page = null, fill = false, scene = null, count = 0, wanted = null, wantedHeight = 300;

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
  function draw() {
    var view = frame.contentWindow && frame.contentWindow.iqgeoView;
    if (!view || wanted === scene) { return; }
    scene = wanted;
    view.show(JSON.parse(scene));
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
    wanted = args.scene;
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
    if (!args.page) {
      tell("streamlit:setComponentValue", { dataType: "json", value: { type: "need", at: Date.now() } });
      return;
    }
    if (args.page !== page) { open(args.page, args.title); } else { draw(); }
  });
  tell("streamlit:componentReady", { apiVersion: 1 });
})();

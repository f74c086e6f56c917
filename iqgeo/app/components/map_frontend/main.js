/* Shows the folium page it is given, hands it one scene after the other, and tells Python what was clicked. */
"use strict";
(function () {
  var frame = null, page = null, scene = null, count = 0, wanted = null;

  function tell(type, data) {
    window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: type }, data), "*");
  }
  function height(pixels) {
    frame.style.height = pixels + "px";
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
    document.documentElement.lang = args.lang;
    if (args.page !== page) { open(args.page, args.title); } else { draw(); }
  });
  tell("streamlit:componentReady", { apiVersion: 1 });
})();

/* Draws outlines and tells Python which one was chosen, by mouse or keyboard. */
"use strict";
(function () {
  var SVG = "http://www.w3.org/2000/svg", count = 0;

  function tell(type, data) {
    window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: type }, data), "*");
  }
  function made(name, attributes) {
    var node = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    return node;
  }
  function choose(key) {
    count += 1;
    tell("streamlit:setComponentValue", { dataType: "json", value: { at: Date.now() + count / 1000, key: key } });
  }
  function draw(args) {
    var focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : "";
    document.documentElement.lang = args.lang;
    document.body.className = args.dark ? "dark" : "";
    var svg = made("svg", { viewBox: "0 0 " + args.width + " " + args.height, role: "group", "aria-label": args.title });
    args.shapes.forEach(function (it) {
      var path = made("path", {
        d: it.path, role: "button", tabindex: "0", "aria-label": it.name, "data-key": it.key,
        "aria-pressed": String(it.key === args.chosen)
      });
      path.setAttribute("class", (it.ready ? "ready " : "") + (it.key === args.chosen ? "chosen" : ""));
      path.addEventListener("click", function () { choose(it.key); });
      path.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(it.key); }
      });
      svg.appendChild(path);
    });
    /* The chosen outline lies above its neighbours' lines. */
    var top = svg.querySelector(".chosen");
    if (top) { svg.appendChild(top); }
    args.shapes.forEach(function (it) {
      var text = made("text", { x: it.x, y: it.y });
      text.setAttribute("class", it.ready || it.key === args.chosen ? "strong" : "");
      text.textContent = it.name;
      svg.appendChild(text);
    });
    document.body.replaceChildren(svg);
    if (focused) {
      var again = svg.querySelector('[data-key="' + CSS.escape(focused) + '"]');
      if (again) { again.focus(); }
    }
    tell("streamlit:setFrameHeight", { height: Math.ceil(svg.getBoundingClientRect().height) });
  }
  var last = null;
  window.addEventListener("message", function (event) {
    if (!event.data || event.data.type !== "streamlit:render") { return; }
    last = event.data.args;
    draw(last);
  });
  window.addEventListener("resize", function () {
    var svg = document.querySelector("svg");
    if (svg) { tell("streamlit:setFrameHeight", { height: Math.ceil(svg.getBoundingClientRect().height) }); }
  });
  tell("streamlit:componentReady", { apiVersion: 1 });
})();

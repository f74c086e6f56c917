/* Streamlit's own words are English whatever the language: they are replaced where they appear, and the page
   says which language it is in. Only whole words of streamlit's are, never a part of what somebody wrote. */
"use strict";
(function () {
  var page = window.parent.document, words = {}, back = {}, lang = "", watching = false;
  var NAMES = ["aria-label", "title", "placeholder"];
  var SIZE = /^(\d+)\.(\d)([KMG]?B)$/;
  var FIGURES = "[class*='st-key-setting-'] .stTextInput, .st-key-suggest-share .stTextInput";

  function told(written) {
    var word = written.trim();
    if (words.Help && word.indexOf("Help for ") === 0) { return words.Help + ": " + word.slice(9); }
    /* The size of a file: 77.0B, 1.4MB. */
    var size = lang === "en" ? null : SIZE.exec(word);
    if (size) { return size[1] + (size[2] === "0" ? "" : "," + size[2]) + "\u00a0" + size[3]; }
    return Object.prototype.hasOwnProperty.call(words, word) ? written.replace(word, words[word]) : null;
  }
  function change(node) {
    if (node.nodeType === 3) {
      if (!node.parentElement || node.parentElement.closest("[data-testid='stHtml'], [data-testid='stMarkdownContainer'], textarea")) { return; }
      var said = told(node.data);
      if (said !== null && said !== node.data) { node.data = said; }
      return;
    }
    if (node.nodeType !== 1) { return; }
    /* Numbers stand in fields of text, as the language writes them: a phone offers its digits all the same. */
    if (node.tagName === "INPUT" && node.closest(FIGURES)) { node.inputMode = "decimal"; }
    NAMES.forEach(function (name) {
      var value = node.getAttribute(name), said = value === null ? null : told(value);
      if (said !== null && said !== value) { node.setAttribute(name, said); }
    });
  }
  function all(root) {
    change(root);
    if (root.nodeType !== 1) { return; }
    var walker = page.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) { change(walker.currentNode); }
  }
  /* A new answer begins at its top, however far its panel was moved for the question. */
  var shown = "";
  function newAnswer() {
    var panel = page.querySelector(".st-key-cockpit_scroll"), title = panel && panel.querySelector(".iq-title");
    var said = title ? Array.prototype.map.call(panel.querySelectorAll(".iq-kicker, .iq-title, .iq-figure"), function (it) { return it.textContent; }).join() : "";
    if (said && said !== shown) {
      for (var room = panel; room && room.scrollTop === 0; room = room.parentElement) { if (room.matches(".st-key-cockpit")) { break; } }
      if (room && !room.matches(".st-key-cockpit")) { room.scrollTop = 0; }
    }
    shown = said;
  }
  function watch() {
    if (watching) { return; }
    watching = true;
    new MutationObserver(function (changes) {
      changes.forEach(function (it) {
        if (it.type === "childList") { it.addedNodes.forEach(all); } else { change(it.target); }
      });
      newAnswer();
    }).observe(page.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: NAMES });
  }
  window.addEventListener("message", function (event) {
    if (!event.data || event.data.type !== "streamlit:render") { return; }
    var args = event.data.args;
    if (args.lang === lang) { return; }
    lang = args.lang;
    page.documentElement.lang = lang;
    /* From one language to the other and back: what was put there is known by both. */
    words = Object.assign({}, args.words);
    Object.keys(back).forEach(function (it) { if (words[back[it]]) { words[it] = words[back[it]]; } });
    Object.keys(args.words).forEach(function (it) { back[args.words[it]] = it; });
    all(page.body);
    watch();
  });
  window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:componentReady", apiVersion: 1 }, "*");
})();

/* Draws a scene of iqgeo.reports.map on a Leaflet map. All texts arrive escaped; see payload.py. */
"use strict";
window.iqgeo = (function () {
  var COLOUR = {
    reached: "#00796B", reachedTint: "#D9ECE9", gap: "#6A1B9A", ink: "#1B2226", office: "#12312D",
    line: "#8D989F", neighbour: "#E9ECED", land: "#FFFFFF"
  };
  var DOT_COLOURS = ["#00796B", "#C98200", "#6A1B9A", "#2F6690"];
  var DOT_OPACITY = [0.75, 1, 0.95, 0.8];
  var NARROW_PX = 520;

  function bytes(text) {
    var raw = atob(text), out = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) { out[i] = raw.charCodeAt(i); }
    return out;
  }

  /* One canvas for all people: the renderer of Leaflet without its paths. */
  var Dots = L.Canvas.extend({
    options: { pane: "dots", padding: 0.15 },
    show: function (dots) {
      this._dots = null;
      if (dots && dots.count) {
        var position = new Uint16Array(bytes(dots.position).buffer);
        var at = new Array(dots.count);
        for (var i = 0; i < dots.count; i++) {
          at[i] = L.latLng(dots.origin[1] + position[2 * i + 1] * dots.step[1],
                           dots.origin[0] + position[2 * i] * dots.step[0]);
        }
        this._dots = { at: at, kind: bytes(dots.kind) };
      }
      if (this._map) { this._reset(); }
    },
    _initContainer: function () {
      L.Canvas.prototype._initContainer.call(this);
      this._container.style.pointerEvents = "none";
    },
    _update: function () {
      L.Canvas.prototype._update.call(this);
      if (this._dots && this._ctx && !this._map._animatingZoom) { this._paint(); }
    },
    _paint: function () {
      var map = this._map, ctx = this._ctx, bounds = this._bounds, dots = this._dots;
      var base = Math.max(0.75, Math.min(1.35, map.getSize().x / 640));
      var radius = base * Math.pow(1.42, Math.max(0, map.getZoom() - (this.fitZoom || map.getZoom())));
      for (var kind = 0; kind < DOT_COLOURS.length; kind++) {
        ctx.beginPath();
        for (var i = 0; i < dots.at.length; i++) {
          if (dots.kind[i] !== kind) { continue; }
          var p = map.latLngToLayerPoint(dots.at[i]);
          if (!bounds.contains(p)) { continue; }
          ctx.moveTo(p.x + radius, p.y);
          ctx.arc(p.x, p.y, radius, 0, 6.2832);
        }
        ctx.globalAlpha = DOT_OPACITY[kind];
        ctx.fillStyle = DOT_COLOURS[kind];
        ctx.fill();
      }
      ctx.globalAlpha = 1;
    }
  });

  var SYMBOL = {
    office: '<svg width="14" height="14" aria-hidden="true"><rect x="1" y="1" width="12" height="12" fill="#fff"/>' +
      '<rect x="2.5" y="2.5" width="9" height="9" fill="#12312D"/></svg>',
    proposed: '<svg width="22" height="22" aria-hidden="true"><path d="M11 1.5 20.5 11 11 20.5 1.5 11Z" fill="#fff" ' +
      'stroke="#12312D" stroke-width="2"/><path d="M11 7v8M7 11h8" stroke="#12312D" stroke-width="1.8"/></svg>',
    trial: '<svg width="18" height="18" aria-hidden="true"><circle cx="9" cy="9" r="7.5" fill="#fff" stroke="#12312D" ' +
      'stroke-width="1.6" stroke-dasharray="3 2.2"/><circle cx="9" cy="9" r="2.4" fill="#12312D"/></svg>'
  };
  SYMBOL.provisional = '<svg width="22" height="22" aria-hidden="true"><path d="M11 1.5 20.5 11 11 20.5 1.5 11Z" fill="#fff" ' +
    'stroke="#00796B" stroke-width="2" stroke-dasharray="3.4 2.4"/><path d="M11 6.6v8.8M6.6 11h8.8" stroke="#00796B" ' +
    'stroke-width="1.8" stroke-dasharray="2.4 1.2"/></svg>';
  SYMBOL.closed = '<svg width="20" height="20" aria-hidden="true"><rect x="4" y="4" width="12" height="12" fill="#fff" ' +
    'stroke="#56616A" stroke-width="1.4"/><path d="M2 2 18 18M18 2 2 18" stroke="#8A1C1C" stroke-width="2"/></svg>';
  SYMBOL.day = '<svg width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="6.4" fill="#fff" stroke="#2F6690" ' +
    'stroke-width="1.8"/><path d="M3.2 6.2h9.6M2.4 9.6h11.2" stroke="#2F6690" stroke-width="1.3"/></svg>';
  SYMBOL.dot = '<svg width="10" height="10" aria-hidden="true"><circle cx="5" cy="5" r="3.8" fill="#12312D" stroke="#fff"/></svg>';
  var SIZE = { office: 14, proposed: 22, trial: 18, provisional: 22, closed: 20, day: 16, dot: 10 };

  function hatch(svg) {
    svg.insertAdjacentHTML("afterbegin",
      '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="5" height="5" fill="#FFF6DD"/><rect width="2" height="5" fill="#E8A400"/></pattern></defs>');
  }
  /* Lines of a colour on white, made when first used: told apart by their direction, not by the colour. */
  function pattern(svg, colour, kind) {
    var id = kind + colour.replace("#", "-");
    if (!svg.querySelector("#" + id)) {
      svg.insertAdjacentHTML("afterbegin", '<defs><pattern id="' + id + '" width="7" height="7" patternUnits="userSpaceOnUse"' +
        (kind === "diagonal" ? ' patternTransform="rotate(45)"' : "") + '><rect width="7" height="7" fill="#fff" fill-opacity=".55"/>' +
        '<rect width="' + (kind === "diagonal" ? '1.6" height="7' : '7" height="1.6') + '" fill="' + colour + '"/></pattern></defs>');
    }
    return "url(#" + id + ")";
  }

  function overlap(a, b) { return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]; }

  /* Labels: offices first, then gap regions by size, then neighbours; what finds no room says less. */
  function Labels(map) { this.map = map; this.pane = map.getPane("labels"); this.items = []; }
  Labels.prototype.show = function (scene, neighbours, towns) {
    var pane = this.pane, items = this.items = [];
    pane.textContent = "";
    function add(kind, lat, lon, variants, more) {
      var element = document.createElement("div");
      element.className = "label " + kind;
      element.setAttribute("aria-hidden", "true");
      pane.appendChild(element);
      items.push(Object.assign({ element: element, at: L.latLng(lat, lon), variants: variants, kind: kind }, more));
    }
    scene.sites.forEach(function (it) {
      var name = it.kind === "trial" ? it.name + "?" : it.name;
      if (it.note) { name += '</span><br><span class="plate">' + it.note; }
      add("place " + it.kind, it.lat, it.lon, ['<span class="plate">' + name + "</span>"], { half: SIZE[it.kind] / 2 });
    });
    scene.gaps.slice().sort(function (a, b) { return a.place - b.place; }).forEach(function (it) {
      var badge = '<div class="badge' + (it.top ? " filled" : "") + '">' + it.number + "</div>";
      var name = badge + '<span class="plate name">' + it.name + "</span>";
      var full = name + '<br><span class="plate people">' + it.people + "</span>";
      add("gap" + (it.top ? " top" : ""), it.lat, it.lon, scene.brief ? [badge] : it.top ? [full, badge] : [name, badge], {});
    });
    if (scene.overlay) {
      scene.overlay.marks.forEach(function (it) {
        add("place mark", it.lat, it.lon, ['<span class="plate">' + it.name + "</span>"], { half: SIZE[it.kind] / 2, may: true });
      });
      scene.overlay.words.forEach(function (it) {
        add("words", it.lat, it.lon, ['<span class="plate">' + it.words + "</span>"], { may: true });
      });
    }
    var named = {};
    this.brief = scene.brief;
    scene.sites.forEach(function (it) { named[it.name] = true; });
    towns.forEach(function (it) {
      if (!named[it.name]) { add("town", it.lat, it.lon, ['<span class="plate">' + it.name + "</span>"], { half: 3, may: true, people: it.people }); }
    });
    neighbours.forEach(function (it) { add("neighbour", it.lat, it.lon, ["<span>" + it.name + "</span>"], {}); });
    this.place();
  };
  Labels.prototype.place = function () {
    var map = this.map, size = map.getSize(), narrow = size.x < NARROW_PX, taken = [];
    var origin = map.containerPointToLayerPoint([0, 0]), shownTowns = 0;
    /* A town is named from a size that goes by the scale; farther out they would hide the map. */
    var least = this.all ? 0 : (this.brief ? 55000 : 160000) / Math.pow(3.2, map.getZoom() - 7.8);
    taken.push([size.x - 50, 0, size.x, 124], [0, size.y - 34, 130, size.y]);
    if (this.brief && !narrow) { taken.push([0, 0, 330, 50]); }
    this.items.forEach(function (it) {
      it.point = map.latLngToLayerPoint(it.at).subtract(origin);
      it.out = it.point.x < 0 || it.point.y < 0 || it.point.x > size.x || it.point.y > size.y;
      if (it.half && it.people === undefined) {
        taken.push([it.point.x - it.half, it.point.y - it.half, it.point.x + it.half, it.point.y + it.half]);
      }
    });
    this.items.forEach(function (it) {
      var gap = it.kind.indexOf("gap") === 0, neighbour = it.kind === "neighbour";
      var variants = narrow && gap ? it.variants.slice(-1) : it.variants;
      var found = null;
      it.element.classList.remove("hidden");
      if (narrow && neighbour) { it.element.classList.add("hidden"); return; }
      if (it.people !== undefined && (it.people < least || it.out || shownTowns > 90)) { it.element.classList.add("hidden"); return; }
      for (var v = 0; v < variants.length && !found; v++) {
        it.element.innerHTML = variants[v];
        var w = it.element.offsetWidth, h = it.element.offsetHeight, tries;
        if (it.half) {
          var gapPx = it.half + 2;
          tries = [[-w / 2, -gapPx - h], [-w / 2, gapPx], [gapPx, -h / 2], [-gapPx - w, -h / 2]];
          if (it.people !== undefined) { tries.unshift(tries.splice(2, 1)[0]); }
        } else {
          var step = gap ? 16 : 10, near = gap ? 3 : 2;
          tries = [];
          for (var dy = -near; dy <= near; dy++) {
            for (var dx = -near; dx <= near; dx++) { tries.push([dx * step - w / 2, dy * step - h / 2, dx * dx + dy * dy]); }
          }
          tries.sort(function (a, b) { return a[2] - b[2]; });
        }
        for (var t = 0; t < tries.length; t++) {
          var x = it.point.x + tries[t][0], y = it.point.y + tries[t][1], box = [x, y, x + w, y + h];
          var inside = box[0] >= 2 && box[1] >= 2 && box[2] <= size.x - 2 && box[3] <= size.y - 2;
          if (inside && !taken.some(function (other) { return overlap(box, other); })) { found = box; break; }
        }
        /* An office keeps its name and a gap its number even where it is crowded. */
        if (!found && v === variants.length - 1 && !neighbour && !it.may) {
          x = it.point.x + tries[0][0]; y = it.point.y + tries[0][1];
          found = [x, y, x + w, y + h];
        }
      }
      if (!found) { it.element.classList.add("hidden"); return; }
      taken.push(found);
      if (it.people !== undefined) { shownTowns += 1; }
      L.DomUtil.setPosition(it.element, L.point(found[0], found[1]).add(origin).round());
    });
  };

  function start(map, base) {
    var host = map.getContainer(), listeners = [], heightListeners = [], moved = false, current = null, fills = false;
    function pane(name, z) { var it = map.createPane(name); it.style.zIndex = z; return it; }
    pane("candidates", 455);
    pane("ground", 300); pane("dots", 400).style.pointerEvents = "none"; pane("lines", 450); pane("circles", 460);
    pane("ways", 470).style.pointerEvents = "none";
    pane("labels", 640).style.pointerEvents = "none";
    var ground = L.svg({ pane: "ground", padding: 0.4 }), lines = L.svg({ pane: "lines", padding: 0.4 });
    var circles = L.svg({ pane: "circles", padding: 0.4 }), ways = L.svg({ pane: "ways", padding: 0.4 });
    var chances = L.svg({ pane: "candidates", padding: 0.4 });
    map.addLayer(chances); map.addLayer(ways); map.addLayer(ground); map.addLayer(lines); map.addLayer(circles);
    hatch(ground._container);
    var dots = new Dots(), labels = new Labels(map), shown = L.layerGroup().addTo(map), tiles = null;
    map.addLayer(dots);
    var bounds = L.latLngBounds([[base.bounds[1], base.bounds[0]], [base.bounds[3], base.bounds[2]]]);
    var frame = L.latLngBounds([[base.frame[1], base.frame[0]], [base.frame[3], base.frame[2]]]);
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
    L.control.zoom({
      position: "topright", zoomInTitle: base.texts.zoom_in, zoomOutTitle: base.texts.zoom_out
    }).addTo(map);
    if (base.texts.whole) { whole().addTo(map); }
    /* The browser scrolls to what has the focus: a click on the map must not move the page. */
    var focus = host.focus;
    host.focus = function () { focus.call(host, { preventScroll: true }); };
    var card = document.createElement("div"), layers = document.createElement("div"), off = { districts: true }, roving = [], picked = null;
    card.className = "card"; card.hidden = true; layers.className = "layers"; layers.setAttribute("role", "group");
    if (base.texts.layers) { layers.setAttribute("aria-label", base.texts.layers); }
    host.appendChild(card); host.appendChild(layers);
    L.DomEvent.disableClickPropagation(layers);
    host.setAttribute("aria-label", base.texts.map);
    host.setAttribute("role", "application");
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });

    function tell(event) { listeners.forEach(function (it) { it(event); }); }
    function shape(rings, options) {
      return L.polygon(rings, Object.assign({ interactive: false, smoothFactor: 0.4, renderer: ground, pane: "ground" }, options));
    }
    function fit() {
      var narrow = host.clientWidth < NARROW_PX;
      var nw = map.project(bounds.getNorthWest(), 7), se = map.project(bounds.getSouthEast(), 7);
      var ratio = (se.y - nw.y) / (se.x - nw.x);
      var height = fills ? 0 : Math.round(host.clientWidth * Math.min(1.1, Math.max(0.55, narrow ? ratio : Math.min(ratio, 0.84))));
      if (!fills && (Math.abs(parseFloat(host.style.height) - height) > 1 || !host.style.height)) {
        host.style.height = height + "px";
      }
      /* While it is being fitted the map must not be pulled back into its frame. */
      map.setMaxBounds(null);
      map.invalidateSize({ pan: false, animate: false });
      if (!moved) {
        map.options.minZoom = 0;
        map.fitBounds(target(), { animate: false, padding: [0, 0] });
        if (!current || !current.zoom_to) { dots.fitZoom = map.getZoom(); map.options.minZoom = map.getZoom(); }
      }
      map.setMaxBounds(frame);
      if (dots._map) { dots._reset(); }
      heightListeners.forEach(function (it) { it(document.documentElement.offsetHeight); });
    }
    function whole() {
      var control = L.control({ position: "topright" });
      control.onAdd = function () {
        var bar = L.DomUtil.create("div", "leaflet-bar leaflet-control"), link = L.DomUtil.create("a", "", bar);
        link.href = "#"; link.title = base.texts.whole; link.setAttribute("role", "button"); link.setAttribute("aria-label", base.texts.whole);
        link.innerHTML = '<svg width="15" height="15" viewBox="0 0 15 15" aria-hidden="true"><path d="M1 5V1h4M10 1h4v4M14 10v4h-4M5 14H1v-4" ' +
          'fill="none" stroke="currentColor" stroke-width="2"/></svg>';
        L.DomEvent.disableClickPropagation(bar);
        L.DomEvent.on(link, "click", function (event) { L.DomEvent.stop(event); moved = false; pick(null); fit(); if (current) { labels.place(); } });
        return bar;
      };
      return control;
    }
    /* What is shown can be chosen without asking the server. */
    function choices(scene) {
      layers.textContent = "";
      scene.layers.forEach(function (it) {
        var button = document.createElement("button");
        button.type = "button"; button.textContent = it.name;
        button.setAttribute("aria-pressed", String(!off[it.key]));
        button.addEventListener("click", function () {
          off[it.key] = !off[it.key];
          button.setAttribute("aria-pressed", String(!off[it.key]));
          apply();
        });
        layers.appendChild(button);
      });
      apply();
    }
    /* A district that is picked fills the map, and all its places have their names. */
    function pick(district) {
      if (picked) { picked.setStyle({ weight: 0.6, color: COLOUR.line }); }
      picked = district;
      labels.all = !!district;
      if (!district) { return; }
      district.setStyle({ weight: 3, color: COLOUR.ink });
      district.bringToFront();
      moved = true;
      map.fitBounds(district.getBounds(), { padding: [16, 16] });
    }
    function apply() {
      if (off.districts && picked) { pick(null); }
      host.classList.toggle("picking", !off.districts);
      map.getPane("dots").style.display = off.people ? "none" : "";
      map.getPane("candidates").style.display = off.candidates ? "none" : "";
    }
    /* Gains are told beside the spot, inside the map. */
    function tellAt(latlng, html) {
      card.innerHTML = html; card.hidden = false;
      var at = map.latLngToContainerPoint(latlng), size = map.getSize();
      var x = at.x + 16, y = at.y + 14;
      if (x + card.offsetWidth > size.x - 8) { x = Math.max(8, at.x - card.offsetWidth - 16); }
      if (y + card.offsetHeight > size.y - 8) { y = Math.max(8, at.y - card.offsetHeight - 14); }
      card.style.left = x + "px"; card.style.top = y + "px";
    }
    function hush() { card.hidden = true; }
    var STEP_PX = [3.2, 4, 4.8, 5.6, 6.6], STEP_FILL = ["#FFFFFF", "#CFE6E2", "#8CC3BA", "#2F8F83", "#00574B"];
    function candidate(it) {
      var dot = L.circleMarker([it.lat, it.lon], {
        pane: "candidates", renderer: chances, radius: STEP_PX[it.step] * (host.clientWidth < NARROW_PX ? 0.7 : 1), color: "#12312D", weight: it.step ? 1.2 : 0.9,
        fillColor: STEP_FILL[it.step], fillOpacity: 1, bubblingMouseEvents: false
      });
      dot.on("mouseover", function () { tellAt(dot.getLatLng(), it.card); });
      dot.on("mouseout", hush);
      dot.on("click", function () {
        hush();
        /* Without a mouse the first tap says the gain, the second tries the town. */
        if (L.Browser.mobile && card.dataset.id !== it.id) { card.dataset.id = it.id; tellAt(dot.getLatLng(), it.card); return; }
        tell({ type: "candidate", id: it.id });
      });
      dot.on("add", function () { rove(dot.getElement(), it.label, dot, it); });
      shown.addLayer(dot);
    }
    /* One stop for all that stands on the map: arrow keys go from one to the next. */
    function rove(element, label, layer, it) {
      if (!element) { return; }
      element.setAttribute("role", "button"); element.setAttribute("aria-label", label);
      element.setAttribute("tabindex", roving.length ? "-1" : "0");
      roving.push(element);
      element.addEventListener("focus", function () { if (it && it.card) { tellAt(layer.getLatLng(), it.card); } });
      element.addEventListener("blur", hush);
    }
    host.addEventListener("keydown", function (event) {
      var at = roving.indexOf(event.target), step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") { hush(); tell({ type: "escape" }); return; }
      if (at < 0) { return; }
      if (step) {
        event.preventDefault(); event.stopPropagation();
        var next = roving[(at + step + roving.length) % roving.length];
        roving[at].setAttribute("tabindex", "-1"); next.setAttribute("tabindex", "0");
        next.focus({ preventScroll: true });
      }
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault(); event.stopPropagation();
        event.target.dispatchEvent(new MouseEvent("click", { bubbles: true, view: window }));
      }
    }, true);
    /* What is listened to can be reached by Tab in some browsers: of a state's districts nobody wants that. */
    map.on("layeradd", function (event) {
      var element = event.layer.getElement && event.layer.getElement();
      if (element && element.tagName === "path" && !element.hasAttribute("tabindex")) { element.setAttribute("tabindex", "-1"); }
    });
    /* A tooltip stays inside the map. */
    map.on("tooltipopen", function (event) { inside(event.tooltip); });
    map.on("mousemove", function () { map.eachLayer(function (it) { if (it instanceof L.Tooltip) { inside(it); } }); });
    function inside(tooltip) {
      var element = tooltip.getElement && tooltip.getElement();
      if (!element) { return; }
      element.style.translate = "";
      var own = element.getBoundingClientRect(), all = host.getBoundingClientRect();
      var dx = Math.max(0, all.left + 4 - own.left) - Math.max(0, own.right - all.right + 4);
      var dy = Math.max(0, all.top + 4 - own.top) - Math.max(0, own.bottom - all.bottom + 4);
      if (dx || dy) { element.style.translate = dx + "px " + dy + "px"; }
    }
    /* What an office that is being dragged would reach where it would stand, from what was sent along. */
    function live(it, latlng) {
      var spots = current.spots, found = -1, best = Infinity, shrink = Math.cos(latlng.lat * Math.PI / 180);
      var reached = spots && spots.reached[it.id];
      if (!reached) { return; }
      for (var i = 0; i < spots.lat.length; i++) {
        var dx = (spots.lon[i] - latlng.lng) * shrink, dy = spots.lat[i] - latlng.lat, far = dx * dx + dy * dy;
        if (far < best) { best = far; found = i; }
      }
      var share = (reached[found] / 10).toFixed(1).replace(".", spots.point);
      tellAt(latlng, "<strong>" + spots.name[found] + "</strong><br>" + spots.words.replace("…", share));
    }
    function target() {
      var box = current && current.zoom_to;
      return box ? L.latLngBounds([[box[1], box[0]], [box[3], box[2]]]) : bounds;
    }

    function site(it, told) {
      var half = SIZE[it.kind];
      var marker = L.marker([it.lat, it.lon], {
        icon: L.divIcon({ className: "site", html: SYMBOL[it.kind], iconSize: [half, half] }),
        keyboard: false, draggable: current.clickable && !told && it.kind !== "office" && it.kind !== "closed", title: "",
        zIndexOffset: it.kind === "office" ? 0 : 100
      });
      if (it.tip) { marker.bindTooltip(it.tip, { direction: "top", offset: [0, -8] }); }
      marker.on("click", function () { tell({ type: told || "site", id: it.id }); });
      marker.on("drag", function () { live(it, marker.getLatLng()); });
      marker.on("dragend", function () {
        hush();
        var at = marker.getLatLng();
        tell({ type: "moved", id: it.id, lon: at.lng, lat: at.lat });
      });
      marker.on("add", function () {
        var element = marker.getElement();
        if (current.clickable) { rove(element, it.label, marker, null); }
        else { element.setAttribute("role", "img"); element.setAttribute("aria-label", it.label); }
      });
      return marker;
    }

    function show(scene) {
      var zoomed = JSON.stringify(current && current.zoom_to) !== JSON.stringify(scene.zoom_to);
      current = scene;
      shown.clearLayers(); picked = null; labels.all = false;
      roving = []; hush();
      host.classList.toggle("clickable", scene.clickable);
      if (scene.clickable) { map.doubleClickZoom.disable(); } else { map.doubleClickZoom.enable(); }
      document.body.classList.toggle("dark", !!scene.dark);
      if (!scene.background && tiles) { map.removeLayer(tiles); map.attributionControl.remove(); tiles = null; }
      if (scene.background && !tiles) {
        if (!map.attributionControl) { map.attributionControl = L.control.attribution({ prefix: false }); }
        map.attributionControl.addTo(map);
        tiles = L.tileLayer(scene.background.url, { attribution: scene.background.attribution }).addTo(map);
      }
      var solid = scene.background ? 0.45 : 1;
      if (!scene.background) {
        shown.addLayer(shape(base.land, { stroke: false, fillColor: COLOUR.neighbour, fillOpacity: 1 }));
        base.neighbours.forEach(function (it) {
          shown.addLayer(shape(it.rings, { color: "#fff", weight: 1.2, fill: false }));
        });
        shown.addLayer(shape(base.outline, { stroke: false, fillColor: COLOUR.land, fillOpacity: 1 }));
      }
      scene.gaps.forEach(function (it) {
        if (it.rings) {
          shown.addLayer(shape(it.rings, {
            stroke: false, fillColor: COLOUR.gap, fillOpacity: it.top ? 0.13 : 0.055
          }));
        }
      });
      if (scene.gap_edges.length) {
        shown.addLayer(L.polyline(scene.gap_edges, {
          interactive: false, renderer: ground, pane: "ground", color: COLOUR.gap, weight: 1.3, opacity: 0.8,
          dashArray: "0.5 3.4", lineCap: "round"
        }));
      }
      if (scene.maybe) { shown.addLayer(shape(scene.maybe, { stroke: false, fillColor: "#ECF6F4", fillOpacity: solid })); }
      if (scene.reach) { shown.addLayer(shape(scene.reach, { stroke: false, fillColor: COLOUR.reachedTint, fillOpacity: solid })); }
      if (scene.ring) { shown.addLayer(shape(scene.ring, { stroke: false, fillColor: "url(#hatch)", fillOpacity: solid })); }
      base.districts.forEach(function (it) {
        var district = shape(it.rings, {
          interactive: true, color: COLOUR.line, weight: 0.6, fillColor: "#fff", fillOpacity: 0,
          bubblingMouseEvents: true
        });
        var tip = scene.districts[it.ags];
        if (tip) { district.bindTooltip(tip, { sticky: true, direction: "top", offset: [0, -6] }); }
        district.on("click", function (event) {
          if (off.districts || !current.clickable) { return; }
          L.DomEvent.stopPropagation(event);
          pick(district);
        });
        shown.addLayer(district);
      });
      if (scene.reach) { shown.addLayer(line(scene.reach, { color: COLOUR.reached, weight: 1.8 })); }
      shown.addLayer(line(base.outline, { color: "#3C474E", weight: 1.3 }));
      if (scene.maybe_edge) { shown.addLayer(line(scene.maybe_edge, { color: COLOUR.reached, weight: 1.8, dashArray: "5 4" })); }
      if (scene.trial_ring) {
        shown.addLayer(line(scene.trial_ring, { color: COLOUR.office, weight: 1.6, dashArray: "5 4" }));
      }
      dots.show(scene.dots);
      scene.ways.forEach(function (it) {
        [["#fff", 5, null], [COLOUR.office, it.road ? 2.2 : 1.8, it.road ? null : "5 4"]].forEach(function (look) {
          shown.addLayer(L.polyline(it.line, {
            interactive: false, renderer: ways, pane: "ways", color: look[0], weight: look[1], dashArray: look[2]
          }));
        });
      });
      if (scene.overlay) { overlay(scene.overlay); }
      scene.circles.forEach(function (it) {
        var round = L.circleMarker([it.lat, it.lon], {
          pane: "circles", renderer: circles, radius: it.radius, color: it.chosen ? COLOUR.ink : "#fff",
          weight: it.chosen ? 3 : 0.8, fillColor: COLOUR.gap, fillOpacity: 0.78
        });
        round.bindTooltip(it.tip, { direction: "top" });
        round.on("click", function (event) { L.DomEvent.stopPropagation(event); tell({ type: "circle", id: it.id }); });
        shown.addLayer(round);
      });
      scene.sites.forEach(function (it) { shown.addLayer(site(it, "")); });
      scene.candidates.forEach(candidate);
      choices(scene);
      var legend = document.getElementById("legend");
      if (legend) { legend.innerHTML = scene.legend; }
      if (zoomed) { moved = false; }
      fit();
      labels.show(scene, scene.background ? [] : base.neighbours.filter(function (it) { return it.name; }), scene.circles.length ? [] : base.towns);
    }
    function overlay(it) {
      it.areas.forEach(function (area) {
        var lined = area.pattern === "diagonal" || area.pattern === "horizontal";
        var drawn = shape(area.rings, {
          color: area.colour, weight: 1.8, dashArray: area.dashed ? "5 4" : null, interactive: !!(area.tip || area.id),
          fill: area.pattern !== "none", fillOpacity: lined ? 1 : 0.16,
          fillColor: lined ? pattern(ground._container, area.colour, area.pattern) : area.colour
        });
        if (area.tip) { drawn.bindTooltip(area.tip, { sticky: true, direction: "top", offset: [0, -6] }); }
        if (area.id) { drawn.on("click", function (event) { L.DomEvent.stopPropagation(event); tell({ type: "area", id: area.id }); }); }
        shown.addLayer(drawn);
      });
      it.lines.forEach(function (one) {
        shown.addLayer(L.polyline(one.line, {
          interactive: false, renderer: ways, pane: "ways", color: one.colour, weight: one.width, dashArray: one.dashed ? "5 4" : null
        }));
      });
      it.marks.forEach(function (mark) { shown.addLayer(site(mark, "mark")); });
    }
    function line(rings, options) { return shape(rings, Object.assign({ fill: false, renderer: lines, pane: "lines" }, options)); }

    map.on("click", function (event) {
      if (current && current.clickable) { tell({ type: "click", lon: event.latlng.lng, lat: event.latlng.lat }); }
    });
    host.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target === host && current && current.clickable) {
        var at = map.getCenter();
        tell({ type: "click", lon: at.lng, lat: at.lat });
      }
    });
    map.on("zoomstart", function () { map.getPane("labels").style.opacity = 0; });
    map.on("zoomend resize", function () {
      map.getPane("labels").style.opacity = 1;
      if (current) { labels.place(); }
    });
    map.on("dragend", function () { moved = true; if (current) { labels.place(); } });
    host.addEventListener("click", function (event) {
      if (event.target.closest && event.target.closest(".leaflet-control-zoom")) { moved = true; }
    });
    host.addEventListener("wheel", function () { if (map.scrollWheelZoom.enabled()) { moved = true; } }, { passive: true });
    map.on("dblclick", function () { moved = true; });
    /* Paper is narrower than most windows: the whole region is fitted to it, and back afterwards. */
    function refit(width) {
      host.style.width = width;
      fit();
      if (current) { labels.place(); }
    }
    var before = null;
    window.addEventListener("beforeprint", function () {
      before = { moved: moved, centre: map.getCenter(), zoom: map.getZoom() };
      moved = false;
      refit("680px");
    });
    window.addEventListener("afterprint", function () {
      refit("");
      if (before && before.moved) { moved = true; map.setView(before.centre, before.zoom, { animate: false }); }
    });
    new ResizeObserver(function () { if (host.clientWidth) { fit(); } }).observe(host);
    return {
      map: map, show: show,
      /* The map takes the window, whatever its shape: the page around it says how high that is. */
      fill: function () { fills = true; document.body.classList.add("fill"); host.style.height = ""; fit(); },
      onEvent: function (listener) { listeners.push(listener); },
      onHeight: function (listener) { heightListeners.push(listener); if (current) { fit(); } }
    };
  }
  return { start: start };
})();

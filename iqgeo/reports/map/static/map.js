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
    show: function (dots, kind) {
      if (dots !== this._shown) { this._shown = dots; this._dots = null; }
      if (dots && dots.count && this._dots) { this._dots.kind = bytes(kind); }
      else if (dots && dots.count) {
        var position = new Uint16Array(bytes(dots.position).buffer);
        var at = new Array(dots.count);
        for (var i = 0; i < dots.count; i++) {
          at[i] = L.latLng(dots.origin[1] + position[2 * i + 1] * dots.step[1],
                           dots.origin[0] + position[2 * i] * dots.step[0]);
        }
        this._dots = { at: at, kind: bytes(kind) };
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
    _radius: function () {
      var map = this._map, base = Math.max(0.75, Math.min(1.35, map.getSize().x / 640));
      return base * Math.pow(1.42, Math.max(0, map.getZoom() - (this.fitZoom || map.getZoom())));
    },
    /* The same as a drawing: on paper a canvas that was ever cleared is a hole through all that lies below it. */
    onPaper: function (on) {
      if (this._drawing) { this._drawing.remove(); this._drawing = null; }
      if (!this._container) { return; }
      this._container.style.display = on ? "none" : "";
      if (!on || !this._dots) { return; }
      var map = this._map, bounds = this._bounds, dots = this._dots, size = bounds.getSize(), paths = ["", "", "", ""];
      for (var i = 0; i < dots.at.length; i++) {
        var p = map.latLngToLayerPoint(dots.at[i]).subtract(bounds.min);
        paths[dots.kind[i]] += "M" + p.x + " " + p.y + "h0";
      }
      var drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg"), width = 2 * this._radius();
      drawing.setAttribute("width", size.x); drawing.setAttribute("height", size.y); drawing.setAttribute("aria-hidden", "true");
      paths.forEach(function (d, kind) {
        var path = document.createElementNS(drawing.namespaceURI, "path");
        var look = { d: d, stroke: DOT_COLOURS[kind], "stroke-opacity": DOT_OPACITY[kind], "stroke-width": width, "stroke-linecap": "round", fill: "none" };
        for (var key in look) { path.setAttribute(key, look[key]); }
        drawing.appendChild(path);
      });
      L.DomUtil.setPosition(drawing, bounds.min);
      this.getPane().appendChild(drawing);
      this._drawing = drawing;
    },
    _paint: function () {
      var map = this._map, ctx = this._ctx, bounds = this._bounds, dots = this._dots, radius = this._radius();
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
  function Labels(map) { this.map = map; this.pane = map.getPane("labels"); this.items = []; this.sizes = {}; }
  Labels.prototype.show = function (scene, neighbours, towns) {
    var before = {}, items = [];
    this.items.forEach(function (it) { before[it.key] = it; });
    /* Who is named as before keeps its element: most names stay from one scene to the next. */
    function add(kind, lat, lon, variants, more) {
      var key = kind + "|" + lat + "|" + lon + "|" + variants[0], old = before[key];
      delete before[key];
      items.push(Object.assign({
        key: key, element: old ? old.element : null, html: old ? old.html : null, at: L.latLng(lat, lon), variants: variants, kind: kind
      }, more));
    }
    /* Of very many offices some go without a name where there is no room; what is proposed never does. */
    var news = function (it) { return it.kind === "proposed" || it.kind === "trial"; }, many = scene.sites.length > 12;
    var first = !many ? scene.sites : scene.sites.filter(news).concat(scene.sites.filter(function (it) { return !news(it); }));
    first.forEach(function (it) {
      var name = it.kind === "trial" ? it.name + "?" : it.name;
      if (it.note) { name += '</span><br><span class="plate">' + it.note; }
      add("place " + it.kind, it.lat, it.lon, ['<span class="plate">' + name + "</span>"], { half: SIZE[it.kind] / 2, may: many && !news(it) });
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
    Object.keys(before).forEach(function (key) { if (before[key].element) { before[key].element.remove(); } });
    this.items = items;
    this.place();
  };
  Labels.prototype.write = function (it, html) {
    if (!it.element) {
      it.element = document.createElement("div");
      it.element.className = "label hidden " + it.kind;
      it.element.setAttribute("aria-hidden", "true");
      this.pane.appendChild(it.element);
    }
    if (it.html !== html) { it.element.innerHTML = it.html = html; }
  };
  /* How large a label is; to ask the browser costs it a layout, so it is asked once. */
  Labels.prototype.size = function (it, html) {
    var key = it.kind + "|" + html;
    if (this.sizes[key]) { return this.sizes[key]; }
    this.write(it, html);
    var size = [it.element.offsetWidth, it.element.offsetHeight];
    /* Where nothing is shown nothing has a size. */
    if (size[0]) { this.sizes[key] = size; }
    return size;
  };
  Labels.prototype.hide = function (it) { if (it.element) { it.element.classList.add("hidden"); } };
  Labels.prototype.place = function () {
    var map = this.map, size = map.getSize(), narrow = size.x < NARROW_PX, taken = [];
    var origin = map.containerPointToLayerPoint([0, 0]), shownTowns = 0;
    /* A town is named from a size that goes by the scale; farther out they would hide the map. */
    var least = this.all ? 0 : (this.brief ? 55000 : 160000) / Math.pow(3.2, map.getZoom() - 7.8);
    taken.push([size.x - 50, 0, size.x, 124], [0, size.y - 34, 130, size.y]);
    if (this.brief && !narrow) { taken.push([0, 0, 520, 50]); }
    this.items.forEach(function (it) {
      it.point = map.latLngToLayerPoint(it.at).subtract(origin);
      it.out = it.point.x < 0 || it.point.y < 0 || it.point.x > size.x || it.point.y > size.y;
      if (it.half && it.people === undefined) {
        taken.push([it.point.x - it.half, it.point.y - it.half, it.point.x + it.half, it.point.y + it.half]);
      }
    });
    var self = this, tried = this.items.filter(function (it) {
      var no = (narrow && it.kind === "neighbour") || (it.people !== undefined && (it.people < least || it.out));
      if (no) { self.hide(it); return false; }
      it.tried = narrow && it.kind.indexOf("gap") === 0 ? it.variants.slice(-1) : it.variants;
      return true;
    });
    /* All that is new is written before any of it is measured. */
    tried.forEach(function (it) { if (!self.sizes[it.kind + "|" + it.tried[0]]) { self.write(it, it.tried[0]); } });
    tried.forEach(function (it) {
      var gap = it.kind.indexOf("gap") === 0, neighbour = it.kind === "neighbour";
      var variants = it.tried, found = null;
      if (it.people !== undefined && shownTowns > 90) { self.hide(it); return; }
      for (var v = 0; v < variants.length && !found; v++) {
        var own = self.size(it, variants[v]), w = own[0], h = own[1], tries;
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
      if (!found) { self.hide(it); return; }
      self.write(it, variants[v - 1]);
      it.element.classList.remove("hidden");
      taken.push(found);
      if (it.people !== undefined) { shownTowns += 1; }
      L.DomUtil.setPosition(it.element, L.point(found[0], found[1]).add(origin).round());
    });
  };

  /* From here on municipalities are told apart: closer than a district. */
  var BORDERS_ZOOM = 9.4;
  function walked(steps, parts) {
    var lat = 0, lon = 0, points = [];
    for (var i = 0; i < steps.length; i += 2) {
      lat += steps[i]; lon += steps[i + 1];
      points.push([lat / parts, lon / parts]);
    }
    return points;
  }
  function stepped(borders) { return borders.lines.map(function (steps) { return walked(steps, borders.parts); }); }
  function rings(polygons, parts) {
    return polygons.map(function (polygon) { return polygon.map(function (steps) { return walked(steps, parts); }); });
  }

  function start(map, base) {
    var host = map.getContainer(), listeners = [], heightListeners = [], moved = false, current = null, fills = false;
    function pane(name, z) { var it = map.createPane(name); it.style.zIndex = z; return it; }
    pane("candidates", 455);
    pane("ground", 300); pane("areas", 310); pane("districts", 320); pane("overlay", 330);
    pane("dots", 400).style.pointerEvents = "none"; pane("lines", 450); pane("circles", 460);
    pane("ways", 470).style.pointerEvents = "none";
    pane("labels", 640).style.pointerEvents = "none";
    pane("borders", 315).style.pointerEvents = "none";
    var ground = L.svg({ pane: "ground", padding: 0.4 }), lines = L.svg({ pane: "lines", padding: 0.4 });
    var circles = L.svg({ pane: "circles", padding: 0.4 }), ways = L.svg({ pane: "ways", padding: 0.4 });
    var chances = L.svg({ pane: "candidates", padding: 0.4 }), areas = L.svg({ pane: "areas", padding: 0.4 });
    var fields = L.svg({ pane: "districts", padding: 0.4 }), above = L.svg({ pane: "overlay", padding: 0.4 });
    map.addLayer(chances); map.addLayer(ways); map.addLayer(ground); map.addLayer(areas); map.addLayer(fields); map.addLayer(above); map.addLayer(lines); map.addLayer(circles);
    hatch(areas._container);
    var dots = new Dots(), labels = new Labels(map), shown = null, groups = {}, chanced = {}, told = [], tiles = null;
    ["ground", "areas", "districts", "overlay", "lines", "ways", "circles", "candidates", "sites"].forEach(function (it) { groups[it] = L.layerGroup().addTo(map); });
    map.addLayer(dots);
    var bounds = L.latLngBounds([[base.bounds[1], base.bounds[0]], [base.bounds[3], base.bounds[2]]]);
    var frame = L.latLngBounds([[base.frame[1], base.frame[0]], [base.frame[3], base.frame[2]]]);
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
    var borders = null, bordersNote = null;
    if (base.texts.borders) {
      bordersNote = L.control({ position: "bottomleft" });
      bordersNote.onAdd = function () {
        var it = L.DomUtil.create("div", "borders-note");
        it.innerHTML = base.texts.borders;
        return it;
      };
    }
    function showBorders() {
      var near = base.borders.lines.length && map.getZoom() >= BORDERS_ZOOM && !(current && current.background);
      if (near && !borders) {
        borders = L.polyline(stepped(base.borders), {
          interactive: false, renderer: L.svg({ pane: "borders", padding: 0.2 }), pane: "borders", color: "#5E6A73",
          weight: 1, opacity: 0.75, dashArray: base.texts.borders ? "1 3" : null, lineCap: "round"
        });
      }
      if (!borders) { return; }
      if (near) { borders.addTo(map); if (bordersNote) { bordersNote.addTo(map); } }
      else { borders.remove(); if (bordersNote) { bordersNote.remove(); } }
    }
    L.control.zoom({
      position: "topright", zoomInTitle: base.texts.zoom_in, zoomOutTitle: base.texts.zoom_out
    }).addTo(map);
    if (base.texts.whole) { whole().addTo(map); }
    /* The browser scrolls to what has the focus: a click on the map must not move the page. */
    var focus = host.focus;
    host.focus = function () { focus.call(host, { preventScroll: true }); };
    var card = document.createElement("div"), layers = document.createElement("div"), off = { districts: true, ways: true }, roving = [], picked = null;
    var list = document.createElement("select");
    card.className = "card"; card.hidden = true; layers.className = "layers"; layers.setAttribute("role", "group");
    if (base.texts.layers) { layers.setAttribute("aria-label", base.texts.layers); }
    host.appendChild(card); host.appendChild(layers);
    L.DomEvent.disableClickPropagation(layers);
    list.setAttribute("aria-label", base.texts.district);
    var listed = base.districts.slice().sort(function (a, b) { return a.name.localeCompare(b.name); });
    list.innerHTML = [{ name: base.texts.district }].concat(listed).map(function (it) { return "<option>" + it.name + "</option>"; }).join("");
    /* What a click on a district does, by keyboard. */
    list.addEventListener("change", function () {
      var found = null, wanted = listed[list.selectedIndex - 1];
      groups.districts.eachLayer(function (it) { if (wanted && it.ags === wanted.ags) { found = it; } });
      pick(found, true);
      if (!found) { moved = false; fit(); }
      if (current) { labels.place(); }
    });
    host.setAttribute("aria-label", base.texts.map);
    host.setAttribute("role", "application");
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });

    function tell(event) { listeners.forEach(function (it) { it(event); }); }
    function shape(rings, options) {
      return L.polygon(rings, Object.assign({ interactive: false, smoothFactor: 0.4, renderer: ground, pane: "ground" }, options));
    }
    /* The strip below the map is one line where that can be: words that may be missing go, the longest first. */
    function strip() {
      var legend = document.getElementById("legend"), items = legend ? legend.children : [];
      if (!fills || !items.length) { return; }
      var more = Array.prototype.slice.call(legend.querySelectorAll(".more"));
      legend.classList.remove("tight");
      more.forEach(function (it) { it.classList.remove("off"); });
      more.sort(function (a, b) { return b.textContent.length - a.textContent.length; });
      var rows = legend.clientWidth < NARROW_PX ? 2 : 1;
      function wraps() { return items[items.length - 1].offsetTop > items[0].offsetTop + 24 * rows - 16; }
      while (more.length && wraps()) { more.shift().classList.add("off"); }
      if (wraps()) { legend.classList.add("tight"); }
    }
    function fit() {
      strip();
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
          if (it.key === "ways") { from(); }
          button.setAttribute("aria-pressed", String(!off[it.key]));
          apply();
        });
        layers.appendChild(button);
      });
      layers.appendChild(list);
      apply();
    }
    /* A district that is picked fills the map, and all its places have their names. */
    function pick(district, atOnce) {
      if (picked) { picked.setStyle({ weight: 0.6, color: COLOUR.line }); }
      picked = district;
      list.selectedIndex = 1 + listed.map(function (it) { return it.ags; }).indexOf(district ? district.ags : null);
      labels.all = !!district;
      from();
      if (!district) { return; }
      district.setStyle({ weight: 3, color: COLOUR.ink });
      district.bringToFront();
      moved = true;
      map.fitBounds(district.getBounds(), { padding: [16, 16], animate: !atOnce });
    }
    /* Ways are those from the district that is picked: who draws the scene knows them. */
    var waysFrom = "";
    function from() {
      var ags = picked && !off.ways ? picked.ags : "";
      if (ags !== waysFrom) { waysFrom = ags; tell({ type: "district", id: ags }); }
    }
    function apply() {
      if (off.districts && off.ways && picked) { pick(null); }
      host.classList.toggle("picking", !off.districts || !off.ways);
      list.hidden = off.districts && off.ways;
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
    /* Dots stay where they are while what they would bring changes. */
    function candidates(scene) {
      var there = {};
      told = scene.candidates.map(function (row) {
        return Object.assign({ step: row[1], gain: row[2], share: row[3], who: row[4], instead: row.slice(5) }, scene.towns[row[0]]);
      });
      told.forEach(function (it) { there[it.id] = it; });
      Object.keys(chanced).forEach(function (id) {
        if (!there[id]) { groups.candidates.removeLayer(chanced[id]); delete chanced[id]; }
      });
      told.forEach(function (it) {
        var look = {
          radius: STEP_PX[it.step] * (host.clientWidth < NARROW_PX ? 0.7 : 1), weight: it.step ? 1.2 : 0.9, fillColor: STEP_FILL[it.step]
        };
        var dot = chanced[it.id];
        if (dot && dot.told.lat === it.lat && dot.told.lon === it.lon) {
          if (dot.told.step !== it.step) { dot.setStyle(look); dot.setRadius(look.radius); }
          dot.told = it;
          return;
        }
        if (dot) { groups.candidates.removeLayer(dot); }
        dot = chanced[it.id] = candidate(it, look);
        groups.candidates.addLayer(dot);
      });
    }
    function said(key, values) {
      return current.said[key].replace(/[\ue000-\ue002]/g, function (sign) { return values[sign.charCodeAt(0) - 0xe000]; });
    }
    function cardOf(it) {
      return "<strong>" + it.name + "</strong><br>" + it.where + '<br><span class="gain">' + it.gain + "</span> " + said("more", []) +
        "<br>" + said(it.who ? "after_who" : "after", [it.share, it.who]) +
        (it.instead.length ? "<hr>" + said("instead_" + it.instead[2], it.instead) : "");
    }
    function candidate(it, look) {
      var dot = L.circleMarker([it.lat, it.lon], Object.assign({
        pane: "candidates", renderer: chances, color: "#12312D", fillOpacity: 1, bubblingMouseEvents: false
      }, look));
      dot.told = it;
      dot.on("mouseover", function () { tellAt(dot.getLatLng(), cardOf(dot.told)); });
      dot.on("mouseout", hush);
      dot.on("click", function () {
        hush();
        /* Without a mouse the first tap says the gain, the second tries the town. */
        if (L.Browser.mobile && card.dataset.id !== it.id) { card.dataset.id = it.id; tellAt(dot.getLatLng(), cardOf(dot.told)); return; }
        tell({ type: "candidate", id: it.id });
      });
      return dot;
    }
    /* The stops of the keyboard in their order: what stands on the map, then the candidates that bring most. */
    function rovers() {
      if (!current.clickable) { return; }
      groups.sites.eachLayer(function (it) { if (it.told) { rove(it.getElement(), it.told.label, it, null); } });
      told.forEach(function (it) {
        var dot = chanced[it.id];
        rove(dot.getElement(), said("label", [it.name, it.gain, it.share]), dot, dot);
      });
    }
    /* One stop for all that stands on the map: arrow keys go from one to the next. */
    function rove(element, label, layer, it) {
      if (!element) { return; }
      element.setAttribute("role", "button"); element.setAttribute("aria-label", label);
      element.setAttribute("tabindex", roving.length ? "-1" : "0");
      roving.push(element);
      if (element.roves) { return; }
      element.roves = true;
      element.addEventListener("focus", function () { if (it) { tellAt(layer.getLatLng(), cardOf(it.told)); } });
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
      var spots = current.spots, reaches = current.reached, found = -1, best = Infinity, shrink = Math.cos(latlng.lat * Math.PI / 180);
      var reached = spots && reaches[it.id];
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
        if (!current.clickable) { element.setAttribute("role", "img"); element.setAttribute("aria-label", it.label); }
      });
      marker.told = it;
      return marker;
    }

    /* Draws anew what has changed: what is the same object as in the last scene stays as it is drawn. A page
       that is opened hands over one scene, the app one after the other. */
    function show(scene) {
      var last = current || {};
      function changed() { return [].some.call(arguments, function (part) { return !current || last[part] !== scene[part]; }); }
      function again(name, drawn, draw) {
        if (!drawn) { return; }
        groups[name].clearLayers();
        shown = groups[name];
        draw();
      }
      var zoomed = JSON.stringify(last.zoom_to) !== JSON.stringify(scene.zoom_to), first = !current;
      var marked = changed("sites", "towns", "candidates", "overlay", "clickable");
      var what = {
        ground: changed("background"), areas: changed("gaps", "gap_edges", "maybe", "reach", "ring", "background"),
        districts: first, lines: changed("reach", "maybe_edge", "trial_ring"), ways: changed("ways"),
        overlay: changed("overlay"), circles: changed("circles"), sites: changed("sites", "overlay", "clickable")
      };
      var named = changed("sites", "gaps", "overlay", "background", "circles", "brief"), tips = changed("districts");
      var legend = changed("legend"), moving = changed("dots", "dot_kind"), layered = changed("layers");
      current = scene;
      hush();
      if (marked) { roving = []; }
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
      again("ground", what.ground, function () {
        if (scene.background) { return; }
        shown.addLayer(shape(base.land, { stroke: false, fillColor: COLOUR.neighbour, fillOpacity: 1 }));
        base.neighbours.forEach(function (it) {
          shown.addLayer(shape(rings(it.steps, base.parts), { color: "#fff", weight: 1.2, fill: false }));
        });
        shown.addLayer(shape(base.outline, { stroke: false, fillColor: COLOUR.land, fillOpacity: 1 }));
      });
      again("areas", what.areas, function () {
        function area(rings, options) { shown.addLayer(shape(rings, Object.assign({ stroke: false, renderer: areas, pane: "areas" }, options))); }
        scene.gaps.forEach(function (it) {
          if (it.rings) { area(it.rings, { fillColor: COLOUR.gap, fillOpacity: it.top ? 0.13 : 0.055 }); }
        });
        if (scene.gap_edges.length) {
          shown.addLayer(L.polyline(scene.gap_edges, {
            interactive: false, renderer: areas, pane: "areas", color: COLOUR.gap, weight: 1.3, opacity: 0.8,
            dashArray: "0.5 3.4", lineCap: "round"
          }));
        }
        if (scene.maybe) { area(scene.maybe, { fillColor: "#ECF6F4", fillOpacity: solid }); }
        if (scene.reach) { area(scene.reach, { fillColor: COLOUR.reachedTint, fillOpacity: solid }); }
        if (scene.ring) { area(scene.ring, { fillColor: "url(#hatch)", fillOpacity: solid }); }
      });
      again("districts", what.districts, function () {
        base.districts.forEach(function (it) {
          var district = shape(it.rings, {
            interactive: true, color: COLOUR.line, weight: 0.6, fillColor: "#fff", fillOpacity: 0, renderer: fields,
            pane: "districts", bubblingMouseEvents: true
          });
          district.ags = it.ags;
          district.on("click", function (event) {
            if ((off.districts && off.ways) || !current.clickable) { return; }
            L.DomEvent.stopPropagation(event);
            pick(district);
          });
          shown.addLayer(district);
        });
      });
      if (tips) {
        groups.districts.eachLayer(function (district) {
          var tip = scene.districts[district.ags];
          if (!tip) { district.unbindTooltip(); }
          else if (district.getTooltip()) { district.setTooltipContent(tip); }
          else { district.bindTooltip(tip, { sticky: true, direction: "top", offset: [0, -6] }); }
        });
      }
      again("lines", what.lines, function () {
        if (scene.reach) { shown.addLayer(line(scene.reach, { color: COLOUR.reached, weight: 1.8 })); }
        shown.addLayer(line(base.outline, { color: "#3C474E", weight: 1.3 }));
        if (scene.maybe_edge) { shown.addLayer(line(scene.maybe_edge, { color: COLOUR.reached, weight: 1.8, dashArray: "5 4" })); }
        if (scene.trial_ring) {
          shown.addLayer(line(scene.trial_ring, { color: COLOUR.office, weight: 1.6, dashArray: "5 4" }));
        }
      });
      if (moving) { dots.show(scene.dots, scene.dot_kind); }
      again("ways", what.ways, function () {
        scene.ways.forEach(function (it) {
          [["#fff", 5, null], [COLOUR.office, it.road ? 2.2 : 1.8, it.road ? null : "5 4"]].forEach(function (look) {
            shown.addLayer(L.polyline(it.line, {
              interactive: false, renderer: ways, pane: "ways", color: look[0], weight: look[1], dashArray: look[2]
            }));
          });
        });
      });
      again("overlay", what.overlay, function () { if (scene.overlay) { overlay(scene.overlay); } });
      again("circles", what.circles, function () {
        scene.circles.forEach(function (it) {
          var round = L.circleMarker([it.lat, it.lon], {
            pane: "circles", renderer: circles, radius: it.radius, color: it.chosen ? COLOUR.ink : "#fff",
            weight: it.chosen ? 3 : 0.8, fillColor: COLOUR.gap, fillOpacity: 0.78
          });
          round.bindTooltip(it.tip, { direction: "top" });
          round.on("click", function (event) { L.DomEvent.stopPropagation(event); tell({ type: "circle", id: it.id }); });
          shown.addLayer(round);
        });
      });
      again("sites", what.sites, function () {
        if (scene.overlay) { scene.overlay.marks.forEach(function (it) { shown.addLayer(site(it, "mark")); }); }
        scene.sites.forEach(function (it) { shown.addLayer(site(it, "")); });
      });
      if (marked) { candidates(scene); rovers(); }
      /* A map that is opened again shows the ways that are drawn as picked. */
      if (first && scene.ways_from) { off.ways = false; waysFrom = scene.ways_from; }
      if (layered) { choices(scene); }
      var legendElement = document.getElementById("legend");
      if (legend && legendElement) { legendElement.innerHTML = scene.legend; strip(); }
      if (zoomed) { moved = false; if (picked) { pick(null); } }
      if (first || zoomed) { fit(); }
      if (first && waysFrom) { groups.districts.eachLayer(function (it) { if (it.ags === waysFrom) { pick(it, true); } }); }
      else if (legend) { heightListeners.forEach(function (it) { it(document.documentElement.offsetHeight); }); }
      if (named) { labels.show(scene, scene.background ? [] : base.neighbours.filter(function (it) { return it.name; }), scene.circles.length ? [] : base.towns); }
      else if (zoomed) { labels.place(); }
    }
    function overlay(it) {
      it.areas.forEach(function (area) {
        var lined = area.pattern === "diagonal" || area.pattern === "horizontal";
        var drawn = shape(area.rings, {
          color: area.colour, weight: area.pattern === "shade" ? 0.4 : 1.8, dashArray: area.dashed ? "5 4" : null, interactive: !!(area.tip || area.id), renderer: above, pane: "overlay",
          fill: area.pattern !== "none", fillOpacity: lined ? 1 : area.pattern === "shade" ? 0.78 : 0.16,
          fillColor: lined ? pattern(above._container, area.colour, area.pattern) : area.colour
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
    map.on("zoomend", showBorders);
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
      dots.onPaper(true);
    });
    window.addEventListener("afterprint", function () {
      dots.onPaper(false);
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

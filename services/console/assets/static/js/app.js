// What script adds to pages that are complete without it: live updates,
// keyboard, filters that apply themselves.
(function () {
  "use strict";
  var live = document.getElementById("live");

  function tell(state, text) {
    if (!live) return;
    live.dataset.state = state;
    live.lastElementChild.textContent = text;
  }

  // Live: the server says that something changed; parts of the page that care
  // fetch themselves again (htmx). A tab out of sight waits until it is seen.
  function follow() {
    if (!live || !window.EventSource) return;
    var waiting = {}, again = {};
    var stream = new EventSource("/live");
    function fire(kind) {
      if (document.hidden || busy()) { waiting[kind] = true; return; }
      if (window.htmx) window.htmx.trigger(document.body, "kulkul-" + kind);
    }
    function flush() {
      if (document.hidden || busy()) return;
      var kinds = Object.keys(waiting);
      waiting = {};
      kinds.forEach(fire);
    }
    stream.addEventListener("open", function () { tell("on", "live"); });
    stream.addEventListener("error", function () { tell("lost", "reconnecting"); });
    ["alerts", "items", "health", "deliveries"].forEach(function (kind) {
      stream.addEventListener(kind, function () {
        fire(kind);
        // Once more when the figures that all pages share are surely new: what
        // came last would else wait for the next event.
        if (!again[kind]) again[kind] = setTimeout(function () { again[kind] = 0; fire(kind); }, 12000);
      });
    });
    // What was asked for before somebody opened a form must not close it either.
    document.body.addEventListener("htmx:beforeSwap", function (e) {
      var by = e.detail.requestConfig && e.detail.requestConfig.triggeringEvent;
      if (!by || by.type.indexOf("kulkul-") !== 0 || !busy()) return;
      e.detail.shouldSwap = false;
      waiting[by.type.slice("kulkul-".length)] = true;
    });
    document.addEventListener("visibilitychange", flush);
    setInterval(flush, 5000);
    window.addEventListener("pagehide", function () { stream.close(); });
  }

  // busy: somebody is about to type or to choose; nothing moves under them.
  function busy() {
    var at = document.activeElement;
    return !!document.querySelector("main details[open] form") || (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
  }

  // Rows: j and k go down and up, Enter and o open.
  var row = -1;
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); }
  function go(step) {
    var all = rows();
    if (!all.length) return;
    row = Math.max(0, Math.min(all.length - 1, row + step));
    all.forEach(function (r, i) { r.classList.toggle("at", i === row); });
    all[row].scrollIntoView({ block: "nearest" });
    var link = all[row].querySelector("[data-open], summary");
    if (link) link.focus({ preventScroll: true });
  }
  function current() {
    var all = rows();
    return row >= 0 && row < all.length ? all[row] : null;
  }

  // Actions: a page with one alert has them as buttons; in a list the alert's
  // page is opened at the action.
  function act(key) {
    var control = document.querySelector('[data-key="' + key + '"]');
    if (control) {
      if (control.tagName === "DETAILS") {
        control.open = true;
        var field = control.querySelector("input, textarea, select");
        if (field) field.focus();
      } else { control.click(); }
      return true;
    }
    var at = current();
    if (!at || !at.dataset.alert) return false;
    location.assign("/alerts/" + at.dataset.alert + "#" + key);
    return true;
  }

  var places = { s: "/", a: "/alerts", i: "/items", o: "/sources" };
  var going = 0;
  document.addEventListener("keydown", function (e) {
    var at = document.activeElement;
    if (e.key === "Escape") {
      var open = document.querySelector(".actions details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); } else if (at && at.blur) { at.blur(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return;
    var key = e.key, done = true;
    if (Date.now() - going < 1200 && places[key]) { going = 0; location.assign(places[key]); }
    else if (key === "g") going = Date.now();
    else if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "o" && current()) { var l = current().querySelector("[data-open]"); if (l) l.click(); }
    else if (key === "/") { var s = document.querySelector("[data-search]"); if (s) s.focus(); else location.assign("/items"); }
    else if (key === "?") help();
    else if ("acnsert".indexOf(key) >= 0 || /^[1-9]$/.test(key) && document.querySelector('[data-key="' + key + '"]')) done = act(key);
    else done = false;
    if (done) e.preventDefault();
  });

  var keys = [["j k", "next, previous row"], ["Enter o", "open the row"], ["a", "acknowledge"], ["c", "assess: concur or doubt"], ["n", "add a note"],
    ["s", "silence"], ["e", "escalate"], ["r", "resolve"], ["t", "correct an item's tags"], ["1 – 9", "take a tag off an item"], ["/", "search items"],
    ["g s, g a, g i, g o", "go to situation, alerts, items, sources"], ["Esc", "close, leave a field"]];
  function help() {
    var d = document.querySelector("dialog.keys");
    if (!d) {
      d = document.createElement("dialog");
      d.className = "keys";
      d.setAttribute("aria-label", "Keyboard");
      var h = document.createElement("h2"), l = document.createElement("dl");
      h.textContent = "Keyboard";
      keys.forEach(function (k) {
        var dt = document.createElement("dt"), dd = document.createElement("dd");
        k[0].split(" ").forEach(function (part) { var b = document.createElement("kbd"); b.textContent = part; dt.append(b, " "); });
        dd.textContent = k[1];
        l.append(dt, dd);
      });
      d.append(h, l);
      d.addEventListener("click", function () { d.close(); });
      document.body.append(d);
    }
    d.showModal();
  }

  // Zoom: drawing across a chart of a page that has a range shows those days.
  function zoom() {
    if (!document.querySelector(".stretch")) return;
    document.querySelectorAll("svg.daily[data-from]").forEach(function (svg) {
      var band = null, start = 0, box = svg.viewBox.baseVal, left = +svg.dataset.left, days = +svg.dataset.days;
      var step = (box.width - left - svg.dataset.right) / days;
      function dayAt(e) {
        var at = svg.getBoundingClientRect();
        return Math.max(0, Math.min(days - 1, Math.floor(((e.clientX - at.left) / at.width * box.width - left) / step)));
      }
      function draw(a, b) {
        band.setAttribute("x", left + Math.min(a, b) * step);
        band.setAttribute("width", (Math.abs(a - b) + 1) * step);
      }
      svg.classList.add("zooms");
      svg.addEventListener("pointerdown", function (e) {
        if (e.button || e.pointerType === "touch") return;
        start = dayAt(e);
        band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        band.setAttribute("class", "brush");
        band.setAttribute("height", box.height);
        draw(start, start);
        svg.append(band);
        svg.setPointerCapture(e.pointerId);
        e.preventDefault();
      });
      svg.addEventListener("pointermove", function (e) { if (band) draw(start, dayAt(e)); });
      svg.addEventListener("pointerup", function (e) {
        if (!band) return;
        var end = dayAt(e), first = Date.parse(svg.dataset.from + "T00:00:00Z");
        band.remove();
        band = null;
        if (end === start) return;
        var day = function (n) { return new Date(first + n * 86400000).toISOString().slice(0, 10); };
        location.assign(location.pathname + "?from=" + day(Math.min(start, end)) + "&to=" + day(Math.max(start, end)));
      });
    });
  }

  // On a narrow screen the menu scrolls: the page's own entry is brought in sight.
  function inSight() {
    var here = document.querySelector(".menu [aria-current]");
    if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  }

  document.addEventListener("DOMContentLoaded", function () {
    inSight();
    zoom();
    var button = document.getElementById("keys-open");
    if (button) { button.hidden = false; button.addEventListener("click", help); }
    document.querySelectorAll("form[data-auto]").forEach(function (f) {
      f.addEventListener("change", function () { f.requestSubmit(); });
    });
    if (/^#[acnsert]$/.test(location.hash)) act(location.hash.slice(1));
    follow();
  });
})();

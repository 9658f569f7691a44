/* Touchline: page views, events and forms of a web site, without an SDK.
   <script async src="https://crm.example.com/touchline.js" data-key="tlk_…"></script> */
(function () {
  "use strict";
  var script = document.currentScript || document.querySelector("script[data-key][src*='touchline.js']");
  if (!script || (window.touchline && window.touchline.track)) return;
  var key = script.getAttribute("data-key");
  var base = new URL(script.src).origin;
  var waiting = window.touchline && window.touchline.q;

  function id() {
    return window.crypto && crypto.randomUUID
      ? crypto.randomUUID()
      : Date.now().toString(36) + Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  }
  function recall(name) {
    try { return localStorage.getItem("touchline." + name); } catch (e) { return null; }
  }
  function remember(name, value) {
    try { localStorage.setItem("touchline." + name, value); } catch (e) { /* the visit goes on without memory */ }
  }
  function forget(name) {
    try { localStorage.removeItem("touchline." + name); } catch (e) { /* nothing to forget */ }
  }

  var anonymous = recall("anonymous") || id();
  remember("anonymous", anonymous);

  function page() {
    return { url: location.href, path: location.pathname, search: location.search, title: document.title, referrer: document.referrer };
  }
  function campaign() {
    var found = {}, query = new URLSearchParams(location.search);
    ["source", "medium", "term", "content"].forEach(function (name) {
      if (query.get("utm_" + name)) found[name] = query.get("utm_" + name);
    });
    if (query.get("utm_campaign")) found.name = query.get("utm_campaign");
    return found;
  }
  function send(type, event, tries) {
    var body = JSON.stringify(event);
    var again = function () {
      if (tries < 5) setTimeout(function () { event.sentAt = new Date().toISOString(); send(type, event, tries + 1); }, 1000 * Math.pow(2, tries));
    };
    /* text/plain asks no permission beforehand; keepalive lets it outlive the page. */
    fetch(base + "/v1/" + type, { method: "POST", body: body, keepalive: body.length < 60000, headers: { "Content-Type": "text/plain" } })
      .then(function (answer) { if (answer.status === 429 || answer.status >= 500) again(); }, again);
  }
  function call(type, fields) {
    var now = new Date().toISOString();
    var event = {
      writeKey: key, type: type, messageId: id(), timestamp: now, sentAt: now, anonymousId: anonymous,
      context: { page: page(), campaign: campaign(), userAgent: navigator.userAgent, locale: navigator.language, library: { name: "touchline.js", version: "1" } }
    };
    if (recall("user")) event.userId = recall("user");
    for (var name in fields) event[name] = fields[name];
    send(type, event, 0);
  }

  var touchline = {
    page: function (name, properties) {
      call("page", { name: name || document.title, properties: Object.assign(page(), properties) });
    },
    track: function (event, properties) {
      call("track", { event: event, properties: properties || {} });
    },
    identify: function (user, traits) {
      if (user && typeof user === "object") { traits = user; user = null; }
      /* Somebody else at the same browser starts a history of their own. */
      if (user && recall("user") && recall("user") !== String(user)) touchline.reset();
      if (user) remember("user", String(user));
      call("identify", { traits: traits || {} });
    },
    reset: function () {
      forget("user");
      anonymous = id();
      remember("anonymous", anonymous);
    },
    /* Sends a form by itself; give it data-touchline to have it bound without a call. */
    form: function (form) {
      form.action = base + "/v1/forms/" + key;
      form.method = "post";
      var fill = function (name, value) {
        var field = form.querySelector("input[name='" + name + "']");
        if (!field) {
          field = document.createElement("input");
          field.type = "hidden";
          field.name = name;
          form.appendChild(field);
        }
        field.value = value;
      };
      form.addEventListener("submit", function () {
        fill("_anonymous_id", anonymous);
        fill("_id", id());
        fill("_url", location.href);
        fill("_referrer", document.referrer);
      });
    }
  };
  window.touchline = touchline;

  function start() {
    Array.prototype.forEach.call(document.querySelectorAll("form[data-touchline]"), touchline.form);
    (waiting || []).forEach(function (args) { touchline[args[0]].apply(touchline, [].slice.call(args, 1)); });
    if (script.getAttribute("data-page") !== "manual") touchline.page();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

// Stands in for Meta's JavaScript SDK: FB.init and FB.login with a configuration, and nothing more.
(() => {
  const facebook = "{{ facebook }}";
  const locale = new URL(document.currentScript.src).pathname.split("/")[1];
  let app = null;
  const name = () => "f" + Math.random().toString(16).slice(2);

  window.FB = {
    init(options) {
      if (!/^\d+$/.test(options?.appId ?? "")) throw new Error("init not called with a valid appId");
      if (options.version !== "{{ version }}") throw new Error("init not called with valid version");
      app = options;
      // What the real one frames and asks behind the page's back.
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "fb:api_client";
      frame.src = `${facebook}/x/connect/xd_arbiter/?version=46`;
      document.body.append(frame);
      fetch(`${facebook}/x/oauth/status?client_id=${app.appId}`, { credentials: "omit" }).catch(() => {});
    },
    login(callback, options) {
      if (!app) return console.error("FB.login() called before FB.init().");
      const call = name();
      const channel = (more) =>
        `${facebook}/x/connect/xd_arbiter/?version=46#cb=${call}&domain=${location.hostname}&is_canvas=false&origin=${encodeURIComponent(`${location.origin}/${name()}`)}&relation=opener${more}`;
      const parameters = {
        app_id: app.appId,
        auth_type: "",
        cbt: Date.now(),
        channel_url: channel(""),
        client_id: app.appId,
        display: "popup",
        domain: location.hostname,
        e2e: "{}",
        fallback_redirect_uri: location.href,
        locale,
        logger_id: name(),
        origin: "1",
        redirect_uri: channel(`&frame=${name()}`),
        sdk: "joey",
        version: app.version,
      };
      for (const [key, value] of Object.entries(options ?? {})) {
        parameters[key] = typeof value === "object" ? JSON.stringify(value) : value;
      }
      const popup = window.open(
        `${facebook}/${app.version}/dialog/oauth?${new URLSearchParams(parameters)}`,
        call,
        "width=600,height=700,left=100,top=100,scrollbars=1",
      );
      const done = (response) => {
        clearInterval(watch);
        removeEventListener("message", hear);
        callback(response);
      };
      const hear = ({ origin, data }) => {
        if (origin !== facebook || typeof data !== "string") return;
        const said = new URLSearchParams(data);
        if (said.get("cb") !== call) return;
        const code = said.get("code");
        done(code ? { authResponse: { code, userID: null, expiresIn: null }, status: "connected" } : { authResponse: null, status: "unknown" });
      };
      addEventListener("message", hear);
      const watch = setInterval(() => {
        if (popup?.closed) done({ authResponse: null, status: "unknown" });
      }, 100);
    },
  };
  window.fbAsyncInit?.();
})();

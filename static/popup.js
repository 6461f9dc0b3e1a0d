// Opens Facebook's login in a window of its own, by Meta's SDK. Wherever that does not work out, the form goes on as it
// would without this script, and Facebook opens in its place.
(() => {
  const it = document.querySelector("[data-popup]");
  const form = it.closest("form");
  const status = it.querySelector("[role=status]");
  const { sdk, app, version, config, origin, begin, answer } = it.dataset;
  // How long a message may come after the code, or a code after its window: the code lives thirty seconds.
  const patience = 1500;
  let ready = false;
  let run = null;

  const atFacebook = (address) => {
    const { protocol, hostname, port } = new URL(address);
    return protocol === "https:" && port === "" && (hostname === "facebook.com" || hostname.endsWith(".facebook.com"));
  };
  // Facebook speaks from several of its hosts; a stand-in from the one it was set up at.
  const isTrusted = (from) => from === origin || (from !== "null" && atFacebook(origin) && atFacebook(from));

  const show = (open) => {
    it.hidden = !open;
    status.textContent = open ? status.dataset.text : "";
  };
  const goThere = () => {
    run = null;
    ready = false;
    form.submit();
  };

  addEventListener("message", ({ origin: from, data }) => {
    if (!run || !isTrusted(from)) return;
    let said = data;
    if (typeof said === "string") {
      try {
        said = JSON.parse(said);
      } catch {
        return;
      }
    }
    if (said?.type !== "WA_EMBEDDED_SIGNUP" || typeof said.event !== "string") return;
    // An error on the way that was mended is no end.
    if (run.said?.event.startsWith("FINISH")) return;
    run.said = said;
    run.heard();
  });

  const ask = async (kind) => {
    const response = await fetch(begin, { method: "POST", body: new URLSearchParams({ connection_type: kind }) });
    if (!response.ok) throw new Error("no state");
    return (await response.json()).state;
  };

  const bring = (fields) => {
    const back = document.createElement("form");
    back.method = "post";
    back.action = answer;
    back.hidden = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("input");
      [field.type, field.name, field.value] = ["hidden", name, value];
      back.append(field);
    }
    document.body.append(back);
    back.submit();
  };

  const closed = async (mine, response) => {
    if (run !== mine) return;
    const code = response?.authResponse?.code;
    if (!mine.said) await Promise.race([mine.message, new Promise((over) => setTimeout(over, patience))]);
    if (run !== mine) return;
    // Finished, and the code was lost on the way: the other way brings one.
    if (!code && mine.said?.event.startsWith("FINISH")) return goThere();
    try {
      const state = await mine.begun;
      if (run !== mine) return;
      bring({ state, code: code ?? "", message: mine.said ? JSON.stringify(mine.said).slice(0, 8000) : "" });
    } catch {
      if (run === mine) goThere();
    }
  };

  const open = () => {
    const kind = new FormData(form).get("connection_type");
    const mine = { said: null };
    mine.message = new Promise((heard) => (mine.heard = heard));
    const options = {
      config_id: config,
      response_type: "code",
      override_default_response_type: true,
      extras: JSON.parse(it.dataset[kind]),
    };
    // Nobody else tells whether the window was blocked.
    const real = window.open;
    window.open = (...all) => (mine.window = real.apply(window, all));
    run = mine;
    try {
      FB.login((response) => closed(mine, response), options);
    } catch {
      mine.window = null;
    } finally {
      window.open = real;
    }
    if (!mine.window || mine.window.closed) return goThere();
    show(true);
    mine.begun = ask(kind);
    mine.begun.catch(() => {
      if (run !== mine) return;
      mine.window.close();
      goThere();
    });
  };

  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "way") {
      run?.window.close();
      run = null;
      return;
    }
    if (!ready) return;
    event.preventDefault();
    if (run) run.window.focus();
    else open();
  });

  // Back from somewhere else, to the page as it was left.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    run = null;
    show(false);
  });

  const load = () => {
    window.fbAsyncInit = () => {
      FB.init({ appId: app, version, cookie: false, status: false, xfbml: false, autoLogAppEvents: false });
      ready = true;
      it.dataset.ready = "";
    };
    const script = document.createElement("script");
    [script.src, script.async, script.crossOrigin] = [sdk, true, "anonymous"];
    document.head.append(script);
  };
  // The page is usable first.
  const soon = window.requestIdleCallback ?? setTimeout;
  if (document.readyState === "complete") soon(load);
  else addEventListener("load", () => soon(load));
})();

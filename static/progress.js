// Shows each step as it happens, and leaves when there are no more. Without this script the page reloads itself.
(() => {
  const steps = document.querySelector("[data-events]");
  // Facebook's fragment (#_=_) outlives our redirects: only an address without one is certain to load anew.
  const leave = () => location.replace(steps.dataset.here);
  const later = () => setTimeout(leave, 2000);
  if (!window.EventSource) return later();

  const stream = new EventSource(steps.dataset.events);
  // A proxy that holds events back must not hold the customer back.
  let patience = setTimeout(leave, 20000);
  stream.addEventListener("steps", ({ data }) => {
    clearTimeout(patience);
    patience = setTimeout(leave, 20000);
    const news = document.createElement("template");
    news.innerHTML = data;
    const rows = steps.querySelectorAll("li");
    const fresh = news.content.querySelectorAll("li");
    if (rows.length !== fresh.length) return (steps.innerHTML = data);
    // Only rows that changed are replaced, so that only they are read out.
    fresh.forEach((row, i) => {
      if (row.innerHTML === rows[i].innerHTML) return;
      row.classList.add("fresh");
      rows[i].replaceWith(row);
    });
  });
  stream.addEventListener("end", () => {
    stream.close();
    leave();
  });
  // A dropped connection comes back by itself; a refused one does not.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) later();
  });
})();

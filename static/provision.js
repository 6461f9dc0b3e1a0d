// Shows the code as it comes, leaves when the page has something else to show, and copies. Without this script the page
// reloads itself, and what is there can be marked by hand.
(() => {
  const copyable = (root) => {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy]").forEach((button) => {
      const words = button.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy).catch(() => {});
        button.textContent = button.dataset.copied;
        setTimeout(() => (button.textContent = words), 2000);
      });
    });
  };
  copyable(document);

  const live = document.querySelector("[data-events]");
  if (!live) return;
  const leave = () => location.replace(live.dataset.here);
  if (!window.EventSource) return setTimeout(leave, 5000);

  const stream = new EventSource(live.dataset.events);
  let shown = live.innerHTML.trim();
  stream.addEventListener("code", ({ data }) => {
    if (data.trim() === shown) return;
    shown = data.trim();
    live.innerHTML = data;
    copyable(live);
  });
  stream.addEventListener("end", () => {
    stream.close();
    leave();
  });
  // A dropped connection comes back by itself; a refused one does not.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(leave, 5000);
  });
})();

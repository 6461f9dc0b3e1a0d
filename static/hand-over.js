// Copies and shares where the browser can, and tells the first device that a second one is here. The page does without.
(() => {
  const text = (id) => document.getElementById(id);
  const say = (button) => {
    const status = button.closest(".copy").querySelector("[role=status]");
    status.textContent = status.dataset.copied;
  };
  for (const field of document.querySelectorAll(".copy input, .copy textarea")) {
    field.addEventListener("focus", () => field.select());
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = text(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // Browsers inside apps often have no clipboard of the new kind.
        field.focus();
        field.select();
        if (!document.execCommand("copy")) return;
        button.focus();
      }
      say(button);
    });
  }
  for (const button of document.querySelectorAll("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      // Turning the sheet away is an answer too.
      navigator.share({ title: document.title, text: text(button.dataset.share).value }).catch(() => {});
    });
  }
  const arrived = document.querySelector("[data-arrived]");
  if (arrived && navigator.sendBeacon) navigator.sendBeacon(arrived.dataset.arrived);
})();

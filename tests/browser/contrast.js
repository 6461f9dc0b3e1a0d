// Everything on the page that cannot be told from what it stands on, by WCAG 2.2: text, icons, the edges of what can be
// pressed or chosen, and the ring around what has the focus. Colours are read as the browser computed them.
(() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const linear = (value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const style = (element, pseudo) => getComputedStyle(element, pseudo);
  // What an element stands on: the nearest ground around it that lets nothing through.
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(style(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const found = [];
  const hold = (what, element, front, back, least) => {
    const ratio = contrast(numbers(front), back);
    // Chromium rounds nothing here; the slack is for floats.
    if (ratio < least - 0.005) found.push(`${what} ${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 90)}`);
  };

  document.querySelectorAll("details").forEach((details) => (details.open = true));
  let texts = 0;
  for (const element of document.body.querySelectorAll("*")) {
    if (!isShown(element)) continue;
    const { color, fontSize, fontWeight } = style(element);
    if ([...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) {
      const size = parseFloat(fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && fontWeight >= 700);
      hold("text", element, color, ground(element), isLarge ? 3 : 4.5);
      texts += 1;
    }
    if (element.matches("svg")) hold("icon", element, color, ground(element), 3);
  }
  for (const element of document.querySelectorAll("[type=radio]:enabled")) {
    hold("radio", element, style(element).borderTopColor, ground(element.parentElement), 3);
  }
  for (const element of document.querySelectorAll(".button:not(:disabled)")) {
    hold("button", element, style(element).borderTopColor, ground(element.parentElement), 3);
  }
  for (const element of document.querySelectorAll("a, button, summary, [type=radio]:enabled")) {
    if (!isShown(element)) continue;
    element.focus({ focusVisible: true });
    // A card's ring is drawn by its label, around the card.
    const isCard = element.matches(".choice input");
    const ring = isCard ? style(element.parentElement.querySelector("label"), "::after") : style(element);
    const around = isCard ? element.parentElement.parentElement : element.parentElement;
    if (ring.outlineStyle !== "solid" || parseFloat(ring.outlineWidth) < 2) found.push(`no ring: ${element.outerHTML}`);
    hold("ring", element, ring.outlineColor, ground(around), 3);
  }
  return { texts, found };
})();

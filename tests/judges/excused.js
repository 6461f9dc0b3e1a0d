// What judges say that is no fault of the page's, each with the reason. There is no other way to silence one.

const EXCUSED = [
  {
    judge: "html-validate",
    rule: "meta-refresh",
    only: ({ page }) => page === "progress",
    why: "Without script this is how a process that runs is watched: it is there in noscript alone, nobody types on the \
page, and what it shows is real time, which WCAG 2.2.1 excepts.",
  },
  {
    judge: "html-validate",
    rule: "long-title",
    only: () => true,
    why: "A title has the platform's name in it, and seventy letters are a guess of search engines, which never see it.",
  },
  {
    judge: "html-validate",
    rule: "require-sri",
    only: () => true,
    why: "What comes from our own origin is guarded by a nonce; a digest is for files on somebody else's.",
  },
  {
    judge: "csp",
    rule: "script-src",
    only: ({ policy }) => policy.startsWith("default-src 'none'") && !policy.includes("script-src"),
    why: "A page without script needs no script-src: default-src 'none' stands for it.",
  },
  {
    judge: "HTML_CodeSniffer",
    rule: "WCAG2AA.Principle1.Guideline1_1.1_1_1.H67.2",
    only: (_, what) => what.startsWith('<img class="logo"'),
    why: "It asks whether the logo may be left out for those who hear the page: it may, for the platform's name stands beside it.",
  },
];

/** Whether what a judge found at a place in a document is excused. */
export const isExcused = (judge, rule, document, what) =>
  EXCUSED.some((excuse) => excuse.judge === judge && excuse.rule === rule && excuse.only(document, what));

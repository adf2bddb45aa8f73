// Why: a line is moved or removed without leaving its field: Alt with an arrow or Delete presses its own button.
// At the bench one hand holds a syringe. F2, F4, F8 and F9 press the button that has the key printed on it,
// and Escape takes an explanation away (WCAG 1.4.13) that hover or focus opened.
const usable = (element) => !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.checkVisibility();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll(".explain:hover, .explain:focus-within")) open.classList.add("explain-off");
    return;
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const line = event.target.closest?.(".line");
    const own = line && [...line.querySelectorAll("[data-line-key]")].find((one) => one.dataset.lineKey === event.key);
    if (own) {
      event.preventDefault();
      own.click();
    }
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
  const pressed = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key && usable(one));
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});

for (const left of ["pointerout", "focusout"]) {
  document.addEventListener(left, (event) => event.target.closest?.(".explain-off")?.classList.remove("explain-off"));
}

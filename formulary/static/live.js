// Why: a figure that is older than the inputs may be read as theirs. From the first key until the answer to the
// last one, the target of a live form is greyed and said to be busy; htmx's own indicator starts only with the request.
// What is typed inside the target (an answer to a finding) asks nothing, and must not be swapped under the hand;
// nor does a password. Once the form is sent, a late answer may not lead the page away from where the sending leads.
const targetOf = (form) => document.querySelector(form.dataset.live);
const typed = new WeakMap();
const asked = new WeakMap();
const sent = new WeakSet();
const asksNothing = (element, form) => element.closest("[data-asks-nothing]") || targetOf(form)?.contains(element);

function show(form) {
  const stale = typed.get(form) !== asked.get(form);
  const target = targetOf(form);
  target?.classList.toggle("stale", stale);
  target?.setAttribute("aria-busy", String(stale));
}

document.addEventListener("input", (event) => {
  const form = event.target.form?.closest("[data-live]");
  if (!form || asksNothing(event.target, form)) return;
  sent.delete(form);
  typed.set(form, (typed.get(form) ?? 0) + 1);
  show(form);
});
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.("[data-live]");
  if (form) form.dataset.sent = String(typed.get(form) ?? 0);
});
document.addEventListener("htmx:after:swap", (event) => {
  const form = event.target.closest?.("[data-live]");
  if (!form) return;
  asked.set(form, Number(form.dataset.sent) || undefined);
  show(form);
});
document.addEventListener("submit", (event) => { if (event.target.matches("[data-live]")) sent.add(event.target); });
for (const moment of ["htmx:before:request", "htmx:before:response"]) {
  document.addEventListener(moment, (event) => { if (sent.has(event.target.closest?.("[data-live]"))) event.preventDefault(); });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("[data-live]")) sent.delete(form);
});

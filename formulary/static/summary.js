// Why: after a refused form the focus goes to the summary of what needs a change, so that a screen reader says it
// and the first link is one Tab away; also when the answer came as a fragment.
const focusSummary = () => document.querySelector(".error-summary")?.focus();

focusSummary();
document.addEventListener("htmx:after:swap", (event) => {
  if (!event.target.closest?.("[data-live]")) focusSummary();
});

// Why: Chromium drops Ctrl+], the key with which most USB scanners send FNC1, so that "10LOT<GS>21S" would arrive
// as the valid, wrong lot "10LOT21S". This file reads the keys itself and keeps FNC1 as U+001D. It also keeps a
// scan that was typed while another field had the focus out of number fields and off buttons.
const GS = "\u001d";
const LEAST = 8;
const setting = (name, otherwise) => Number(document.body.dataset[name]) || otherwise;

let burst = [];

const text = () => burst.map((key) => key.char).join("");
const reset = () => { burst = []; };

function isScan() {
  if (burst.length < LEAST) return false;
  const took = burst.at(-1).at - burst[0].at;
  return took / (burst.length - 1) < setting("scanPace", 35);
}

// What a key press writes: a character, FNC1 in one of its two spellings, or nothing that counts.
let altDigits = "";
function written(event) {
  if (event.ctrlKey && !event.altKey && (event.key === "]" || event.code === "BracketRight" || event.key === GS)) return GS;
  if (event.altKey && !event.ctrlKey && /^[0-9]$/.test(event.key)) {
    altDigits += event.key;
    return altDigits === "029" ? GS : "";
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  return event.key.length === 1 ? event.key : null;
}

// What a code begins with: the scanner's own mark, ours, a GTIN that says it is one, an address. No password has a separator.
const CODE = /^(\][a-z][0-9]|FML1:|01[0-9]{14}|https?:)/i;
const isCode = () => isScan() && (CODE.test(text()) || text().includes(GS));

// Text fields are left alone: a person or a password manager may fill them this fast. The others cannot mean a scan.
// A page may open with the focus on a password and be scanned into; what begins like a code is none.
function keepsItsKeys(element) {
  if (element instanceof HTMLTextAreaElement || element.isContentEditable) return true;
  if (!(element instanceof HTMLInputElement)) return false;
  if (element.type === "password") return !isCode();
  return /^(text|search|email|tel|url)$/.test(element.type) && !/^(decimal|numeric)$/.test(element.inputMode);
}

const place = () => document.querySelector("main [data-scan]") ?? document.querySelector("[data-scan]");
const mark = (field, value) => {
  const captured = field.form?.elements.namedItem(field.dataset.scan);
  if (captured) captured.value = value;
};

function restore(element, before) {
  if (before === undefined || element.value === before) return;
  element.value = before;
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

function deliver(field) {
  field.value = text();
  mark(field, "1");
  reset();
  field.focus();
  field.form?.requestSubmit(field.form.querySelector("[data-scan-button]"));
}

function insert(field, char) {
  const [from, to] = [field.selectionStart, field.selectionEnd];
  field.setRangeText(char, from, to, "end");
}

function endOfScan(event, field) {
  const found = isScan();
  if (!found) return reset();
  event.preventDefault();
  event.stopImmediatePropagation();
  deliver(field);
}

// A scanner without a suffix: when the keys stop, the scan is put into its field, and a person confirms it.
let settling = 0;
function settle(field) {
  if (!isScan() || typedInto(burst.at(-1).element, field)) return reset();
  field.value = text();
  mark(field, "1");
  field.focus();
  reset();
}

// A field that takes the focus while a scan is being typed (a page that has just opened) is not what was scanned into.
const wandered = (element) => burst.length > 0 && burst[0].element !== element;
const typedInto = (element, field) => keepsItsKeys(element) && element !== field && !wandered(element);

function take(event, char, field) {
  const inField = event.target.matches?.("[data-scan]");
  settling = setTimeout(settle, setting("scanIdle", 100), field);
  burst.push({ char, at: event.timeStamp, element: event.target, before: burst[0]?.before ?? event.target.value });
  if (char === GS) event.preventDefault();
  if (inField) return char === GS && insert(event.target, char);
  // A box that searches keeps the separator as people write it, so that a pack is searched for whole.
  if (char === GS && event.target.matches?.("[data-scan-text]")) return insert(event.target, "<GS>");
  if (keepsItsKeys(event.target) || !isScan()) return;
  event.preventDefault();
  restore(burst[0].element, burst[0].before);
}

document.addEventListener("keydown", (event) => {
  const field = event.target.matches?.("[data-scan]") ? event.target : place();
  clearTimeout(settling);
  if (burst.length && event.timeStamp - burst.at(-1).at > setting("scanIdle", 100)) reset();
  if (!field || event.isComposing || event.repeat) return reset();
  if ((event.key === "Enter" || event.key === "Tab") && !typedInto(event.target, field)) return endOfScan(event, field);
  if (/^(Shift|Control|Alt|AltGraph|CapsLock|NumLock)$/.test(event.key)) return;
  const char = written(event);
  if (char === null) return reset();
  if (char === "") return event.preventDefault();
  if (char === "/" && burst.length === 0 && !keepsItsKeys(event.target) && !event.target.matches("select")) {
    event.preventDefault();
    return field.focus();
  }
  take(event, char, field);
}, true);

document.addEventListener("keyup", (event) => { if (event.key === "Alt") altDigits = ""; }, true);

// A pasted code keeps its separators, and a value changed by hand is no longer a captured one.
document.addEventListener("paste", (event) => {
  const pasted = event.clipboardData?.getData("text") ?? "";
  if (!event.target.matches?.("[data-scan]") || !pasted.includes(GS)) return;
  event.preventDefault();
  insert(event.target, pasted.trim());
  mark(event.target, "");
});
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-scan]")) mark(event.target, "");
});

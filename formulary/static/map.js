// Why: where a needle went is shown with a finger, not typed. A tap, or the cross moved by the arrow keys and put down
// with Enter, writes a line into the same field that people fill in by hand without this file ("41.5 33 0.05"), so that
// the server reads one thing only. What is left runs along, in whole nanolitres: no amount is ever a floating number.
const NANOLITRES = 1_000_000n;
const STEP = 100, LEAP = 500, EDGE = 10_000;
const SPACE = "\u00a0", MINUS = "\u2212";
const map = document.querySelector("[data-map]");

function steps(text, mark) {
  const found = new RegExp(`^(\\d{1,9})(?:\\${mark}(\\d{1,6}))?$`).exec(text.trim());
  return found ? BigInt(found[1]) * NANOLITRES + BigInt((found[2] ?? "").padEnd(6, "0")) : null;
}

function words(amount, mark) {
  const size = amount < 0n ? -amount : amount;
  const part = String(size % NANOLITRES).padStart(6, "0").replace(/0+$/, "");
  return `${amount < 0n ? MINUS : ""}${size / NANOLITRES}${part && mark + part}${SPACE}mL`;
}

const percent = (at, mark) => `${Math.floor(at / 100)}${at % 100 ? mark + String(at % 100).padStart(2, "0").replace(/0$/, "") : ""}`;

function begin() {
  const mark = map.dataset.mark, released = BigInt(map.dataset.left);
  const form = map.closest("form"), placed = form.elements.namedItem("placed"), each = form.elements.namedItem("per_point");
  const said = form.querySelector("[data-map-said]"), picture = map.querySelector(".map-points");
  const [, , width, height] = picture.getAttribute("viewBox").split(" ").map(Number);
  const layer = picture.appendChild(document.createElementNS(picture.namespaceURI, "g"));
  const cross = { x: EDGE / 2, y: EDGE / 2, shown: false };

  const lines = () => placed.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const write = (all) => { placed.value = all.join("\n"); show(); };

  function read(line) {
    const [x, y, volume] = line.replaceAll("%", " ").split(/\s+/);
    return { x: Number(x?.replace(",", ".")), y: Number(y?.replace(",", ".")), volume: steps(volume ?? each.value, mark) };
  }

  function draw(name, attributes) {
    const element = layer.appendChild(document.createElementNS(picture.namespaceURI, name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  }

  function area() {
    const count = form.elements.namedItem("points").value.trim(), volume = steps(each.value, mark);
    return /^\d{1,3}$/.test(count) && volume !== null ? BigInt(count) * volume : 0n;
  }

  function show() {
    const points = lines().map(read);
    layer.replaceChildren();
    for (const { x, y } of points) if (x <= 100 && y <= 100) draw("circle", { class: "pending", cx: x * width / 100, cy: y * height / 100, r: 3 });
    const [x, y] = [cross.x * width / EDGE, cross.y * height / EDGE];
    if (cross.shown) draw("path", { class: "cross", d: `M${x - 9} ${y}h18M${x} ${y - 9}v18` });
    const sum = points.reduce((all, { volume }) => all + (volume ?? 0n), area());
    const left = released - sum, how = points.length === 1 ? "1 point" : `${points.length} points`;
    said.classList.toggle("stop", left < 0n);
    const rest = left < 0n ? `${words(-left, mark)} more than was released` : `${words(left, mark)} left`;
    said.textContent = sum ? `${points.length ? `${how}, ` : ""}${words(sum, mark)}: ${rest}` : rest;
  }

  function put(x, y) {
    if (steps(each.value, mark) === null) return each.focus();
    write([...lines(), `${percent(x, mark)} ${percent(y, mark)} ${each.value.trim()}`]);
  }

  const within = (at) => Math.min(EDGE, Math.max(0, Math.round(at / 10) * 10));
  const takeBack = () => write(lines().slice(0, -1));

  function move(x, y) {
    Object.assign(cross, { x: within(cross.x + x), y: within(cross.y + y), shown: true });
    show();
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  map.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = event.shiftKey ? LEAP : STEP;
    if (moves[event.key]) move(moves[event.key][0] * by, moves[event.key][1] * by);
    else if (event.key === "Enter" || event.key === " ") put(cross.x, cross.y);
    else if (event.key === "Backspace" || event.key === "Delete") takeBack();
    else return;
    event.preventDefault();
  });
  map.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    Object.assign(cross, { x: within((event.clientX - box.left) / box.width * EDGE), y: within((event.clientY - box.top) / box.height * EDGE), shown: false });
    put(cross.x, cross.y);
  });
  map.addEventListener("focus", () => { cross.shown = map.matches(":focus-visible"); show(); });
  map.addEventListener("blur", () => { cross.shown = false; show(); });
  form.addEventListener("input", show);
  form.querySelector("[data-map-back]").addEventListener("click", takeBack);

  // Another picture is another page: what was put on this one and not recorded would be lost.
  document.querySelector(".map-tabs")?.addEventListener("click", (event) => {
    if (!event.target.closest("a") || !lines().length) return;
    event.preventDefault();
    said.textContent = "Record these points first, or take them back: then another picture.";
  });

  Object.assign(map, { tabIndex: 0 });
  map.setAttribute("role", "application");
  map.setAttribute("aria-label", `${map.dataset.name}: put points by tap or by keys`);
  map.setAttribute("aria-describedby", "map-help");
  for (const hidden of form.querySelectorAll("[data-map-acts], [data-map-help]")) hidden.hidden = false;
  show();
}

if (map) begin();

// Why: a board of minutes hangs open on a wall. What the server wrote when the page was read is counted on here, in
// the same words; the page itself is not fetched again, so that an open board keeps nobody signed in.
const SPACE = "\u00a0";
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const begun = Date.now();

function span(length) {
  if (length < HOUR) return `${Math.floor(length / MINUTE)}${SPACE}min`;
  if (length < DAY) {
    const minutes = Math.floor((length % HOUR) / MINUTE);
    return `${Math.floor(length / HOUR)}${SPACE}h${minutes ? ` ${minutes}${SPACE}min` : ""}`;
  }
  const days = Math.floor(length / DAY);
  return `${days}${SPACE}${days === 1 ? "day" : "days"}`;
}

function words(until) {
  const length = until - Date.now();
  if (Math.abs(length) < MINUTE) return "now";
  return length > 0 ? `in ${span(length)}` : `${span(-length)} ago: load the page again`;
}

function count() {
  for (const time of document.querySelectorAll("time[data-away]")) time.textContent = words(Date.parse(time.dateTime));
}

// What had passed already when the page was read keeps the words of the server.
for (const time of document.querySelectorAll("time[data-away]")) {
  if (Date.parse(time.dateTime) < begun) delete time.dataset.away;
}
setInterval(count, 15_000);

// The status page: asks the API for the hall's figures every second and shows them.
const $ = (id) => document.getElementById(id);
const period = 1000;

let key = new URLSearchParams(location.hash.slice(1)).get("key") ?? sessionStorage.getItem("key");
if (location.hash) history.replaceState(null, "", location.pathname);

function watts(value) {
  if (value === null || value === undefined) return "unknown";
  return value >= 1e4 ? `${(value / 1000).toFixed(1)} kW` : `${value.toFixed(0)} W`;
}

function cell(content, kind) {
  const td = document.createElement("td");
  if (kind) td.className = kind;
  td.append(content);
  return td;
}

function bar(used, of) {
  const progress = document.createElement("progress");
  progress.max = of;
  progress.value = used;
  if (used > 0.9 * of) progress.className = "full";
  progress.title = `${(100 * used / of).toFixed(0)} %`;
  return progress;
}

function fill(table, rows) {
  $(table).tBodies[0].replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells);
    return row;
  }));
}

function note(domain) {
  const booked = domain.bookedOver === 1 ? "" : `booked ${domain.bookedOver} times`;
  return domain.isFailsafeOn ? `armed caps hold ${booked}` : booked;
}

function show(hall) {
  $("hall").textContent = hall.hall;
  const leased = hall.racks.reduce((sum, rack) => sum + rack.leasedGpus, 0);
  $("gpus").textContent = `${leased} / ${hall.gpus}`;
  $("running").textContent = hall.running;
  $("waiting").textContent = hall.waiting;
  $("ended").textContent = hall.ended;
  $("tokens").textContent = Math.round(hall.tokens).toLocaleString("en");
  fill("power", hall.power.filter((domain) => domain.kind !== "rack").map((domain) => [
    cell(domain.domain), cell(domain.kind), cell(watts(domain.committedWatts), "number"), cell((domain.isEstimate ? "about " : "") + watts(domain.observedWatts), "number"),
    cell(watts(domain.limitWatts), "number"), cell(bar(domain.committedWatts, domain.limitWatts * domain.bookedOver)), cell(note(domain)),
  ]));
  fill("cooling", hall.cooling.map((loop) => [
    cell(loop.loop), cell(watts(loop.committedWatts), "number"), cell(watts(loop.capacityWatts), "number"),
    cell(bar(loop.committedWatts, loop.capacityWatts)), cell(loop.isLost ? "lost: carries no heat" : ""),
  ]));
  fill("racks", hall.racks.map((rack) => [
    cell(rack.rack), cell(rack.type), cell(`${rack.leasedGpus} / ${rack.gpus}`, "number"), cell(watts(rack.observedWatts), "number"),
    cell(rack.hottestCelsius === null ? "unknown" : `${rack.hottestCelsius.toFixed(0)} °C`, "number"),
    cell([rack.state, rack.isFailsafeOn ? "armed caps hold" : ""].filter((text) => text).join(", ")),
  ]));
  fill("jobs", hall.jobs.map((job) => [
    cell(job.job), cell(job.queue), cell(job.phase), cell(String(job.gpus), "number"), cell(String(job.priority), "number"), cell(job.message, "why"),
  ]));
}

async function ask(path) {
  const response = await fetch(path, { headers: { authorization: `Bearer ${key}` } });
  if (response.status === 401) throw new Error("key");
  if (!response.ok) throw new Error(`The host answered ${response.status}`);
  return response.json();
}

async function tick() {
  try {
    const halls = await ask("/v1/halls");
    sessionStorage.setItem("key", key);
    $("login").hidden = true;
    $("main").hidden = halls.length === 0;
    if (halls.length > 0) show(halls[0]);
    $("status").textContent = halls.length === 0 ? "No hall is declared yet" : "Live";
  } catch (fault) {
    if (fault.message === "key") return askForKey("This key is not right");
    $("status").textContent = fault.message;
  }
  setTimeout(tick, period);
}

function askForKey(message) {
  $("status").textContent = message;
  $("login").hidden = false;
  $("main").hidden = true;
}

$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  tick();
});

if (key) tick();
else askForKey("Give the API key");

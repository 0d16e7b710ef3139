// Small things that every page has. All of it is comfort: pages work without.

/** Copy the text of the element that data-copy names, and say so on the button for a while. */
async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  const icon = button.querySelector("use");
  icon.setAttribute("href", "#i-ok");
  announce(button.dataset.copied);
  setTimeout(() => icon.setAttribute("href", "#i-copy"), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

// An open menu closes when one presses elsewhere, or Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("details.menu[open] > summary")?.focus();
  closeMenus(null);
});

// The native input shows the name of the chosen file nowhere once it is dressed up.
function showFileNames(event) {
  if (event.target.type !== "file") return;
  const place = event.target.parentElement.querySelector("[data-file-names]");
  if (place) place.textContent = [...event.target.files].map((file) => file.name).join(", ");
}
document.addEventListener("change", showFileNames);
document.addEventListener("emptied", showFileNames);

/** Speak through the one live region that is never replaced: a new one would stay silent. */
function announce(text) {
  const region = document.getElementById("announcer");
  if (region.textContent !== text) region.textContent = text;
}

function focusMarked(root) {
  root.querySelector("[data-focus]")?.focus();
}
focusMarked(document);

function newsOf(root) {
  return root.querySelector("[data-announce]")?.textContent.trim();
}
let told = newsOf(document);

// A region that fetches itself anew must not close what the reader has opened in it.
let opened = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  opened = [...event.detail.target.querySelectorAll("details[open][id]")].map(({ id }) => id);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const region = document.getElementById(event.target.id) ?? event.target;
  for (const id of opened) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  const news = newsOf(region);
  // A region that looks again every second says old news each time: what was said since stays.
  if (news && news !== told) announce((told = news));
  focusMarked(region);
});

// A request that fails changes nothing on the page, so it has to be said.
function sayUnanswered(isUnanswered) {
  document.getElementById("unanswered").hidden = !isUnanswered;
}
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => sayUnanswered(true));
}
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (xhr.status >= 200 && xhr.status < 500) sayUnanswered(false);
});

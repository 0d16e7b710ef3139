// Follows the link that leads on, after a moment to read the page; without scripts it is a button.
const MOMENT = 1200; // milliseconds

const onwards = document.querySelector("a[data-onwards]");
if (onwards) setTimeout(() => window.location.replace(onwards.href), MOMENT);

// Reads a pasted token without sending it: the field has no name, stands in no form, and this
// module asks no server for anything.

const TIMES = new Set(["exp", "nbf", "iat", "auth_time"]);

/** The JSON object in a part of a token; throws for whatever is none. */
function object(part) {
  const base64 = part.replaceAll("-", "+").replaceAll("_", "/");
  const octets = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError();
  return value;
}

/** The header and the claims of a token, or null for what is none. */
export function read(text) {
  const parts = text.trim().replace(/^(DPoP|Bearer)\s+/i, "").split(".");
  if (parts.length < 2 || parts.length > 3) return null;
  try {
    return { header: object(parts[0]), claims: object(parts[1]) };
  } catch {
    return null;
  }
}

const place = document.querySelector("[data-decoder]");
if (place) {
  const says = (name) => place.querySelector(`[data-says="${name}"]`).content.textContent;
  const explanations = new Map(
    [...place.querySelectorAll("[data-explains]")].map((item) => [item.dataset.explains, item.value]),
  );
  const pasted = place.querySelector("#pasted");
  const problem = place.querySelector("#pasted-error");
  const decoded = place.querySelector("#decoded");

  /** A value as text; times with the moment that they name, and whether it has been. */
  const shown = (name, value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (!TIMES.has(name) || typeof value !== "number" || Math.abs(value) > 8.64e12) return text;
    const moment = new Date(value * 1000).toLocaleString(document.documentElement.lang);
    const now = Date.now() / 1000;
    let note = "";
    if (name === "exp" && value < now) note = `, ${says("over")}`;
    if (name === "nbf" && value > now) note = `, ${says("ahead")}`;
    return `${text} (${moment}${note})`;
  };

  const part = (title, members) => {
    const section = place.querySelector("#part").content.cloneNode(true);
    section.querySelector("h2").textContent = title;
    for (const [name, value] of Object.entries(members)) {
      const line = place.querySelector("#line").content.cloneNode(true);
      line.querySelector("code").textContent = name;
      line.querySelector("span").textContent = shown(name, value);
      const text = explanations.get(name) ?? explanations.get("");
      line.querySelector("small").textContent = text.replaceAll("`", "");
      section.querySelector("dl").append(line);
    }
    return section;
  };

  pasted.addEventListener("input", () => {
    const found = read(pasted.value);
    problem.hidden = found !== null || pasted.value.trim() === "";
    pasted.toggleAttribute("aria-invalid", !problem.hidden);
    decoded.replaceChildren(
      ...(found ? [part(says("header"), found.header), part(says("claims"), found.claims)] : []),
    );
  });
}

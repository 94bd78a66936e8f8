/* Words with places in them, and elements that hold text: text from data is text, never markup. */

/** Fills `{name}` in a sentence of the page's language. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** An element with a class and, if given, a text. */
export function element(document, tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A whole number as people write it in this language. */
export const countText = (count, language) => new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en-GB").format(count);

/** A day (`2026-11-23`) as people write it: 23/11/2026 or 23 Nov 2026. */
export function dayText(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  const options =
    language === "vi"
      ? { day: "2-digit", month: "2-digit", year: "numeric" }
      : { day: "numeric", month: "short", year: "numeric" };
  const at = new Date(Date.UTC(year, month - 1, date));
  return new Intl.DateTimeFormat(language === "vi" ? "vi-VN" : "en-GB", { ...options, timeZone: "UTC" }).format(at);
}

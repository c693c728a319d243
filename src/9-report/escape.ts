/** Texts of the user's model in markup. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text that is safe as content and in quoted attributes, in HTML and in XML. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** The same without the characters that XML 1.0 forbids, such as a terminal's colour codes. */
export function escapeXml(text: string): string {
  return escapeMarkup(text.replace(/(?![\t\n\r])\p{Cc}|\p{Surrogate}|\ufffe|\uffff/gu, '\ufffd'));
}

/** The names of the elements of an XML text in the order of their opening tags; throws unless it is well-formed. */
export function xmlElements(text: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const attribute = String.raw`\s+[\w:.-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos|#\d+);[^"<&]*)*"`;
  const token = new RegExp(String.raw`<\?xml[^>]*\?>|<(/?)([\w:.-]+)((?:${attribute})*)\s*(/?)>|[^<]+`, 'y');
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 80)}`);
    const [whole, closing, name, , empty] = match;
    if (name === undefined) {
      if (/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(whole)) throw new Error(`a bare & in ${whole}`);
    } else if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
    } else {
      names.push(name);
      if (!empty) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return names;
}

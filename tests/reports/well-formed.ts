const piece = /<!--[\s\S]*?-->|<!doctype html>|<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+/g;
const attribute = /([\w:-]+)="([^"]*)"/g;
const looseAmpersand = /&(?!(?:amp|lt|gt|quot|#39);)/;

/** What is wrong with a piece of XML (or of HTML written like it, with the given void elements); null where nothing is. */
export function xmlFault(text: string, voids: readonly string[] = []): string | null {
  const open: string[] = [];
  let end = 0;
  for (const match of text.matchAll(piece)) {
    const [whole, closing, name, attributes, selfClosed] = match;
    if (match.index !== end) return `unreadable at ${end}: ${text.slice(end, end + 60)}`;
    end = match.index + whole.length;
    if (open.at(-1) !== 'style' && looseAmpersand.test(whole)) return `a loose & in ${whole.slice(0, 80)}`;
    if (name === undefined) continue;
    const names = [...attributes.matchAll(attribute)].map(([, key]) => key);
    if (new Set(names).size !== names.length) return `an attribute twice in ${whole.slice(0, 80)}`;
    if (closing === '/') {
      if (open.pop() !== name) return `</${name}> closes nothing at ${match.index}`;
    } else if (selfClosed === '' && !voids.includes(name)) open.push(name);
  }
  if (end !== text.length) return `unreadable at ${end}: ${text.slice(end, end + 60)}`;
  return open.length === 0 ? null : `<${open.at(-1)}> is never closed`;
}

/** Text of HTML or SVG in which everything that came from outside is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Insert = string | number | Markup | null | readonly Insert[];

/** Template tag: strings are escaped, markup stands as it is, lists are joined, null leaves nothing. */
export function markup(parts: TemplateStringsArray, ...inserts: Insert[]): Markup {
  let text = parts[0];
  inserts.forEach((insert, k) => {
    text += written(insert) + parts[k + 1];
  });
  return new Markup(text);
}

function written(insert: Insert): string {
  if (insert === null) return '';
  if (insert instanceof Markup) return insert.text;
  if (typeof insert === 'object') return insert.map(written).join('');
  return escapeText(String(insert));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Characters that XML forbids, and those that reverse the direction of the text around them. */
const unwanted = /(?![\t\n\r])\p{Cc}|[\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu;

/** Safe in element content and in quoted attributes; what XML cannot hold becomes U+FFFD. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(unwanted, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character]);
}

const narrow = /[ijl.,:;'|!()[\]f\-t ]/;
const wide = /[mwMW@%—]/;

/** Width of text in pixels, estimated from the advances of DejaVu Sans; within a tenth for words and numbers. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += advance(character);
  return ems * fontSize;
}

function advance(character: string): number {
  if (narrow.test(character)) return 0.36;
  if (wide.test(character)) return 0.93;
  if (character >= 'A' && character <= 'Z') return 0.7;
  return character < '\u2e80' ? 0.62 : 1;
}

/** The text, shortened with an ellipsis where it is wider than `width` pixels. */
export function fitText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const room = width - textWidth('…', fontSize);
  let kept = '';
  for (const character of text) {
    if (textWidth(kept + character, fontSize) > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** JSON in strict UTF-8. A key `__proto__`, which schemas pass over, is an error. */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return JSON.parse(text, (key, value) => {
    if (key === '__proto__') throw new SyntaxError('a key __proto__');
    return value;
  });
}

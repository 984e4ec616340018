import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { toPng } from '@stratlab/reports/png.ts';
import { samplePictures } from './samples.ts';

for (const [kind, svg] of Object.entries(samplePictures('A title'))) {
  test(`a chart of kind ${kind} becomes a picture of its size that is not empty`, async () => {
    const png = await toPng(svg);
    assert.deepEqual(sizeOf(png), [800, 450]);
    assert.ok(distinctBytes(png) > 50, 'more than a blank sheet');
  });
}

test('a width scales the picture', async () => {
  assert.deepEqual(sizeOf(await toPng(samplePictures('A title').loss, { width: 1600 })), [1600, 900]);
});

test('the same chart gives the same bytes', async () => {
  const { equity } = samplePictures('A title');
  const [first, second] = await Promise.all([toPng(equity), toPng(equity)]);
  assert.deepEqual(first, second);
});

test('text is drawn, with the fonts that come along', async () => {
  const sheet = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="DejaVu Sans"><rect width="200" height="40" fill="#fff"/><text x="5" y="25">${text}</text></svg>`;
  const [blank, words, others] = await Promise.all(['', 'wide words', 'other words'].map((text) => toPng(sheet(text))));
  assert.notDeepEqual(blank, words);
  assert.notDeepEqual(words, others);
});

test('what is no SVG is refused, and the next picture is drawn', async () => {
  await assert.rejects(async () => toPng('<svg'));
  assert.deepEqual(sizeOf(await toPng(samplePictures('A title').loss)), [800, 450]);
});

/** Width and height in the IHDR chunk. */
function sizeOf(png: Uint8Array): number[] {
  const view = new DataView(png.buffer, png.byteOffset);
  assert.equal(view.getUint32(0), 0x89504e47);
  return [view.getUint32(16), view.getUint32(20)];
}

function distinctBytes(png: Uint8Array): number {
  const view = new DataView(png.buffer, png.byteOffset);
  const chunks: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49444154) chunks.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  return new Set(inflateSync(Buffer.concat(chunks))).size;
}

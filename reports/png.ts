import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];

/**
 * A picture of an SVG document, `width` pixels wide (by default as wide as it says). Only the fonts that come with the
 * package are used, so the same SVG gives the same bytes on every machine. The renderer is loaded by the first call.
 */
export async function toPng(svg: string, { width }: { width?: number } = {}): Promise<Uint8Array> {
  const { Resvg, fontBuffers } = await renderer();
  const resvg = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
    fitTo: width === undefined ? { mode: 'original' } : { mode: 'width', value: width },
  });
  try {
    const image = resvg.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    resvg.free();
  }
}

let loaded: ReturnType<typeof load> | undefined;

function renderer(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}

async function load() {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  await initWasm(await readPackaged('@resvg/resvg-wasm/index_bg.wasm'));
  const fontBuffers = await Promise.all(fontFiles.map((file) => readPackaged(`dejavu-fonts-ttf/ttf/${file}`)));
  return { Resvg, fontBuffers };
}

function readPackaged(path: string) {
  return readFile(fileURLToPath(import.meta.resolve(path)));
}

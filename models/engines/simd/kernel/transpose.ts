/** target (columns x rows) = the transpose of source (rows x columns), both in strips, block by block of 4 x 4. */
export function transpose(target: usize, source: usize, rows: usize, columns: usize): void {
  for (let column: usize = 0; column < columns; column += 4) {
    let to = target + (column << 4);
    for (const end = source + (rows << 4); source < end; source += 64) {
      const a = v128.load(source);
      const b = v128.load(source, 16);
      const c = v128.load(source, 32);
      const d = v128.load(source, 48);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
      v128.store(to, v128.shuffle<f32>(ba, dc, 0, 1, 4, 5), 32);
      v128.store(to, v128.shuffle<f32>(ba, dc, 2, 3, 6, 7), 48);
      to += columns << 4;
    }
  }
}

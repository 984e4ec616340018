/**
 * target (columns x rows) = the transpose of source (rows x columns), both in strips, block by block of 4 x 4. Both
 * counts are multiples of four.
 */
export function transpose(target: usize, source: usize, rows: usize, columns: usize): void {
  for (let column: usize = 0; column < columns; column += 4) {
    let from = source + (column >> 3) * (rows << 5) + ((column & 4) << 2);
    for (let row: usize = 0; row < rows; row += 4, from += 128) {
      const to = target + (row >> 3) * (columns << 5) + (column << 5) + ((row & 4) << 2);
      const a = v128.load(from);
      const b = v128.load(from, 32);
      const c = v128.load(from, 64);
      const d = v128.load(from, 96);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 32);
      v128.store(to, v128.shuffle<f32>(ba, dc, 0, 1, 4, 5), 64);
      v128.store(to, v128.shuffle<f32>(ba, dc, 2, 3, 6, 7), 96);
    }
  }
}

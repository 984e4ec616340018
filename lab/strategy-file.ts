/** Where a version's text lies below the lab's home. */
export function strategyFile(name: string, version: number): string {
  return `strategies/${name}.v${version}.yaml`;
}

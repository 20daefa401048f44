/** A count with its thousands set apart: `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count with its noun: `1 table`, `12 tables`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A number of bytes in the largest unit it fills: `4.2 MB`. */
export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${unit === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

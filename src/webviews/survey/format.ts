/** 1204 as "1,204", 96400 as "96.4 k". */
export function countText(count: number): string {
  return count < 10_000 ? count.toLocaleString('en') : count < 1e6 ? `${(count / 1000).toFixed(count < 99_950 ? 1 : 0)} k` : `${(count / 1e6).toFixed(1)} M`;
}

/** "2026-11-02" as "2 Nov" in that year and "2 Nov 2025" in another; what is no date stays as it is. */
export function updatedText(day: string, year = new Date().getUTCFullYear()): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  const short = `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''}`;
  return date.getUTCFullYear() === year ? short : `${short} ${date.getUTCFullYear()}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Decimal units, as the Hub counts: "2.1 GB". */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1).replace(/\.0$/, '')} ${units[unit] ?? ''}`;
}

export function nameOf(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}

export function authorOf(repository: string): string {
  return repository.includes('/') ? repository.slice(0, repository.indexOf('/')) : '';
}

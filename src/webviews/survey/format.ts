/** 1204 as "1,204", 96400 as "96.4 k". */
export function countText(count: number): string {
  return count < 10_000 ? count.toLocaleString('en') : count < 1e6 ? `${(count / 1000).toFixed(1)} k` : `${(count / 1e6).toFixed(1)} M`;
}

/** "2026-11-02" as "2 Nov 2026"; what is no date stays as it is. */
export function updatedText(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

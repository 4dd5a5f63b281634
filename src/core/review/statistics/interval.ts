/** 95 % unless its maker says otherwise. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** `pass`: the whole interval meets the limit; `fail`: none of it does; `notProven`: the limit lies inside. */
export type Verdict = 'pass' | 'fail' | 'notProven';

export function verdictAtLeast({ low, high }: Interval, limit: number): Verdict {
  return low >= limit ? 'pass' : high < limit ? 'fail' : 'notProven';
}

export function verdictAtMost({ low, high }: Interval, limit: number): Verdict {
  return high <= limit ? 'pass' : low > limit ? 'fail' : 'notProven';
}

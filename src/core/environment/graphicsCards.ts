import { runTool } from './runTool';

export interface GraphicsCards {
  readonly cards: readonly GraphicsCard[];
  readonly driver: string;
  /** The newest CUDA that the driver serves; undefined where its tool does not say. */
  readonly cuda: string | undefined;
}

export interface GraphicsCard {
  readonly name: string;
  /** In bytes. */
  readonly used: number;
  readonly total: number;
}

/** The NVIDIA cards that their driver's own tool names; undefined where it does not answer. */
export async function findGraphicsCards(): Promise<GraphicsCards | undefined> {
  const [table, greeting] = await Promise.all([
    runTool('nvidia-smi', ['--query-gpu=name,driver_version,memory.used,memory.total', '--format=csv,noheader,nounits']),
    // The query above knows no field for it; only the head of the plain output has it in every version.
    runTool('nvidia-smi', []),
  ]);
  return table === undefined ? undefined : readGraphicsCards(table, greeting ?? '');
}

/** @param table a row a card: name, driver, MiB used, MiB in all; cards that share their memory with the processor say `[N/A]` */
export function readGraphicsCards(table: string, greeting: string): GraphicsCards | undefined {
  const mebibyte = 1024 * 1024;
  const rows = table.split('\n').map((row) => row.split(',').map((cell) => cell.trim()));
  const read = rows.flatMap(([name = '', driver = '', used, total]) => (name !== '' && Number(total) > 0 ? [{ driver, card: { name, used: (Number(used) || 0) * mebibyte, total: Number(total) * mebibyte } }] : []));
  const [first] = read;
  if (!first) return undefined;
  return { cards: read.map(({ card }) => card), driver: first.driver, cuda: /CUDA Version:\s*(\d+(?:\.\d+)*)/.exec(greeting)?.[1] };
}
